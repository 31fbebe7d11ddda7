// reject: no-burst
// the timer gives the turn to the first without looking: it was set for that time
#include "client.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

using boost::system::error_code;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

class turnstile : public std::enable_shared_from_this<turnstile> {
public:
  turnstile(asio::any_io_executor executor, nanoseconds interval)
      : executor_(executor), timer_(executor), interval_(interval) {}

  std::uint64_t number() { return ++numbers_; }

  /// Completes when the caller may send.
  template <typename Token>
  auto async_turn(std::uint64_t number, Token&& token) {
    return asio::async_initiate<Token, void(error_code)>(
        [this](waiter handler, std::uint64_t mine) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected())
            slot.assign([weak = weak_from_this(), mine](asio::cancellation_type) {
              if (const auto self = weak.lock())
                self->forget(mine);
            });
          line_.emplace(mine, std::move(handler));
          look();
        },
        token, number);
  }

  void pause(nanoseconds length) {
    not_before_ = std::max(not_before_, steady_clock::now() + length);
  }

private:
  using waiter = asio::any_completion_handler<void(error_code)>;

  void next() {
    if (line_.empty())
      return;
    not_before_ = steady_clock::now() + interval_;
    complete(line_.begin(), {});
    look();
  }

  /// Lets the first one go if it is time, and sees to it that somebody looks again.
  void look() {
    if (line_.empty()) {
      timer_.cancel();
      return;
    }
    if (steady_clock::now() >= not_before_) {
      not_before_ = steady_clock::now() + interval_;
      complete(line_.begin(), {});
      if (line_.empty())
        return;
    }
    timer_.expires_at(not_before_);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!error && self)
        self->next();
    });
  }

  void forget(std::uint64_t number) {
    const auto found = line_.find(number);
    if (found == line_.end())
      return;
    complete(found, asio::error::operation_aborted);
    look();
  }

  void complete(std::map<std::uint64_t, waiter>::iterator who, error_code result) {
    waiter handler = std::move(who->second);
    line_.erase(who);
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected() && !result)
      slot.clear();
    asio::post(executor_, asio::append(std::move(handler), result));
  }

  const asio::any_io_executor executor_;
  asio::steady_timer timer_;
  const nanoseconds interval_;
  steady_clock::time_point not_before_{};
  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, waiter> line_;
};

class queued_client final : public client {
public:
  queued_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : turns_(std::make_shared<turnstile>(executor, interval)), partner_(to) {}

  asio::awaitable<answer> ask(int request) override {
    const std::uint64_t number = turns_->number();
    for (;;) {
      co_await turns_->async_turn(number, asio::use_awaitable);
      const answer got = co_await partner_.send(request);
      if (got.status != answer::too_many_requests)
        co_return got;
      turns_->pause(got.retry_after);
    }
  }

private:
  std::shared_ptr<turnstile> turns_;
  partner& partner_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<queued_client>(executor, to, interval);
}

// accept: callbacks: two lists of stored completion handlers, cancellation slots, no timers
#include "queue.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <list>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// What a waiter is told: a code, and the item if it is a popper.
using callback = std::function<void(error_code, std::optional<int>)>;

struct entry {
  std::uint64_t ticket = 0;
  int item = 0; // a pusher's
  callback done;
};

using line = std::list<entry>;

class callback_queue final : public bounded_queue {
public:
  callback_queue(asio::any_io_executor executor, std::size_t capacity)
      : executor_(std::move(executor)), capacity_(capacity) {}

  asio::awaitable<void> push(int item) override {
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (!poppers_.empty()) {
      finish_first(poppers_, {}, item);
      co_return;
    }
    if (items_.size() < capacity_) {
      items_.push_back(item);
      co_return;
    }
    co_await wait(pushers_, item);
  }

  asio::awaitable<std::optional<int>> pop() override {
    if (!pushers_.empty()) {
      items_.push_back(pushers_.front().item);
      finish_first(pushers_, {}, std::nullopt);
    }
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      co_return item;
    }
    if (closed_)
      co_return std::nullopt;
    co_return co_await wait(poppers_, 0);
  }

  void close() override {
    closed_ = true;
    while (!pushers_.empty())
      finish_first(pushers_, asio::error::broken_pipe, std::nullopt);
    while (!poppers_.empty())
      finish_first(poppers_, {}, std::nullopt);
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  asio::awaitable<std::optional<int>> wait(line& where, int item) {
    auto start = [this, &where, item](auto handler) {
      auto slot = asio::get_associated_cancellation_slot(handler);
      const std::uint64_t ticket = ++last_ticket_;
      auto kept = std::make_shared<decltype(handler)>(std::move(handler));
      auto work = asio::make_work_guard(executor_);
      where.push_back({ticket, item, [kept, work](error_code ec, std::optional<int> got) {
                         (std::move(*kept))(ec, got);
                       }});
      if (slot.is_connected()) {
        slot.assign([this, &where, ticket](asio::cancellation_type type) {
          if ((type & asio::cancellation_type::terminal) != asio::cancellation_type::none)
            forget(where, ticket);
        });
      }
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                            void(error_code, std::optional<int>)>(
        std::move(start), asio::use_awaitable);
  }

  void finish(entry&& one, error_code ec, std::optional<int> item) {
    asio::post(executor_, [done = std::move(one.done), ec, item] { done(ec, item); });
  }

  void finish_first(line& where, error_code ec, std::optional<int> item) {
    entry first = std::move(where.front());
    where.pop_front();
    finish(std::move(first), ec, item);
  }

  void forget(line& where, std::uint64_t ticket) {
    for (auto one = where.begin(); one != where.end(); ++one) {
      if (one->ticket == ticket) {
        entry gone = std::move(*one);
        where.erase(one);
        finish(std::move(gone), asio::error::operation_aborted, std::nullopt);
        return;
      }
    } // not there: it has been served already
  }

  asio::any_io_executor executor_;
  const std::size_t capacity_;
  std::deque<int> items_;
  line pushers_;
  line poppers_;
  std::uint64_t last_ticket_ = 0;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<callback_queue>(std::move(executor), capacity);
}

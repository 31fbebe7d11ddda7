// reject: cancelled-waiter failed
// Everything is right but the code: what a channel throws when cancelled is not operation_aborted.
#include "queue.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// What a waiter gets: for a popper an item or nothing, for a pusher only the code.
using mailbox = asio::experimental::channel<void(error_code, std::optional<int>)>;

struct waiter {
  explicit waiter(const asio::any_io_executor& executor) : box(executor, 0) {}

  mailbox box;
  int item = 0;
};

using line = std::deque<std::shared_ptr<waiter>>;

/// In the line for as long as it lives.
class standing {
public:
  standing(line& where, std::shared_ptr<waiter> who) : where_(where), who_(std::move(who)) {
    where_.push_back(who_);
  }

  ~standing() { std::erase(where_, who_); }

  standing(const standing&) = delete;
  standing& operator=(const standing&) = delete;

private:
  line& where_;
  std::shared_ptr<waiter> who_;
};

class channel_queue final : public bounded_queue {
public:
  channel_queue(asio::any_io_executor executor, std::size_t capacity)
      : executor_(std::move(executor)), capacity_(capacity) {}

  asio::awaitable<void> push(int item) override {
    if (closed_)
      throw system_error(asio::error::broken_pipe);
    if (serve(poppers_, {}, item))
      co_return;
    if (items_.size() < capacity_) {
      items_.push_back(item);
      co_return;
    }
    auto me = std::make_shared<waiter>(executor_);
    me->item = item;
    const standing in_line(pushers_, me);
    co_await answer(me->box);
  }

  asio::awaitable<std::optional<int>> pop() override {
    if (const std::shared_ptr<waiter> pusher = serve(pushers_, {}, std::nullopt))
      items_.push_back(pusher->item);
    if (!items_.empty()) {
      const int item = items_.front();
      items_.pop_front();
      co_return item;
    }
    if (closed_)
      co_return std::nullopt;
    auto me = std::make_shared<waiter>(executor_);
    const standing in_line(poppers_, me);
    const std::optional<int> item = co_await answer(me->box);
    co_return item;
  }

  void close() override {
    closed_ = true;
    while (serve(pushers_, asio::error::broken_pipe, std::nullopt)) {
    }
    while (serve(poppers_, {}, std::nullopt)) {
    }
  }

  [[nodiscard]] std::size_t size() const override { return items_.size(); }

private:
  static asio::awaitable<std::optional<int>> answer(mailbox& box) {
    error_code ec;
    const std::optional<int> got =
        co_await box.async_receive(asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      throw system_error(ec);
    co_return got;
  }

  /// Hands it to the first in line who still listens, and says who that was.
  static std::shared_ptr<waiter> serve(line& where, error_code ec, std::optional<int> item) {
    while (!where.empty()) {
      std::shared_ptr<waiter> first = where.front();
      where.pop_front();
      if (first->box.try_send(ec, item)) // false: cancelled, and not yet awake
        return first;
    }
    return nullptr;
  }

  asio::any_io_executor executor_;
  const std::size_t capacity_;
  std::deque<int> items_;
  line pushers_;
  line poppers_;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<channel_queue>(std::move(executor), capacity);
}

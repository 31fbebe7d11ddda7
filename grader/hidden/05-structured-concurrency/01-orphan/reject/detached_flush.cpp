// reject: stop-flushes
// the last call is an orphan again
#include "orphan.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace {

/// Counts in a map. Every `interval` a task in the background takes what is in it to the store.
class background_counter final : public visit_counter {
public:
  background_counter(asio::any_io_executor executor, visit_store& store,
                     std::chrono::nanoseconds interval, error_handler on_error)
      : store_(store), interval_(interval), on_error_(std::move(on_error)), timer_(executor) {
    asio::co_spawn(executor, store_regularly(), asio::detached);
  }

  bool visit(const std::string& link) override {
    if (stopping_)
      return false;
    ++visits_[link];
    return true;
  }

  asio::awaitable<void> stop() override {
    stopping_ = true;
    timer_.cancel();
    if (!visits_.empty())
      asio::co_spawn(timer_.get_executor(), flush(), asio::detached);
    co_return;
  }

private:
  asio::awaitable<void> store_regularly() {
    while (!stopping_) {
      timer_.expires_after(interval_);
      try {
        co_await timer_.async_wait(asio::use_awaitable);
      } catch (const std::exception&) {
        co_return;
      }
      if (!visits_.empty())
        co_await flush();
    }
  }

  asio::awaitable<void> flush() {
    const visit_counts batch = std::exchange(visits_, {});
    try {
      co_await store_.add(batch);
      co_return;
    } catch (...) {
      on_error_(std::current_exception());
    }
    for (const auto& [link, count] : batch)
      visits_[link] += count;
  }

  visit_store& store_;
  const std::chrono::nanoseconds interval_;
  const error_handler on_error_;
  asio::steady_timer timer_;
  visit_counts visits_;
  bool stopping_ = false;
};

} // namespace

std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error) {
  return std::make_unique<background_counter>(std::move(executor), store, interval,
                                              std::move(on_error));
}

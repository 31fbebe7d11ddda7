// reject: cancelled
// those at work are cancelled, and next() goes on waiting: it has nothing to tidy up
#include "pipeline.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace {

/// Lives in the frame of run_pipeline(), which is resumed when nothing is under way any more.
class machine {
public:
  machine(asio::any_io_executor executor, feed& from, service& to, std::size_t limit)
      : executor_(std::move(executor)), from_(from), to_(to), limit_(limit) {}

  auto run() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        [this](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected())
            slot.assign([this](asio::cancellation_type) {
              if (!failure_)
                failure_ = std::make_exception_ptr(
                    boost::system::system_error(asio::error::operation_aborted));
              for (auto& [number, stopped] : at_work_)
                stopped.emit(asio::cancellation_type::terminal);
            });
          const auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          done_ = [keep, slot](std::exception_ptr why) mutable {
            slot.clear();
            std::move (*keep)(std::move(why));
          };
          step();
        },
        asio::use_awaitable);
  }

private:
  void step() {
    if (!asking_ && !at_end_ && !failure_ && at_work_.size() < limit_)
      ask();
    else if (!asking_ && (at_end_ || failure_) && at_work_.empty())
      asio::post(executor_, [done = std::exchange(done_, nullptr), why = failure_] { done(why); });
  }

  void ask() {
    asking_ = true;
    asio::co_spawn(executor_, from_.next(),
                   asio::bind_cancellation_slot(
                       asked_.slot(), [this](std::exception_ptr error, std::optional<int> item) {
                         asking_ = false;
                         if (error)
                           stop(std::move(error));
                         else if (!item)
                           at_end_ = true;
                         else if (!failure_) // else it came too late, and is dropped
                           handle(*item);
                         step();
                       }));
  }

  void handle(int item) {
    const std::uint64_t number = ++started_;
    asio::cancellation_signal& stopped = at_work_[number];
    asio::co_spawn(
        executor_, to_.handle(item),
        asio::bind_cancellation_slot(stopped.slot(), [this, number](std::exception_ptr error) {
          at_work_.erase(number);
          if (error)
            stop(std::move(error));
          step();
        }));
  }

  void stop(std::exception_ptr why) {
    if (failure_)
      return;
    failure_ = std::move(why);
    if (asking_)
      asked_.emit(asio::cancellation_type::terminal);
    for (auto& [number, stopped] : at_work_)
      stopped.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor_;
  feed& from_;
  service& to_;
  std::size_t limit_;

  bool asking_ = false;
  bool at_end_ = false;
  asio::cancellation_signal asked_;
  std::uint64_t started_ = 0;
  std::map<std::uint64_t, asio::cancellation_signal> at_work_;
  std::exception_ptr failure_;
  std::function<void(std::exception_ptr)> done_;
};

} // namespace

asio::awaitable<void> run_pipeline(feed& from, service& to, std::size_t limit) {
  machine all(co_await asio::this_coro::executor, from, to, limit);
  co_await all.run();
}

// reject: first-error
// one cancellation signal for all calls: a slot holds one handler, that of the last call started
#include "bounded_map.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace {

class mapper : public std::enable_shared_from_this<mapper> {
public:
  using done_handler = std::function<void(std::exception_ptr, std::vector<int>)>;

  mapper(asio::any_io_executor executor, item_source& from, mapping& with, std::size_t limit)
      : executor_(std::move(executor)), from_(from), with_(with), limit_(limit) {}

  void start(done_handler done) {
    done_ = std::move(done);
    fill();
    if (running_.empty())
      asio::post(executor_, [self = shared_from_this()] { self->finish(); });
  }

  void cancel() {
    stop(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
  }

private:
  using signals = std::list<int>;

  void fill() {
    while (!over_ && running_.size() < limit_) {
      std::optional<int> item;
      try {
        item = from_.next();
      } catch (...) {
        stop(std::current_exception());
        return;
      }
      if (item)
        call(*item);
      else
        over_ = true;
    }
  }

  void call(int item) {
    const auto mine = running_.emplace(running_.end());
    const std::size_t place = results_.size();
    results_.push_back(0);
    asio::co_spawn(
        executor_, with_.call(item),
        asio::bind_cancellation_slot(signal_.slot(), [self = shared_from_this(), mine,
                                                      place](std::exception_ptr error, int result) {
          self->on_called(mine, place, std::move(error), result);
        }));
  }

  void on_called(signals::iterator mine, std::size_t place, std::exception_ptr error, int result) {
    running_.erase(mine);
    results_[place] = result;
    if (error)
      stop(std::move(error));
    else
      fill();
    if (running_.empty())
      finish();
  }

  void stop(std::exception_ptr why) {
    over_ = true;
    if (error_)
      return;
    error_ = std::move(why);
    signal_.emit(asio::cancellation_type::terminal);
  }

  void finish() {
    const done_handler done = std::exchange(done_, nullptr);
    if (done)
      done(error_, std::move(results_));
  }

  asio::any_io_executor executor_;
  item_source& from_;
  mapping& with_;
  std::size_t limit_;
  done_handler done_;
  signals running_;
  asio::cancellation_signal signal_;
  std::vector<int> results_;
  std::exception_ptr error_;
  bool over_ = false;
};

} // namespace

asio::awaitable<std::vector<int>> bounded_map(item_source& from, mapping& with, std::size_t limit) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto all = std::make_shared<mapper>(executor, from, with, limit);
  const auto initiate = [&all](auto handler) {
    const asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      asio::cancellation_slot mine = slot;
      mine.assign([&running = *all](asio::cancellation_type) { running.cancel(); });
    }
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    all->start([held, slot](std::exception_ptr error, std::vector<int> results) {
      asio::cancellation_slot mine = slot;
      mine.clear();
      (*held)(std::move(error), std::move(results));
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(std::exception_ptr, std::vector<int>)>(
      initiate, asio::use_awaitable);
}

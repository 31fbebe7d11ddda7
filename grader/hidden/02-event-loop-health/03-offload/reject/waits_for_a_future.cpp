// reject: beside failed
// std::packaged_task brings back a result, and an error. get() waits for it, and the loop with it.
#include "offload.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <future>
#include <list>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// The line stands on this side: a job is posted when a thread is free for it, and not before. So
/// whoever waits can leave at once, and in the pool's own queue there is never anybody.
class line_offloader final : public offloader {
public:
  line_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    if (running_ < threads_.count())
      ++running_;
    else
      co_await turn();
    const place mine(*this);
    const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
    std::string result;
    std::exception_ptr error;
    std::stop_source stop;
    std::packaged_task<std::string()> task([&] { return work(stop.get_token()); });
    std::future<std::string> done = task.get_future();
    asio::post(threads_.executor(), std::move(task));
    try {
      result = done.get();
    } catch (...) {
      error = std::current_exception();
    }
    if (caller.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    if (error)
      std::rethrow_exception(error);
    co_return result;
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    if (running_ != 0) {
      const asio::any_io_executor home = co_await asio::this_coro::executor;
      asio::steady_timer alarm(home, asio::steady_timer::time_point::max());
      last_one_out_ = &alarm;
      error_code ignored;
      co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    threads_.join(); // nothing runs there, so nobody waits
  }

  [[nodiscard]] std::size_t running() const override { return running_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  /// A thread, for as long as the job and its caller need it.
  class place {
  public:
    explicit place(line_offloader& in) : in_(in) {}

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() { in_.leave(); }

  private:
    line_offloader& in_;
  };

  struct waiter {
    asio::steady_timer alarm;
    bool called_up = false;
  };

  /// Returns with a thread, or throws without one.
  asio::awaitable<void> turn() {
    if (line_.size() == limit_)
      throw system_error(asio::error::try_again);
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    waiter self{asio::steady_timer(home, asio::steady_timer::time_point::max())};
    const auto mine = line_.insert(line_.end(), &self);
    error_code ignored;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (self.called_up)
      co_return;
    line_.erase(mine);
    throw system_error(asio::error::operation_aborted);
  }

  /// The thread goes to the first in line, who may have been cancelled in this very instant.
  void leave() {
    if (!line_.empty()) {
      waiter& next = *line_.front();
      line_.pop_front();
      next.called_up = true;
      next.alarm.cancel();
      return;
    }
    --running_;
    if (running_ == 0 && last_one_out_ != nullptr)
      last_one_out_->cancel();
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t running_ = 0;
  std::list<waiter*> line_;
  bool closed_ = false;
  asio::steady_timer* last_one_out_ = nullptr;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<line_offloader>(on, limit);
}

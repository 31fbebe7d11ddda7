// reject: bounded failed
// The thread is given back by post, "so that a destructor does not do so much": whoever comes again
// at once, being back, finds it taken.
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
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    if (running_ < threads_.count())
      ++running_;
    else
      co_await turn();
    const place mine(*this, home);
    const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
    std::string result;
    std::exception_ptr error;
    co_await elsewhere([&](const std::stop_token& stop) {
      try {
        result = work(stop);
      } catch (...) {
        error = std::current_exception();
      }
    });
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
    place(line_offloader& in, asio::any_io_executor home) : in_(in), home_(std::move(home)) {}

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
      asio::post(home_, [&in = in_] { in.leave(); });
    }

  private:
    line_offloader& in_;
    asio::any_io_executor home_;
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

  /// Calls `compute` on one of the threads, and resumes the caller where it was. Everything that
  /// `compute` refers to lives in the caller's frame, and the thread is done with it when it posts.
  template <class Compute>
  asio::awaitable<void> elsewhere(Compute compute) {
    const std::stop_source stop;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &compute, &stop](auto resume) {
          auto slot = asio::get_associated_cancellation_slot(resume);
          if (slot.is_connected())
            slot.assign([stop](asio::cancellation_type) mutable { stop.request_stop(); });
          auto home = asio::make_work_guard(asio::get_associated_executor(resume));
          asio::post(threads_.executor(),
                     [&compute, token = stop.get_token(), home = std::move(home),
                      resume = std::move(resume)]() mutable {
                       compute(token);
                       asio::post(home.get_executor(), std::move(resume));
                     });
        },
        asio::use_awaitable);
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

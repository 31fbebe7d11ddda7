// reject: withdrawn failed
// As it was on Thursday, with a look before the job is called: who is cancelled waits until
// a thread comes to that look.
#include "offload.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

using boost::system::system_error;

namespace {

/// The pool's own queue knows no bound, so everybody is counted who has not come back from it.
class counting_offloader final : public offloader {
public:
  counting_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    if (inside_ == threads_.count() + limit_)
      throw system_error(asio::error::try_again);
    const place mine(inside_);
    std::string result;
    std::exception_ptr error;
    const std::stop_source stop;
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.slot().is_connected())
      asio::cancellation_slot(state.slot()).assign([stop](asio::cancellation_type) mutable {
        stop.request_stop();
      });
    co_await elsewhere([&] {
      try {
        if (stop.stop_requested())
          throw system_error(asio::error::operation_aborted);
        result = work(stop.get_token());
      } catch (...) {
        error = std::current_exception();
      }
    });
    if (stop.stop_requested())
      throw system_error(asio::error::operation_aborted);
    if (error)
      std::rethrow_exception(error);
    co_return result;
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    threads_.join();
    co_return;
  }

  [[nodiscard]] std::size_t running() const override { return std::min(inside_, threads_.count()); }

  [[nodiscard]] std::size_t waiting() const override { return inside_ - running(); }

private:
  class place {
  public:
    explicit place(std::size_t& taken) : taken_(taken) { ++taken_; }

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() { --taken_; }

  private:
    std::size_t& taken_;
  };

  /// Calls `compute` on one of the threads, and resumes the caller where it was.
  template <class Compute>
  asio::awaitable<void> elsewhere(Compute compute) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &compute](auto resume) {
          auto home = asio::make_work_guard(asio::get_associated_executor(resume));
          asio::post(threads_.executor(),
                     [&compute, home = std::move(home), resume = std::move(resume)]() mutable {
                       compute();
                       asio::post(home.get_executor(), std::move(resume));
                     });
        },
        asio::use_awaitable);
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<counting_offloader>(on, limit);
}

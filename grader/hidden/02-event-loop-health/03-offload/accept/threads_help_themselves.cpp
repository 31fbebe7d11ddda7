// accept: a line behind a lock; a thread that is done takes the next job itself, without the loop
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

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

using boost::system::system_error;

namespace {

/// Lives in the frame of `run`.
struct call {
  job* work = nullptr;
  std::stop_source stop;
  std::string result;
  std::exception_ptr error;
  bool withdrawn = false;
  std::function<void()> go_home; ///< posts
};

/// What threads and callers share.
struct line {
  std::mutex guard;
  std::deque<call*> waiting;
  std::size_t at_work = 0;
};

/// On a thread, as long as there is something to do.
void work_off(const std::shared_ptr<line>& jobs) {
  for (;;) {
    call* next = nullptr;
    {
      const std::lock_guard lock(jobs->guard);
      if (jobs->waiting.empty()) {
        --jobs->at_work;
        return;
      }
      next = jobs->waiting.front();
      jobs->waiting.pop_front();
    }
    const auto go_home = std::move(next->go_home);
    try {
      next->result = (*next->work)(next->stop.get_token());
    } catch (...) {
      next->error = std::current_exception();
    }
    go_home();
  }
}

class locked_offloader final : public offloader {
public:
  locked_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    if (inside_ >= threads_.count() + limit_)
      throw system_error(asio::error::try_again);
    const counted mine(*this);
    const auto state = co_await asio::this_coro::cancellation_state;
    call one;
    one.work = &work;
    co_await done(one);
    if (one.withdrawn || state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    if (one.error)
      std::rethrow_exception(one.error);
    co_return std::move(one.result);
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    asio::steady_timer empty(here, asio::steady_timer::time_point::max());
    empty_ = &empty;
    boost::system::error_code ignored;
    while (inside_ != 0)
      co_await empty.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    empty_ = nullptr;
    threads_.join();
  }

  [[nodiscard]] std::size_t running() const override { return inside_ - waiting(); }

  [[nodiscard]] std::size_t waiting() const override {
    const std::lock_guard lock(jobs_->guard);
    const std::size_t begun = std::min(inside_, threads_.count());
    return std::min(jobs_->waiting.size(), inside_ - begun);
  }

private:
  struct counted {
    explicit counted(locked_offloader& in) : of(in) { ++of.inside_; }

    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    ~counted() {
      if (--of.inside_ == 0 && of.empty_ != nullptr)
        of.empty_->cancel();
    }

    locked_offloader& of;
  };

  asio::awaitable<void> done(call& one) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &one](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          auto home = asio::make_work_guard(asio::get_associated_executor(handler));
          auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          one.go_home = [home, keep] {
            asio::post(home.get_executor(), [keep] {
              auto resume = std::move(*keep);
              asio::get_associated_cancellation_slot(resume).clear();
              std::move(resume)();
            });
          };
          if (slot.is_connected())
            slot.assign([this, &one](asio::cancellation_type) { cancel(one); });
          bool one_more = false;
          {
            const std::lock_guard lock(jobs_->guard);
            jobs_->waiting.push_back(&one);
            one_more = jobs_->at_work < threads_.count();
            jobs_->at_work += one_more ? 1 : 0;
          }
          if (one_more)
            asio::post(threads_.executor(), [jobs = jobs_] { work_off(jobs); });
        },
        asio::use_awaitable);
  }

  void cancel(call& one) {
    one.stop.request_stop();
    {
      const std::lock_guard lock(jobs_->guard);
      const auto place = std::ranges::find(jobs_->waiting, &one);
      if (place == jobs_->waiting.end())
        return;
      jobs_->waiting.erase(place);
    }
    one.withdrawn = true;
    std::exchange(one.go_home, nullptr)();
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t inside_ = 0;
  std::shared_ptr<line> jobs_ = std::make_shared<line>();
  bool closed_ = false;
  asio::steady_timer* empty_ = nullptr;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<locked_offloader>(on, limit);
}

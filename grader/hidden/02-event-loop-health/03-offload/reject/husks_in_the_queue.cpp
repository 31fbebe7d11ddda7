// reject: bounded failed
// Everything is posted at once, with a ticket that both sides agree about: who withdraws is gone in
// that instant. What was posted for him stays in the queue of the threads, which nobody bounds.
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

#include <atomic>
#include <exception>
#include <memory>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Whose turn comes first: the thread that would begin, or the caller who takes it back.
struct ticket {
  enum class stage { queued, running, withdrawn };

  bool leave(stage to) {
    stage from = stage::queued;
    return at.compare_exchange_strong(from, to);
  }

  std::atomic<stage> at = stage::queued;
  job* work = nullptr;
  std::stop_source stop;
  std::string result;
  std::exception_ptr error;
  std::function<void()> go_home;
};

class ticket_offloader final : public offloader {
public:
  ticket_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    if (closed_)
      throw system_error(asio::error::shut_down);
    if (inside_ >= threads_.count() + limit_)
      throw system_error(asio::error::try_again);
    const counted mine(*this);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const auto one = std::make_shared<ticket>();
    one->work = &work;
    co_await done(one);
    if (state.cancelled() != asio::cancellation_type::none)
      throw system_error(asio::error::operation_aborted);
    if (one->error)
      std::rethrow_exception(one->error);
    co_return std::move(one->result);
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    asio::steady_timer empty(here, asio::steady_timer::time_point::max());
    empty_ = &empty;
    error_code ignored;
    while (inside_ != 0)
      co_await empty.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    empty_ = nullptr;
    threads_.join();
  }

  [[nodiscard]] std::size_t running() const override {
    return inside_ < threads_.count() ? inside_ : threads_.count();
  }

  [[nodiscard]] std::size_t waiting() const override { return inside_ - running(); }

private:
  struct counted {
    explicit counted(ticket_offloader& in) : of(in) { ++of.inside_; }

    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    ~counted() {
      if (--of.inside_ == 0 && of.empty_ != nullptr)
        of.empty_->cancel();
    }

    ticket_offloader& of;
  };

  asio::awaitable<void> done(std::shared_ptr<ticket> one) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, one](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          auto home = asio::make_work_guard(asio::get_associated_executor(handler));
          auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          one->go_home = [home, keep] {
            asio::post(home.get_executor(), [keep] {
              auto resume = std::move(*keep);
              asio::get_associated_cancellation_slot(resume).clear();
              std::move(resume)();
            });
          };
          if (slot.is_connected())
            slot.assign([one](asio::cancellation_type) {
              one->stop.request_stop();
              if (one->leave(ticket::stage::withdrawn))
                std::exchange(one->go_home, nullptr)();
            });
          asio::post(threads_.executor(), [one] {
            if (!one->leave(ticket::stage::running))
              return;
            const auto go_home = std::move(one->go_home);
            try {
              one->result = (*one->work)(one->stop.get_token());
            } catch (...) {
              one->error = std::current_exception();
            }
            go_home();
          });
        },
        asio::use_awaitable);
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t inside_ = 0;
  bool closed_ = false;
  asio::steady_timer* empty_ = nullptr;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<ticket_offloader>(on, limit);
}

// reject: in-between
// the task looks for the cancellation once, before it connects
#include "pass_it_on.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
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

/// The connection to the meter: makes it, keeps it, makes it again.
class session {
public:
  session(asio::any_io_executor executor, wire& line, std::chrono::nanoseconds pause)
      : line_(line), pause_(pause), timer_(std::move(executor)) {}

  asio::awaitable<int> exchange(int request) {
    cancelled_ = false;
    while (!connected_) {
      if (cancelled_)
        throw system_error(asio::error::operation_aborted);
      co_await try_to_connect();
    }
    co_await line_.send(request);
    co_return co_await line_.receive();
  }

  /// Ends what is going on.
  void cancel() {
    cancelled_ = true;
    timer_.cancel();
    line_.cancel();
  }

private:
  asio::awaitable<void> try_to_connect() {
    try {
      co_await line_.connect();
      connected_ = true;
      co_return;
    } catch (...) {
      if (cancelled_)
        throw; // that is why
    }
    timer_.expires_after(pause_);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  wire& line_;
  const std::chrono::nanoseconds pause_;
  asio::steady_timer timer_;
  bool connected_ = false;
  bool cancelled_ = false;
};

/// One at a time; the others wait in the order in which they came.
class waiting_line {
public:
  explicit waiting_line(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  asio::awaitable<void> enter() {
    if (!taken_) {
      taken_ = true;
      co_return;
    }
    const auto mine = waiting_.insert(
        waiting_.end(),
        place{.called = asio::steady_timer(executor_, asio::steady_timer::time_point::max())});
    error_code woken;
    co_await mine->called.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const bool my_turn = mine->my_turn;
    waiting_.erase(mine);
    if (!my_turn)
      throw system_error(asio::error::operation_aborted);
  }

  void leave() {
    for (place& next : waiting_)
      if (!next.my_turn) {
        next.my_turn = true;
        next.called.cancel();
        return;
      }
    taken_ = false;
  }

private:
  struct place {
    asio::steady_timer called;
    bool my_turn = false;
  };

  asio::any_io_executor executor_;
  std::list<place> waiting_;
  bool taken_ = false;
};

/// A call while it has the wire.
struct running_call {
  explicit running_call(const asio::any_io_executor& executor)
      : ended(executor, asio::steady_timer::time_point::max()) {}

  asio::steady_timer ended;
  bool done = false;
  std::exception_ptr failure;
  int answer = 0;
};

class shared_meter final : public meter {
public:
  shared_meter(asio::any_io_executor executor, wire& line, std::chrono::nanoseconds pause)
      : executor_(executor), session_(executor, line, pause), line_(executor) {}

  asio::awaitable<int> ask(int request) override {
    co_await line_.enter();
    const leaving leave{line_};

    // The exchange is a task of its own, so that nobody gets the wire before it has ended.
    co_await asio::this_coro::throw_if_cancelled(false);
    running_call call(executor_);
    asio::co_spawn(executor_, session_.exchange(request),
                   [&call](std::exception_ptr failure, int answer) {
                     call.done = true;
                     call.failure = std::move(failure);
                     call.answer = answer;
                     call.ended.cancel();
                   });
    bool cancelled = false;
    while (!call.done) {
      error_code woken;
      co_await call.ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (!call.done && !std::exchange(cancelled, true))
        session_.cancel(); // the caller has been cancelled: pass it on
    }
    if (call.failure && cancelled)
      throw system_error(asio::error::operation_aborted);
    if (call.failure)
      std::rethrow_exception(call.failure);
    co_return call.answer;
  }

private:
  struct leaving {
    waiting_line& line;

    ~leaving() { line.leave(); }
  };

  asio::any_io_executor executor_;
  session session_;
  waiting_line line_;
};

} // namespace

std::unique_ptr<meter> make_meter(asio::any_io_executor executor, wire& line,
                                  std::chrono::nanoseconds pause) {
  return std::make_unique<shared_meter>(std::move(executor), line, pause);
}

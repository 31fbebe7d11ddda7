// reject: one-at-a-time
// A meter that says 0 has not understood, and is listened to once more.
#include "pass_it_on.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

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
    const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
    try {
      while (!connected_)
        co_await try_to_connect(caller);
      dropped_unless_kept connection{*this};
      co_await line_.send(request);
      int answer = co_await line_.receive();
      while (answer == 0)
        answer = co_await line_.receive();
      connection.keep = true;
      co_return answer;
    } catch (...) {
      // Whatever the wire says to its cancellation, that is why the call has ended.
      if (caller.cancelled() != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
      throw;
    }
  }

private:
  /// An answer that is still owed would be the next caller's.
  struct dropped_unless_kept {
    session& of;
    bool keep = false;

    ~dropped_unless_kept() {
      if (keep)
        return;
      of.connected_ = false;
      of.line_.close();
    }
  };

  asio::awaitable<void> try_to_connect(asio::cancellation_state caller) {
    try {
      co_await line_.connect();
      connected_ = true;
      co_return;
    } catch (...) {
      // A failure like any other, unless the caller is the reason; the error does not tell.
      if (caller.cancelled() != asio::cancellation_type::none)
        throw;
    }
    timer_.expires_after(pause_);
    co_await timer_.async_wait(asio::use_awaitable);
  }

  wire& line_;
  const std::chrono::nanoseconds pause_;
  asio::steady_timer timer_;
  bool connected_ = false;
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

class shared_meter final : public meter {
public:
  shared_meter(asio::any_io_executor executor, wire& line, std::chrono::nanoseconds pause)
      : session_(executor, line, pause), line_(executor) {}

  asio::awaitable<int> ask(int request) override {
    co_await line_.enter();
    const leaving leave{line_};
    // Awaited, not spawned: it is the same coroutine to Asio, and what is cancelled is whatever it
    // waits for at that time. If it waits for nothing, its next wait throws.
    const int answer = co_await session_.exchange(request);
    co_return answer;
  }

private:
  struct leaving {
    waiting_line& line;

    ~leaving() { line.leave(); }
  };

  session session_;
  waiting_line line_;
};

} // namespace

std::unique_ptr<meter> make_meter(asio::any_io_executor executor, wire& line,
                                  std::chrono::nanoseconds pause) {
  return std::make_unique<shared_meter>(std::move(executor), line, pause);
}

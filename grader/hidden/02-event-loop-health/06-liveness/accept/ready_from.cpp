// accept: the loop writes down from when on it may be ready again, if it goes on as it does; the
// object that beats is cancelled by its slot
#include "liveness.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

using moment = steady_clock::time_point;

moment later(moment from, nanoseconds by) {
  return by > moment::max() - from ? moment::max() : from + by;
}

struct board {
  std::atomic<moment> last_beat = steady_clock::now();
  std::atomic<moment> ready_from = moment::max(); ///< never: it hasn't started, or it drains
  std::atomic<bool> starting = true;
  std::atomic<bool> drains = false;
  bool gone = false; ///< before the beats had begun, nobody heard a cancellation
};

asio::awaitable<void> pulse(std::shared_ptr<board> on, health_options limits) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  try {
    while (!on->gone) {
      timer.expires_after(limits.beat);
      co_await timer.async_wait(asio::use_awaitable);
      const moment now = steady_clock::now();
      if (!on->starting && !on->drains && now - on->last_beat.load() >= limits.late)
        on->ready_from = later(now, limits.calm);
      on->last_beat = now;
    }
  } catch (const boost::system::system_error&) {
    co_return; // the object is gone
  }
}

class answers final : public health {
public:
  answers(const asio::any_io_executor& loop, const health_options& options) : limits_(options) {
    asio::co_spawn(
        loop, pulse(board_, limits_),
        asio::bind_cancellation_slot(stop_->slot(), [stop = stop_](std::exception_ptr) {}));
  }

  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  ~answers() override {
    board_->gone = true;
    stop_->emit(asio::cancellation_type::terminal);
  }

  void started() override {
    if (!board_->starting)
      return;
    board_->last_beat = steady_clock::now();
    if (!board_->drains)
      board_->ready_from = steady_clock::now();
    board_->starting = false;
  }

  void draining() override {
    board_->drains = true;
    board_->ready_from = moment::max();
  }

  [[nodiscard]] bool alive() const override {
    return board_->starting || steady_clock::now() - board_->last_beat.load() < limits_.dead_after;
  }

  [[nodiscard]] bool ready() const override {
    const moment now = steady_clock::now();
    return now >= board_->ready_from.load() && now - board_->last_beat.load() < limits_.late;
  }

private:
  health_options limits_;
  std::shared_ptr<board> board_ = std::make_shared<board>();
  std::shared_ptr<asio::cancellation_signal> stop_ = std::make_shared<asio::cancellation_signal>();
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<answers>(loop, options);
}

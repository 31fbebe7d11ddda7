// reject: places-come-back
// A cancelled call is over for its caller: its place is given away, whoever still tidies up.
#include "bulkhead.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// Somebody who waits for a place; it lives in the sleeper's own frame.
struct waiter {
  asio::steady_timer alarm;
  bool started = false;
};

/// Everything that belongs to one dependency.
struct cell {
  compartment granted;
  std::size_t in_flight = 0;
  std::list<waiter*> line = {};

  /// A place that comes free goes to the first in line, so it is free only if nobody waits.
  void leave() {
    if (line.empty()) {
      --in_flight;
      return;
    }
    waiter& next = *line.front();
    line.pop_front();
    next.started = true;
    next.alarm.cancel();
  }
};

struct place_taken {
  cell& of;

  ~place_taken() { of.leave(); }
};

class walls final : public bulkheads {
public:
  walls(asio::any_io_executor executor, const std::vector<compartment>& compartments)
      : executor_(std::move(executor)) {
    for (const compartment& one : compartments)
      cells_.push_back({.granted = one});
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    cell& mine = cells_[which];
    if (start_by <= std::chrono::steady_clock::now())
      throw system_error(asio::error::timed_out);
    if (mine.in_flight < mine.granted.max_in_flight)
      ++mine.in_flight;
    else if (mine.line.size() < mine.granted.max_queued)
      co_await wait(mine, start_by);
    else
      throw system_error(asio::error::try_again);

    struct ending {
      std::exception_ptr why;
      int answer = 0;
    };

    const place_taken place{mine};
    const auto how = std::make_shared<ending>();
    const auto over = std::make_shared<asio::steady_timer>(executor_, time_point::max());
    const auto stop = std::make_shared<asio::cancellation_signal>();
    auto done = [how, over, stop](std::exception_ptr why, int answer) {
      *how = {why, answer};
      over->cancel();
    };
    asio::co_spawn(executor_, mine.granted.to->call(request),
                   asio::bind_cancellation_slot(stop->slot(), done));
    error_code ignored;
    co_await over->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto asked_to_stop = (co_await asio::this_coro::cancellation_state).cancelled();
    if (asked_to_stop != asio::cancellation_type::none) {
      stop->emit(asio::cancellation_type::terminal);
      throw system_error(asio::error::operation_aborted);
    }
    if (how->why)
      std::rethrow_exception(how->why);
    co_return how->answer;
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return cells_[which].in_flight;
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return cells_[which].line.size();
  }

private:
  asio::awaitable<void> wait(cell& mine, time_point start_by) {
    waiter self{asio::steady_timer(executor_, start_by)};
    const auto position = mine.line.insert(mine.line.end(), &self);
    error_code why;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, why));
    if (self.started)
      co_return;
    mine.line.erase(position);
    throw system_error(why ? asio::error::operation_aborted : asio::error::timed_out);
  }

  asio::any_io_executor executor_;
  std::vector<cell> cells_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<walls>(std::move(executor), compartments);
}

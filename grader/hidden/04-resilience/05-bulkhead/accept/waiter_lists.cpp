// accept: coroutines, a list of waiters for each dependency, places are handed on
#include "bulkhead.hpp"

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
    const place_taken place{mine};
    co_return co_await mine.granted.to->call(request);
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

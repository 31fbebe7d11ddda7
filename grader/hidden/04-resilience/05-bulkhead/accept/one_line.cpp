// accept: one line for all, in which a free place looks for the first who wants it
#include "bulkhead.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// One dependency's places.
struct places {
  compartment granted;
  std::size_t in_flight = 0;
  std::size_t queued = 0;

  [[nodiscard]] bool has_room() const { return in_flight < granted.max_in_flight; }
};

/// Somebody who waits for a place; it lives in the sleeper's own frame.
struct waiter {
  places& where;
  asio::steady_timer alarm;
  bool started = false;
};

class one_line_bulkheads final : public bulkheads {
public:
  one_line_bulkheads(asio::any_io_executor executor, const std::vector<compartment>& compartments)
      : executor_(executor) {
    for (const compartment& one : compartments)
      places_.push_back({.granted = one});
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    if (start_by <= std::chrono::steady_clock::now())
      throw system_error(asio::error::timed_out);
    places& mine = places_[which];
    if (mine.has_room()) // then nobody waits for it
      ++mine.in_flight;
    else if (mine.queued < mine.granted.max_queued)
      co_await wait(mine, start_by);
    else
      throw system_error(asio::error::try_again);
    const place_taken place{*this, mine};
    co_return co_await mine.granted.to->call(request);
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return places_[which].in_flight;
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return places_[which].queued;
  }

private:
  /// Gives the place back, however the call ends.
  struct place_taken {
    one_line_bulkheads& of;
    places& where;

    ~place_taken() {
      --where.in_flight;
      of.start_next(where);
    }
  };

  asio::awaitable<void> wait(places& mine, time_point start_by) {
    waiter self{mine, asio::steady_timer(executor_, start_by)};
    const auto position = line_.insert(line_.end(), &self);
    ++mine.queued;
    error_code why;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, why));
    if (self.started)
      co_return;
    line_.erase(position);
    --mine.queued;
    throw system_error(why ? asio::error::operation_aborted : asio::error::timed_out);
  }

  /// A place is free: for the first of those who wait for it.
  void start_next(places& free) {
    const auto wants_it = [&free](const waiter* one) {
      return &one->where == &free;
    };
    const auto first = std::ranges::find_if(line_, wants_it);
    if (first == line_.end())
      return;
    waiter& next = **first;
    line_.erase(first);
    --free.queued;
    ++free.in_flight;
    next.started = true;
    next.alarm.cancel();
  }

  asio::any_io_executor executor_;
  std::vector<places> places_;
  std::list<waiter*> line_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<one_line_bulkheads>(executor, compartments);
}

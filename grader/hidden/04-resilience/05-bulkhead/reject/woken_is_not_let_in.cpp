// reject: in-flight
// The place is not handed over but announced: a newcomer in that instant does not look at the line.
#include "bulkhead.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <optional>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

struct cell {
  compartment granted;
  std::size_t in_flight = 0;
  std::list<asio::steady_timer> line = {}; ///< the bells of those who wait

  [[nodiscard]] bool has_place() const { return in_flight < granted.max_in_flight; }

  void ring() {
    if (!line.empty() && has_place())
      line.front().cancel();
  }
};

/// A position in the line, for as long as it lives.
class turn {
public:
  turn(cell& where, const asio::any_io_executor& executor, time_point start_by)
      : where_(where), bell_(where.line.emplace(where.line.end(), executor, start_by)) {}

  ~turn() {
    where_.line.erase(bell_);
    where_.ring(); // for whoever is first now
  }

  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

  [[nodiscard]] bool has_come() const { return bell_ == where_.line.begin() && where_.has_place(); }

  asio::steady_timer& bell() { return *bell_; }

private:
  cell& where_;
  std::list<asio::steady_timer>::iterator bell_;
};

class inside {
public:
  explicit inside(cell& where) : where_(where) { ++where_.in_flight; }

  ~inside() {
    --where_.in_flight;
    where_.ring();
  }

  inside(const inside&) = delete;
  inside& operator=(const inside&) = delete;

private:
  cell& where_;
};

class monitor_bulkheads final : public bulkheads {
public:
  monitor_bulkheads(asio::any_io_executor executor, const std::vector<compartment>& compartments)
      : executor_(std::move(executor)) {
    for (const compartment& one : compartments)
      cells_.push_back({.granted = one});
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    cell& mine = cells_[which];
    if (start_by <= std::chrono::steady_clock::now())
      throw system_error(asio::error::timed_out);
    const bool at_once = mine.has_place();
    if (!at_once && mine.line.size() >= mine.granted.max_queued)
      throw system_error(asio::error::try_again);
    std::optional<turn> waiting;
    if (!at_once) {
      waiting.emplace(mine, executor_, start_by);
      co_await come(*waiting, start_by);
    }
    const inside place(mine);
    waiting.reset();
    co_return co_await mine.granted.to->call(request);
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return cells_[which].in_flight;
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return cells_[which].line.size();
  }

private:
  static asio::awaitable<void> come(turn& mine, time_point start_by) {
    while (!mine.has_come()) {
      error_code ignored;
      co_await mine.bell().async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
      if (cancelled != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
      if (std::chrono::steady_clock::now() >= start_by)
        throw system_error(asio::error::timed_out);
    }
  }

  asio::any_io_executor executor_;
  std::vector<cell> cells_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<monitor_bulkheads>(std::move(executor), compartments);
}

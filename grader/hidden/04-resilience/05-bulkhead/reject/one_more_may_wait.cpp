// reject: overflow
// the queue is checked with <=
#include "bulkhead.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// One dependency's places and the queue in front of them. It knows of no other.
class one_compartment {
public:
  one_compartment(asio::any_io_executor executor, const compartment& granted)
      : executor_(executor), granted_(granted) {}

  asio::awaitable<int> call(int request, time_point start_by) {
    if (start_by <= std::chrono::steady_clock::now())
      throw system_error(asio::error::timed_out);
    // Whoever waits keeps the places taken, so a free one means that nobody is passed over.
    if (in_flight_ < granted_.max_in_flight)
      ++in_flight_;
    else if (queue_.size() <= granted_.max_queued)
      co_await wait_for_a_place(start_by);
    else
      throw system_error(asio::error::try_again);
    const place_taken place{*this};
    co_return co_await granted_.to->call(request);
  }

  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  [[nodiscard]] std::size_t queued() const { return queue_.size(); }

private:
  /// Somebody in the queue; it lives in the sleeper's own frame.
  struct waiter {
    asio::steady_timer alarm; ///< rings when it is too late to start
    bool started = false;
  };

  /// Hands the place to the next in line, or gives it back, however the call ends.
  struct place_taken {
    one_compartment& of;

    ~place_taken() { of.pass_on_a_place(); }
  };

  /// Returns with a place; throws without one.
  asio::awaitable<void> wait_for_a_place(time_point start_by) {
    waiter self{asio::steady_timer(executor_, start_by)};
    const auto position = queue_.insert(queue_.end(), &self);
    error_code why;
    co_await self.alarm.async_wait(asio::redirect_error(asio::use_awaitable, why));
    if (self.started)
      co_return; // the place is this call's, even if the alarm or a cancellation came as well
    queue_.erase(position);
    throw system_error(why ? asio::error::operation_aborted : asio::error::timed_out);
  }

  /// The place goes from hand to hand: it is never free between two calls, so no newcomer can take
  /// it from who has waited.
  void pass_on_a_place() {
    if (queue_.empty()) {
      --in_flight_;
      return;
    }
    waiter& next = *queue_.front();
    queue_.pop_front();
    next.started = true;
    next.alarm.cancel();
  }

  asio::any_io_executor executor_;
  compartment granted_;
  std::size_t in_flight_ = 0;
  std::list<waiter*> queue_;
};

class separate_bulkheads final : public bulkheads {
public:
  separate_bulkheads(asio::any_io_executor executor, const std::vector<compartment>& compartments) {
    for (const compartment& one : compartments)
      compartments_.emplace_back(executor, one);
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    return compartments_[which].call(request, start_by);
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return compartments_[which].in_flight();
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return compartments_[which].queued();
  }

private:
  std::vector<one_compartment> compartments_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<separate_bulkheads>(executor, compartments);
}

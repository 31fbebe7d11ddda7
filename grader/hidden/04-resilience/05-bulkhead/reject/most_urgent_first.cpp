// reject: in-flight
// Waiters in a map by their deadline, since the timers need it: whoever has less time overtakes.
#include "bulkhead.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using callback = asio::any_completion_handler<void(error_code)>;

struct waiter {
  callback done;
  asio::steady_timer deadline;
};

/// The book of one dependency: who is inside, and who waits, by the number of the ticket.
class counter {
public:
  counter(asio::any_io_executor executor, const compartment& of)
      : executor_(std::move(executor)), granted_(of) {}

  dependency& far_end() { return *granted_.to; }

  [[nodiscard]] std::size_t in_flight() const { return inside_; }

  [[nodiscard]] std::size_t queued() const { return waiting_.size(); }

  /// A place, at once or later.
  void enter(time_point start_by, callback done) {
    if (start_by <= std::chrono::steady_clock::now())
      return answer(std::move(done), asio::error::timed_out);
    if (inside_ < granted_.max_in_flight) {
      ++inside_;
      return answer(std::move(done), {});
    }
    if (waiting_.size() == granted_.max_queued)
      return answer(std::move(done), asio::error::try_again);
    const auto number = std::pair(start_by, ++last_);
    auto slot = asio::get_associated_cancellation_slot(done);
    const auto one = waiting_.emplace(number, waiter{std::move(done), {executor_, start_by}}).first;
    one->second.deadline.async_wait([this, number](error_code stopped) {
      if (!stopped)
        finish(number, asio::error::timed_out);
    });
    if (slot.is_connected())
      slot.assign([this, number](asio::cancellation_type type) {
        if ((type & asio::cancellation_type::terminal) != asio::cancellation_type::none)
          finish(number, asio::error::operation_aborted);
      });
  }

  void leave() {
    if (waiting_.empty())
      --inside_;
    else
      finish(waiting_.begin()->first, {});
  }

private:
  /// Unless that one has had its answer.
  void finish(std::pair<time_point, std::uint64_t> number, error_code how) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end())
      return;
    callback done = std::move(found->second.done);
    waiting_.erase(found);
    answer(std::move(done), how);
  }

  void answer(callback done, error_code how) {
    asio::post(executor_, [done = std::move(done), how]() mutable { std::move(done)(how); });
  }

  asio::any_io_executor executor_;
  compartment granted_;
  std::size_t inside_ = 0;
  std::map<std::pair<time_point, std::uint64_t>, waiter> waiting_;
  std::uint64_t last_ = 0;
};

class callback_bulkheads final : public bulkheads {
public:
  callback_bulkheads(const asio::any_io_executor& executor,
                     const std::vector<compartment>& compartments) {
    for (const compartment& one : compartments)
      counters_.push_back(std::make_unique<counter>(executor, one));
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    counter& mine = *counters_[which];
    auto start = [&mine, start_by](auto handler) {
      mine.enter(start_by, callback(std::move(handler)));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(error_code)>(
        std::move(start), asio::use_awaitable);
    const auto leave = [](counter* of) {
      of->leave();
    };
    const std::unique_ptr<counter, decltype(leave)> inside(&mine, leave);
    co_return co_await mine.far_end().call(request);
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return counters_[which]->in_flight();
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return counters_[which]->queued();
  }

private:
  std::vector<std::unique_ptr<counter>> counters_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<callback_bulkheads>(executor, compartments);
}

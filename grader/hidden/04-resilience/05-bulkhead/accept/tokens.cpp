// accept: channels: a channel of tokens for each dependency, raced against the deadline
#include "bulkhead.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using token_channel = asio::experimental::channel<void(error_code)>;

struct cell {
  cell(const asio::any_io_executor& executor, const compartment& of)
      : granted(of), tokens(executor, of.max_in_flight) {
    for (std::size_t i = 0; i < of.max_in_flight; ++i)
      tokens.try_send(error_code{});
  }

  compartment granted;
  token_channel tokens; ///< of the places that are free
  std::size_t in_flight = 0;
  std::size_t queued = 0;
};

/// Owns a token that has been received.
class token {
public:
  explicit token(cell& of) : of_(of) { ++of_.in_flight; }

  ~token() {
    --of_.in_flight;
    // try_send() may refuse: Asio 1.81 takes a channel for full once its last receiver was
    // cancelled
    of_.tokens.async_send(error_code{}, asio::detached);
  }

  token(const token&) = delete;
  token& operator=(const token&) = delete;

private:
  cell& of_;
};

struct in_queue {
  explicit in_queue(cell& where) : of(where) { ++of.queued; }

  ~in_queue() { --of.queued; }

  in_queue(const in_queue&) = delete;
  in_queue& operator=(const in_queue&) = delete;

  cell& of;
};

class token_bulkheads final : public bulkheads {
public:
  token_bulkheads(asio::any_io_executor executor, const std::vector<compartment>& compartments)
      : executor_(std::move(executor)) {
    for (const compartment& one : compartments)
      cells_.push_back(std::make_unique<cell>(executor_, one));
  }

  asio::awaitable<int> call(std::size_t which, int request, time_point start_by) override {
    if (start_by <= std::chrono::steady_clock::now())
      throw system_error(asio::error::timed_out);
    cell& mine = *cells_[which];
    if (!mine.tokens.try_receive([](error_code) {})) {
      if (mine.queued == mine.granted.max_queued)
        throw system_error(asio::error::try_again);
      co_await receive(mine, start_by);
    }
    const token place(mine);
    co_return co_await mine.granted.to->call(request);
  }

  [[nodiscard]] std::size_t in_flight(std::size_t which) const override {
    return cells_[which]->in_flight;
  }

  [[nodiscard]] std::size_t queued(std::size_t which) const override {
    return cells_[which]->queued;
  }

private:
  asio::awaitable<void> receive(cell& mine, time_point start_by) {
    const in_queue waiting(mine);
    asio::steady_timer limit(executor_, start_by);
    auto race = asio::experimental::make_parallel_group(mine.tokens.async_receive(asio::deferred),
                                                        limit.async_wait(asio::deferred));
    const auto [order, no_token, no_timeout] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!no_token)
      co_return; // even if the deadline was first: this token is nobody else's
    throw system_error(no_timeout ? asio::error::operation_aborted : asio::error::timed_out);
  }

  asio::any_io_executor executor_;
  std::vector<std::unique_ptr<cell>> cells_;
};

} // namespace

std::unique_ptr<bulkheads> make_bulkheads(asio::any_io_executor executor,
                                          std::vector<compartment> compartments) {
  return std::make_unique<token_bulkheads>(std::move(executor), compartments);
}

// reject: comes-back
// giving back as a coroutine: a co_await of a cancelled caller throws, and the permit stays out
#include "limiter.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <set>
#include <utility>

using boost::system::error_code;

namespace {

class ticket_limiter final : public limiter {
public:
  ticket_limiter(const asio::any_io_executor& executor, std::size_t limit)
      : changed_(executor, asio::steady_timer::time_point::max()), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    co_await take_turn();
    std::exception_ptr error;
    try {
      co_await work();
    } catch (...) {
      error = std::current_exception();
    }
    co_await give_back();
    if (error)
      std::rethrow_exception(error);
  }

  void set_limit(std::size_t limit) override {
    limit_ = limit;
    changed_.cancel();
  }

  [[nodiscard]] std::size_t in_flight() const override { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  asio::awaitable<void> give_back() {
    --in_flight_;
    changed_.cancel();
    co_return;
  }

  asio::awaitable<void> take_turn() {
    const std::uint64_t mine = ++last_;
    line_.insert(mine);
    while (in_flight_ >= limit_ || *line_.begin() != mine) {
      error_code woken;
      co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) {
        leave_line(mine);
        throw boost::system::system_error(asio::error::operation_aborted);
      }
    }
    ++in_flight_;
    leave_line(mine);
  }

  /// Whoever is first now has to look.
  void leave_line(std::uint64_t ticket) {
    line_.erase(ticket);
    changed_.cancel();
  }

  asio::steady_timer changed_;
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::uint64_t last_ = 0;
  std::set<std::uint64_t> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<ticket_limiter>(executor, limit);
}

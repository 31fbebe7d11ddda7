// reject: cancelled
// a request on the way is not disturbed: the cancellation does not reach send
// clock
#include "client.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>

using boost::system::error_code;
using boost::system::system_error;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

class patient_client final : public client {
public:
  patient_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : executor_(executor), partner_(to), interval_(interval) {}

  asio::awaitable<answer> ask(int request) override {
    const std::uint64_t number = ++numbers_;
    for (;;) {
      co_await turn(number);
      const answer got = co_await asio::co_spawn(
          executor_, partner_.send(request),
          asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
      if (got.status != answer::too_many_requests)
        co_return got;
      not_before_ = std::max(not_before_, steady_clock::now() + got.retry_after);
    }
  }

private:
  using line = std::map<std::uint64_t, asio::steady_timer>;

  /// In the line until it goes out of scope.
  struct place {
    place(patient_client& in, std::uint64_t number)
        : owner(in), mine(in.line_.try_emplace(number, in.executor_).first) {}

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
      owner.line_.erase(mine);
      if (!owner.line_.empty())
        owner.line_.begin()->second.cancel();
    }

    [[nodiscard]] bool first() const { return mine == owner.line_.begin(); }

    patient_client& owner;
    line::iterator mine;
  };

  asio::awaitable<void> turn(std::uint64_t number) {
    const place here(*this, number);
    while (!here.first() || steady_clock::now() < not_before_) {
      asio::steady_timer& alarm = here.mine->second;
      alarm.expires_at(here.first() ? not_before_ : steady_clock::time_point::max());
      error_code woken;
      co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none)
        throw system_error(asio::error::operation_aborted);
    }
    not_before_ = steady_clock::now() + interval_;
  }

  const asio::any_io_executor executor_;
  partner& partner_;
  const nanoseconds interval_;
  steady_clock::time_point not_before_{};
  std::uint64_t numbers_ = 0;
  line line_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<patient_client>(executor, to, interval);
}

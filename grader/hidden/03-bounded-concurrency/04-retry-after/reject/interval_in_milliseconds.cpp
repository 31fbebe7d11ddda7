// reject: full-use
// the interval is kept in milliseconds, as in the contract
#include "client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <map>

using boost::system::error_code;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// One request at a time goes through, and not before the gate opens. Nobody is given a time in
/// advance: when the gate opens may change while people wait, and then it has changed for all of
/// them. Only the first in line watches the clock; the others wait until they are the first.
class gate {
public:
  using ticket = std::uint64_t;

  gate(asio::any_io_executor executor, nanoseconds interval)
      : executor_(executor), interval_(std::chrono::ceil<std::chrono::milliseconds>(interval)) {}

  /// A place in the line, by order of arrival. It stays the holder's, who may come back with it.
  ticket take_ticket() { return ++last_ticket_; }

  /// Waits until `mine` is the first in line and the gate is open, and shuts the gate behind.
  asio::awaitable<void> pass(ticket mine) {
    place here(*this, mine);
    while (!here.is_first() || steady_clock::now() < opens_at_) {
      here.alarm.expires_at(here.is_first() ? opens_at_ : steady_clock::time_point::max());
      error_code woken; // by the clock, by whoever left the line, or by a cancellation
      co_await here.alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if ((co_await asio::this_coro::cancellation_state).cancelled() !=
          asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    opens_at_ = steady_clock::now() + interval_;
  }

  /// A later end counts, an earlier one changes nothing.
  void keep_shut_until(steady_clock::time_point end) { opens_at_ = std::max(opens_at_, end); }

private:
  /// Lives in the frame of the one who waits. However that one leaves, the next in line is told.
  struct place {
    place(gate& at, ticket number)
        : alarm(at.executor_), line(at.line_), position(line.emplace(number, this).first) {}

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
      line.erase(position);
      if (!line.empty())
        line.begin()->second->alarm.cancel();
    }

    [[nodiscard]] bool is_first() const { return position == line.begin(); }

    asio::steady_timer alarm;
    std::map<ticket, place*>& line;
    std::map<ticket, place*>::iterator position;
  };

  asio::any_io_executor executor_;
  nanoseconds interval_;
  std::map<ticket, place*> line_;
  steady_clock::time_point opens_at_{};
  ticket last_ticket_ = 0;
};

class patient_client final : public client {
public:
  patient_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : gate_(executor, interval), partner_(to) {}

  asio::awaitable<answer> ask(int request) override {
    const gate::ticket mine = gate_.take_ticket();
    for (;;) {
      co_await gate_.pass(mine);
      const answer got = co_await partner_.send(request);
      if (got.status != answer::too_many_requests)
        co_return got;
      gate_.keep_shut_until(steady_clock::now() + got.retry_after);
    }
  }

private:
  gate gate_;
  partner& partner_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<patient_client>(executor, to, interval);
}

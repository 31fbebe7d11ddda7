// reject: cancelled
// a cancelled caller throws, and its place in the line stays and gets a turn
#include "client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
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

using turn = asio::experimental::channel<void(error_code)>;

struct shared_state {
  shared_state(asio::any_io_executor executor, nanoseconds between)
      : alarm(executor), interval(between) {}

  asio::steady_timer alarm;
  nanoseconds interval;
  steady_clock::time_point not_before{};
  std::map<std::uint64_t, std::shared_ptr<turn>> line;
  bool conducting = false;
};

/// There is one as long as there is a line.
asio::awaitable<void> conduct(std::shared_ptr<shared_state> state) {
  while (!state->line.empty()) {
    if (steady_clock::now() < state->not_before) {
      state->alarm.expires_at(state->not_before);
      error_code ignored;
      co_await state->alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      continue;
    }
    const auto first = state->line.extract(state->line.begin());
    state->not_before = steady_clock::now() + state->interval;
    first.mapped()->try_send(error_code());
  }
  state->conducting = false;
}

class conducted_client final : public client {
public:
  conducted_client(asio::any_io_executor executor, partner& to, nanoseconds interval)
      : executor_(executor),
        partner_(to),
        state_(std::make_shared<shared_state>(executor, interval)) {}

  asio::awaitable<answer> ask(int request) override {
    const std::uint64_t number = ++numbers_;
    for (;;) {
      co_await wait(number);
      const answer got = co_await partner_.send(request);
      if (got.status != answer::too_many_requests)
        co_return got;
      state_->not_before = std::max(state_->not_before, steady_clock::now() + got.retry_after);
    }
  }

private:
  asio::awaitable<void> wait(std::uint64_t number) {
    const auto mine = std::make_shared<turn>(executor_, 1);
    state_->line.emplace(number, mine);
    if (!state_->conducting) {
      state_->conducting = true;
      asio::co_spawn(executor_, conduct(state_), asio::detached);
    }
    const auto [error] = co_await mine->async_receive(asio::as_tuple(asio::use_awaitable));
    if (!error)
      co_return;
    if (state_->line.empty())
      state_->alarm.cancel();
    throw system_error(asio::error::operation_aborted);
  }

  const asio::any_io_executor executor_;
  partner& partner_;
  std::uint64_t numbers_ = 0;
  std::shared_ptr<shared_state> state_;
};

} // namespace

std::unique_ptr<client> make_client(asio::any_io_executor executor, partner& to,
                                    nanoseconds interval) {
  return std::make_unique<conducted_client>(executor, to, interval);
}

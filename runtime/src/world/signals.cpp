#include "weir/world/signals.hpp"

#include "checked.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::world {

namespace asio = boost::asio;

namespace {

std::string name_of(int number) {
  switch (number) {
  case SIGHUP:
    return "SIGHUP";
  case SIGINT:
    return "SIGINT";
  case SIGQUIT:
    return "SIGQUIT";
  case SIGTERM:
    return "SIGTERM";
  case SIGUSR1:
    return "SIGUSR1";
  case SIGUSR2:
    return "SIGUSR2";
  default:
    return weir::text("signal {}", number);
  }
}

} // namespace

struct signals::impl {
  /// A call of `wait`, from when it is in the line until it has been told or has left.
  struct waiter {
    explicit waiter(impl& in) : of(in), bell(in.executor, asio::steady_timer::time_point::max()) {
      of.waiters.push_back(this);
    }

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() { std::erase(of.waiters, this); }

    impl& of;
    asio::steady_timer bell;
    std::optional<int> number;
  };

  explicit impl(asio::any_io_executor on) : executor(std::move(on)) {}

  static asio::awaitable<int> wait(std::shared_ptr<impl> self);

  /// The lowest that is queued.
  std::optional<int> take() {
    for (auto& [number, many] : undelivered) {
      if (many != 0) {
        --many;
        return number;
      }
    }
    return std::nullopt;
  }

  asio::any_io_executor executor;
  std::map<int, std::size_t> undelivered; ///< of each number that is heard
  std::vector<waiter*> waiters;
};

asio::awaitable<int> signals::impl::wait(std::shared_ptr<impl> self) {
  if (const std::optional<int> queued = self->take()) {
    try {
      // Told through the loop, as any operation is; a cancellation comes too late.
      co_await asio::post(self->executor, asio::bind_cancellation_slot(asio::cancellation_slot(),
                                                                       asio::use_awaitable));
    } catch (...) { // cancelled before it began
      ++self->undelivered[*queued];
      throw;
    }
    co_return *queued;
  }
  waiter mine(*self);
  boost::system::error_code interrupted;
  co_await mine.bell.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
  if (!mine.number)
    throw boost::system::system_error(asio::error::operation_aborted);
  co_return *mine.number;
}

signals::signals(asio::any_io_executor executor, std::initializer_list<int> numbers)
    : impl_(std::make_shared<impl>(std::move(executor))) {
  for (const int number : numbers) {
    require(number > 0 && number <= SIGRTMAX, "signals: there is no signal of that number");
    require(number != SIGKILL && number != SIGSTOP, "signals: nobody can hear SIGKILL or SIGSTOP");
    impl_->undelivered.emplace(number, 0);
  }
}

void signals::raise(int number) {
  const auto heard = impl_->undelivered.find(number);
  require(heard != impl_->undelivered.end(),
          "signals: one that nobody has asked to hear; its default action would end the process");
  weir::note("{} comes", name_of(number));
  if (impl_->waiters.empty()) {
    ++heard->second;
    return;
  }
  for (impl::waiter* const each : std::exchange(impl_->waiters, {})) {
    each->number = number;
    each->bell.cancel();
  }
}

asio::awaitable<int> signals::wait() {
  return impl::wait(impl_);
}

std::size_t signals::queued() const noexcept {
  std::size_t all = 0;
  for (const auto& [number, many] : impl_->undelivered)
    all += many;
  return all;
}

std::size_t signals::waiting() const noexcept {
  return impl_->waiters.size();
}

} // namespace weir::world

#include "utilisation.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <chrono>
#include <memory>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

struct busy_time {
  nanoseconds busy{};
};

/// Counts the time of one handler, however it ends.
class stopwatch {
public:
  explicit stopwatch(busy_time& all) : all_(all) {}

  stopwatch(const stopwatch&) = delete;
  stopwatch& operator=(const stopwatch&) = delete;

  ~stopwatch() { all_.busy += steady_clock::now() - begun_; }

private:
  busy_time& all_;
  const steady_clock::time_point begun_ = steady_clock::now();
};

class measuring_executor {
public:
  measuring_executor(asio::any_io_executor inner, busy_time& all)
      : inner_(std::move(inner)), all_(&all) {}

  template <class Function>
  void execute(Function&& function) const {
    inner_.execute([all = all_, function = std::forward<Function>(function)]() mutable {
      const stopwatch running(*all);
      std::move(function)();
    });
  }

  asio::execution_context& query(asio::execution::context_t) const {
    return asio::query(inner_, asio::execution::context);
  }

  // any_io_executor wants it of whatever it holds.
  asio::any_io_executor require(asio::execution::blocking_t::never_t never) const {
    return asio::require(inner_, never);
  }

  friend bool operator==(const measuring_executor& a, const measuring_executor& b) noexcept {
    return a.inner_ == b.inner_;
  }

  friend bool operator!=(const measuring_executor& a, const measuring_executor& b) noexcept {
    return !(a == b);
  }

private:
  asio::any_io_executor inner_;
  busy_time* all_;
};

class meter final : public utilisation_meter {
public:
  asio::any_io_executor measured(asio::any_io_executor inner) override {
    return measuring_executor(std::move(inner), all_);
  }

  double take() override {
    const auto now = steady_clock::now();
    const std::chrono::duration<double> window = now - std::exchange(window_began_, now);
    const std::chrono::duration<double> busy = std::exchange(all_.busy, nanoseconds(0));
    return window.count() > 0 ? busy / window : 0.0;
  }

private:
  busy_time all_;
  steady_clock::time_point window_began_ = steady_clock::now();
};

} // namespace

std::unique_ptr<utilisation_meter> make_meter() {
  return std::make_unique<meter>();
}

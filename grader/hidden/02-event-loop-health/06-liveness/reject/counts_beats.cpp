// reject: calm
// calm is so many punctual beats in a row; a beat that comes a little late, and is not late, takes
// the place of the others that would have been due
#include "liveness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdint>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

struct pulse : std::enable_shared_from_this<pulse> {
  pulse(const asio::any_io_executor& on, const health_options& options)
      : limits(options), timer(on) {}

  asio::awaitable<void> run() {
    const auto self = shared_from_this();
    const std::int64_t enough = (limits.calm - nanoseconds(1)) / limits.beat + 1;
    while (!over) {
      timer.expires_after(limits.beat);
      boost::system::error_code cancelled;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      const auto now = steady_clock::now();
      const bool late = now - heard.load() - limits.beat >= limits.late;
      heard = now;
      if (is_started && late) {
        calm = false;
        punctual = 0;
      } else if (!calm && ++punctual >= enough) {
        calm = true;
      }
    }
  }

  const health_options limits;
  asio::steady_timer timer;
  bool over = false;
  std::int64_t punctual = 0;
  std::atomic<bool> calm = true;
  std::atomic<bool> is_started = false;
  std::atomic<bool> drains = false;
  std::atomic<steady_clock::time_point> heard = steady_clock::now();
};

class answers final : public health {
public:
  answers(const asio::any_io_executor& loop, const health_options& options)
      : pulse_(std::make_shared<pulse>(loop, options)) {
    asio::co_spawn(loop, pulse_->run(), asio::detached);
  }

  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  ~answers() override {
    pulse_->over = true;
    pulse_->timer.cancel();
  }

  void started() override {
    if (pulse_->is_started)
      return;
    pulse_->heard = steady_clock::now();
    pulse_->is_started = true;
  }

  void draining() override { pulse_->drains = true; }

  [[nodiscard]] bool alive() const override {
    return !pulse_->is_started || silence() < pulse_->limits.dead_after;
  }

  [[nodiscard]] bool ready() const override {
    return pulse_->is_started && !pulse_->drains && pulse_->calm && silence() < pulse_->limits.late;
  }

private:
  [[nodiscard]] nanoseconds silence() const { return steady_clock::now() - pulse_->heard.load(); }

  std::shared_ptr<pulse> pulse_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<answers>(loop, options);
}

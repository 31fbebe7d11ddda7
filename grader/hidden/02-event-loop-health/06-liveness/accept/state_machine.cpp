// accept: a state machine: starting, ready, late, calming down, draining; the loop moves it on with
// each beat, and whoever asks moves a copy of it on to his own moment; beats on a fixed grid
#include "liveness.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

struct machine {
  enum class state { starting, good, late, calming } is = state::starting;
  bool drains = false;
  steady_clock::time_point since{};    ///< of the state
  steady_clock::time_point next_due{}; ///< beat

  [[nodiscard]] nanoseconds overdue(steady_clock::time_point now) const { return now - next_due; }

  /// Time goes by, and no beat comes.
  void look(steady_clock::time_point now, const health_options& limits) {
    if (is == state::starting)
      return;
    if (overdue(now) >= limits.late)
      change(state::late, now);
    else if (is == state::calming && now - since >= limits.calm)
      change(state::good, now);
  }

  /// The beat that was due comes.
  void beat(steady_clock::time_point now, const health_options& limits) {
    look(now, limits);
    if (is == state::late)
      change(state::calming, now);
    while (next_due <= now)
      next_due += limits.beat;
  }

  void change(state to, steady_clock::time_point now) {
    if (is == to)
      return;
    is = to;
    since = now;
  }
};

struct body {
  body(const asio::any_io_executor& loop, const health_options& options)
      : limits(options), timer(loop) {
    now_is.next_due = steady_clock::now() + limits.beat;
  }

  [[nodiscard]] machine at(steady_clock::time_point now) const {
    machine copy;
    {
      const std::scoped_lock lock(mutex);
      copy = now_is;
    }
    copy.look(now, limits);
    return copy;
  }

  const health_options limits;
  asio::steady_timer timer;
  bool stopped = false;
  mutable std::mutex mutex;
  machine now_is;
};

asio::awaitable<void> pulse(std::shared_ptr<body> mine) {
  for (;;) {
    mine->timer.expires_at(mine->now_is.next_due);
    co_await mine->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (mine->stopped)
      co_return;
    const std::scoped_lock lock(mine->mutex);
    mine->now_is.beat(steady_clock::now(), mine->limits);
  }
}

class answers final : public health {
public:
  answers(const asio::any_io_executor& loop, const health_options& options)
      : body_(std::make_shared<body>(loop, options)) {
    asio::co_spawn(loop, pulse(body_), asio::detached);
  }

  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;

  ~answers() override {
    body_->stopped = true;
    body_->timer.cancel();
  }

  void started() override {
    const std::scoped_lock lock(body_->mutex);
    machine& it = body_->now_is;
    if (it.is != machine::state::starting)
      return;
    it.is = machine::state::good;
    it.next_due = steady_clock::now() + body_->limits.beat;
  }

  void draining() override {
    const std::scoped_lock lock(body_->mutex);
    body_->now_is.drains = true;
  }

  [[nodiscard]] bool alive() const override {
    const auto now = steady_clock::now();
    const machine it = body_->at(now);
    return it.is == machine::state::starting || it.overdue(now) < body_->limits.dead_after;
  }

  [[nodiscard]] bool ready() const override {
    const machine it = body_->at(steady_clock::now());
    return it.is == machine::state::good && !it.drains;
  }

private:
  std::shared_ptr<body> body_;
};

} // namespace

std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options) {
  return std::make_unique<answers>(loop, options);
}

// reject: busy
// Everything is measured that is handed to execute(). post() hands it to what it has required, and
// that is the executor inside.
#include "utilisation.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// The time in handlers since the window began. A handler inside a handler runs in the time of the
/// outer one, which is counted already.
class busy_time {
public:
  class [[nodiscard]] handler {
  public:
    explicit handler(busy_time& all) : all_(all) {
      if (all_.depth_++ == 0)
        all_.counted_until_ = steady_clock::now();
    }

    handler(const handler&) = delete;
    handler& operator=(const handler&) = delete;

    ~handler() {
      if (--all_.depth_ == 0)
        all_.busy_ += steady_clock::now() - all_.counted_until_;
    }

  private:
    busy_time& all_;
  };

  double take() {
    const auto now = steady_clock::now();
    if (depth_ != 0) {
      busy_ += now - counted_until_;
      counted_until_ = now; // the rest of this handler is the next window's
    }
    const nanoseconds window = now - std::exchange(window_began_, now);
    const nanoseconds busy = std::exchange(busy_, nanoseconds(0));
    return window.count() == 0
               ? 0.0
               : static_cast<double>(busy.count()) / static_cast<double>(window.count());
  }

private:
  steady_clock::time_point window_began_ = steady_clock::now();
  steady_clock::time_point counted_until_;
  nanoseconds busy_{};
  int depth_ = 0;
};

/// Whatever is required or preferred of it is required or preferred of the executor inside, and
/// what comes of that is measured as well: `post` submits to such a one.
class measuring_executor {
public:
  measuring_executor(asio::any_io_executor inner, busy_time& all)
      : inner_(std::move(inner)), all_(&all) {}

  template <class Function>
  void execute(Function&& function) const {
    inner_.execute([all = all_, function = std::forward<Function>(function)]() mutable {
      const busy_time::handler running(*all);
      std::move(function)();
    });
  }

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const {
    return asio::query(inner_, asio::execution::context);
  }

  template <class Property>
    requires asio::can_require_v<const asio::any_io_executor&, Property>
  [[nodiscard]] asio::any_io_executor require(const Property& property) const {
    return asio::require(inner_, property);
  }

  template <class Property>
    requires asio::can_prefer_v<const asio::any_io_executor&, Property>
  [[nodiscard]] measuring_executor prefer(const Property& property) const {
    return {asio::prefer(inner_, property), *all_};
  }

  friend bool operator==(const measuring_executor& a, const measuring_executor& b) noexcept {
    return a.all_ == b.all_ && a.inner_ == b.inner_;
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

  double take() override { return all_.take(); }

private:
  busy_time all_;
};

} // namespace

std::unique_ptr<utilisation_meter> make_meter() {
  return std::make_unique<meter>();
}

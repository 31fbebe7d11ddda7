#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>

namespace asio = boost::asio;

/// When the answers change. `beat` is a millisecond at least; `late` and `dead_after` are longer
/// than three beats, and `calm` is not negative. These three may be as long as
/// `nanoseconds::max()`, for which nobody has ever waited.
struct health_options {
  /// So often the loop is made to show that it still turns.
  std::chrono::nanoseconds beat = std::chrono::milliseconds(100);

  /// A loop that keeps what is due waiting for so long is late.
  std::chrono::nanoseconds late = std::chrono::milliseconds(500);

  /// For so long it must not have been late before it gets requests again.
  std::chrono::nanoseconds calm = std::chrono::seconds(5);

  /// A loop that keeps what is due waiting for so long does not come back.
  std::chrono::nanoseconds dead_after = std::chrono::seconds(30);
};

/// What a process says about its event loop, to a platform that asks two questions every now and
/// then. The clock is `std::chrono::steady_clock`.
///
/// Thread: it is made, told and destroyed on the loop, which one thread runs. The questions are
/// asked by another thread, that of the health server, at any moment, also in the middle of a
/// handler that occupies the loop; and by several threads at a time, if so many ask.
class health {
public:
  /// Nobody asks any more. Nothing that it has started on the loop outlives this instant.
  virtual ~health() = default;

  /// \name Told by the service, on the loop, in any order, and possibly more than once. The first
  /// time counts.
  /// @{
  /// The start-up is over; from now on the service takes requests.
  virtual void started() = 0;

  /// The shutdown has begun: what is here is finished, and nothing new is taken. For good.
  virtual void draining() = 0;
  /// @}

  /// \name Asked from outside. Never wait, and leave nothing to do for the loop.
  /// @{
  /// Whether to leave the process as it is. If not, it is killed.
  [[nodiscard]] virtual bool alive() const = 0;

  /// Whether to send requests here. If not, they go elsewhere, and those that are here are
  /// finished.
  [[nodiscard]] virtual bool ready() const = 0;
  /// @}
};

/// Watches the loop from now on. Its start-up is not over.
std::unique_ptr<health> make_health(asio::any_io_executor loop, const health_options& options);

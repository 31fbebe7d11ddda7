#pragma once

#include <weir/world/meter.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>

namespace weir::world {

/// Work that occupies the event loop: the virtual clock moves on by `work` >= 0 and nothing else
/// runs meanwhile. Timers that expire in between are served late, as behind any blocking call.
/// Outside a run it blocks the calling thread for as long.
void occupy_loop(std::chrono::nanoseconds work);

struct cpu_pool_options {
  std::string name = "cpu"; ///< in traces and messages
  std::size_t workers = 1;  ///< >= 1
  /// How many jobs may wait for a worker; beyond it `run` fails with `error::unavailable`.
  std::size_t queue_limit = std::numeric_limits<std::size_t>::max();
};

/// Threads for work that does not belong on the loop, simulated: a job keeps a worker busy and the
/// loop free. First come, first served. One thread or strand; jobs in progress when the pool is
/// destroyed go on to their end.
class cpu_pool {
public:
  /// \throws std::invalid_argument for options outside their ranges
  cpu_pool(boost::asio::any_io_executor executor, const cpu_pool_options& options);

  /// Waits for a worker, then for `work` to be done. Cancellation (terminal) leaves the queue and
  /// throws operation_aborted; once a worker has the job it has no effect, because a computation
  /// on a thread can't be interrupted.
  /// \throws service_error with `error::unavailable` when the queue is full
  [[nodiscard]] boost::asio::awaitable<void> run(std::chrono::nanoseconds work);

  [[nodiscard]] std::size_t busy() const noexcept;
  [[nodiscard]] std::size_t peak_busy() const noexcept;
  [[nodiscard]] std::size_t queued() const noexcept;
  [[nodiscard]] std::size_t peak_queued() const noexcept;
  /// Jobs done.
  [[nodiscard]] std::size_t completed() const noexcept;
  /// Mean share of the workers that were busy since construction, in [0, 1].
  [[nodiscard]] double utilisation() const;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weir::world

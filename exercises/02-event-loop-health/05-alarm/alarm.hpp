#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

/// What was seen of a process with one event loop in one second.
struct sample {
  /// The end of that second, on the clock of whoever collects the samples. It grows from each
  /// sample to the next: by one second, or by more where samples are missing.
  std::chrono::seconds at{};

  /// For how long the process had been running. A restarted process counts from 0 again.
  std::chrono::seconds uptime{};

  /// A tick was due every 20 ms; how much later than due the fifty ticks of this second came. With
  /// fifty of them the 99th percentile is the latest.
  std::chrono::nanoseconds lag_p99{};
  std::chrono::nanoseconds lag_mean{};

  double utilisation = 0; ///< for what share of the second handlers were running, 0 to 1

  std::size_t requests = 0; ///< that were answered in this second
  std::size_t slow = 0;     ///< of them, took longer than a second from coming to answer
  std::chrono::nanoseconds latency_p99{}; ///< of them; 0 if there are none
};

/// Decides whether somebody has to be called because of the event loop. Sees one process, by its
/// samples, from the first on.
///
/// It waits for nothing, starts nothing and asks no clock: what time it is stands in the samples.
/// It sees one each second for years, so neither what a call costs nor what is kept may grow with
/// how many there were. Keeping the samples of the last hour, and looking once at each of them in
/// each call, is within that; sorting them in each call takes longer than a test may. One thread.
class loop_alarm {
public:
  virtual ~loop_alarm() = default;

  /// The next sample. Returns whether the alarm is on now.
  virtual bool update(const sample& seen) = 0;
};

/// An alarm that is off.
std::unique_ptr<loop_alarm> make_alarm();

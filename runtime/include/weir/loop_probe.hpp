#pragma once

#include "weir/probe.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace weir {

/// What an event loop shows of its health, whoever measures it: the code under study, or a scene.
/// In a trace these are the gauges "NAME lag" in milliseconds and "NAME utilisation" in per cent,
/// with the roles `loop_lag` and `loop_utilisation` and the subject NAME.
class loop_probe {
public:
  explicit loop_probe(std::string name = "loop");

  /// How much later the loop came to something than it was due. Values stand until the next one:
  /// say 0 when it is punctual again.
  void lag(std::chrono::nanoseconds late);

  /// For what share of the time, 0 to 1, handlers were running. The gauge is there from the first
  /// time on.
  void utilisation(double share);

private:
  std::string name_;
  gauge lag_;
  std::optional<gauge> utilisation_;
};

} // namespace weir

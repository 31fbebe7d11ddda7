#pragma once

#include "weir/probe.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weir {

/// The states of a circuit breaker, numbered as `source_role::breaker_state` wants it.
enum class breaker_phase : std::uint8_t { closed, open, half_open };

/// What a breaker is set to, for the lines and slots that are drawn beside its numbers.
struct breaker_probe_options {
  double threshold = 0;         ///< share of failures in the window that opens it, in %
  std::size_t minimum = 0;      ///< results that it takes to judge by
  std::size_t window = 0;       ///< results that it looks back on
  std::size_t probes = 1;       ///< calls that it admits while half-open
  std::string name = "breaker"; ///< tells several breakers of one run apart
};

/// What a circuit breaker shows of itself: its state, the results that it counts, what it judges
/// by, how long it stays open, and who probes. In a trace these are the sources "NAME", "NAME
/// window", "NAME calls in window", "NAME failure rate", "NAME window size", "NAME cooldown" and
/// "NAME probes", with the roles `breaker_…` and the subject NAME.
///
/// Begins closed, with nothing counted.
class breaker_probe {
public:
  explicit breaker_probe(const breaker_probe_options& options);

  /// Being in a state already is no transition. Whoever was probing no longer is.
  void enter(breaker_phase next);

  [[nodiscard]] breaker_phase phase() const noexcept;

  /// For how long it is open from now on.
  void cooldown(std::chrono::nanoseconds length);

  /// A result that it counts, one by one.
  void counted(outcome how) { results_.add(how); }

  /// What it judges by from now on: so many results, and failures among them.
  void judges_by(std::size_t calls, std::size_t failures);

  /// How many calls are probing, while it is half-open.
  void probing(std::size_t calls) { probes_.set(static_cast<double>(calls)); }

  [[nodiscard]] std::size_t probing() const noexcept {
    return static_cast<std::size_t>(probes_.value());
  }

private:
  detail::state_probe state_;
  gauge rate_;
  gauge calls_;
  gauge size_;
  gauge probes_;
  gauge cooldown_;
  outcomes results_;
};

} // namespace weir

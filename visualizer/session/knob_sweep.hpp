#pragma once

#include "model/sweep.hpp"
#include "process/simulation.hpp"
#include "session/run.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::viz {

/// Runs of one knob over its range, and what has come of them.
class knob_sweep {
public:
  /// A value for which there is no point: its run crashed, hung or ended badly.
  struct failure {
    double value = 0;
    std::string why = {};
  };

  /// Begins anew with this knob, which is the one at `index` of the request's: `with` has code,
  /// seed and the others. The requests that it takes, one for each value, with tickets from
  /// `first_ticket`.
  std::vector<run_request> begin(const knob_info& knob, std::size_t index, const run_request& with,
                                 std::size_t count, std::uint64_t first_ticket);

  /// A result for `slot::sweep`; one of a sweep that was stopped, or of an earlier one, is dropped.
  void take(const run_request& request, const run& result);

  /// No more results are awaited. What has come stays.
  void stop() noexcept { missing_ = 0; }

  [[nodiscard]] bool running() const noexcept { return missing_ > 0; }

  [[nodiscard]] std::size_t done() const noexcept { return points_.size() + failures_.size(); }

  [[nodiscard]] std::size_t total() const noexcept { return done() + missing_; }

  [[nodiscard]] const std::vector<failure>& failures() const noexcept { return failures_; }

  /// Of what has come in so far; null before the first.
  [[nodiscard]] const sweep_result* result() const noexcept {
    return result_ ? &*result_ : nullptr;
  }

  /// Null before the first sweep.
  [[nodiscard]] const knob_info* knob() const noexcept { return knob_ ? &*knob_ : nullptr; }

  /// Whether code, seed or another knob are different in `now`: the curves show what was then.
  [[nodiscard]] bool is_older_than(const run_request& now) const;

private:
  std::optional<knob_info> knob_;
  run_request with_; ///< code, seed and the other knobs
  std::vector<double> values_;
  std::vector<sweep_point> points_;
  std::vector<failure> failures_;
  std::optional<sweep_result> result_;
  std::size_t missing_ = 0;
  std::uint64_t first_ticket_ = 0;
};

} // namespace weir::viz

/// \file
/// Writes the run record (protocol/run_record.hpp).
#pragma once

#include "protocol/run_record.hpp"

#include <weir/explore.hpp>

#include <optional>
#include <string>
#include <string_view>

// The runner exports what it defines, for the modules; this it keeps.
#pragma GCC visibility push(hidden)

namespace weir::harness {

class record_writer {
public:
  /// `nonce` is hexadecimal digits.
  record_writer(int descriptor, std::string nonce);

  /// Writes one line. Ends the process when the parent is gone.
  void write(const protocol::record& what) const;

  /// What a signal handler may write: prepared for `test` beforehand.
  void prepare_crash_record(std::string_view test);
  /// Async-signal-safe.
  void write_crash(int signal) noexcept;

private:
  int descriptor_;
  std::string nonce_;
  protocol::crash_line crash_;
};

/// What one test case came to: everything its explorations found, the first failure in full.
class test_outcome {
public:
  void add(const exploration& found);
  /// A Catch2 assertion outside any exploration, or an exception that left the test case.
  void fail(std::string message);

  [[nodiscard]] bool passed() const noexcept { return passed_; }

  /// No exploration has the name in the token that was to be replayed.
  [[nodiscard]] bool replayed_nothing() const noexcept { return passed_ && !replayed_; }

  /// Writes the trace of the failing or the replayed schedule to `trace_directory` if it isn't
  /// empty.
  [[nodiscard]] protocol::test_end_record to_record(const std::string& id,
                                                    const std::string& trace_directory) const;

private:
  bool passed_ = true;
  std::string outcome_ = "completed";
  std::string message_;
  std::size_t schedules_ = 0;
  std::size_t explorations_ = 0;
  std::uint64_t handlers_ = 0;
  bool exhausted_ = true;
  std::optional<exploration> failed_;
  std::optional<exploration> replayed_; ///< and held
};

} // namespace weir::harness

#pragma GCC visibility pop

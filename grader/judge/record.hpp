#pragma once

#include "judge/process_end.hpp"
#include "judge/verdict.hpp"
#include "protocol/run_record.hpp"
#include "support/line_buffer.hpp"
#include "workbook/exercise.hpp"

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// What one line of the record told.
struct record_step {
  enum class kind { began, test_began, test_ended, ended, crash_noted, refused };
  kind what{kind::refused};
  std::string test;   ///< of test_began, test_ended and crash_noted
  bool passed{};      ///< of test_ended
  std::string reason; ///< of refused: what was expected and what was found

  bool operator==(const record_step&) const = default;
};

/// "test_ended(push-waits, passed)".
std::ostream& operator<<(std::ostream& out, const record_step& step);

/// The verdict protocol: expected tests, nonce, bytes from the runner and the end of its
/// process in, verdict out.
///
/// A pass needs all of this: every line carries the nonce; `begin` names exactly the expected
/// tests; each is begun once and ended once, one at a time; `end` agrees with them; nothing follows
/// it; the process exits by itself with status 0. The first line that breaks a rule settles the
/// matter: nothing after it is believed. A pure value: no I/O, no clock.
class run_record {
public:
  /// `nonce` must not be empty.
  run_record(std::span<const test_info> expected, std::string nonce);

  /// Takes what came off the descriptor, in pieces of any size. One step for each line completed,
  /// until one is refused.
  std::vector<record_step> on_bytes(std::string_view bytes);

  /// Nothing more will come. `errors` is what the program wrote to standard error: it tells a
  /// failed allocation or a sanitizer's finding from other crashes, and never makes a pass. Fills
  /// kind, tests, points, schedules, token, trace_file (as the runner named it) and detail.
  [[nodiscard]] verdict judge(const process_end& end, std::string_view errors) const;

private:
  enum class phase { before_begin, between_tests, in_test, after_end };

  std::vector<test_result> tests_;
  std::string nonce_;
  support::line_buffer heard_;
  phase phase_{phase::before_begin};
  std::size_t current_{}; ///< of in_test
  std::optional<int> crash_signal_;
  std::string refusal_;     ///< why a line was refused; empty: none was
  bool content_at_fault_{}; ///< the refusal is the workbook's fault, not the reader's

  record_step on_line(std::string_view line);
  record_step refuse(std::string reason);
  record_step on(protocol::begin_record& what);
  record_step on(const protocol::test_begin_record& what);
  record_step on(protocol::test_end_record& what);
  record_step on(const protocol::end_record& what);
  record_step on(const protocol::crash_record& what);
  record_step on(const protocol::scene_end_record& what);
  record_step on(const protocol::scene_error_record& what);

  test_result* find(std::string_view id);
  void judge_incomplete(const process_end& end, verdict& v) const;
  bool judge_end(const process_end& end, std::string_view errors, verdict& v) const;
  [[nodiscard]] std::string where() const;
};

} // namespace weir::grader

#pragma once

#include "weir/trace/event.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::trace {

/// What kind of thing reports an event. Part of the file format: append, never renumber.
enum class source_kind : std::uint8_t { none, site, gauge, counter, span, state, place, outcomes };
[[nodiscard]] std::string_view to_string(source_kind kind) noexcept;

/// What a source stands for, whatever it is called. Pictures, colours, charts and advice go by the
/// role and never by the name, so a name may say what a scene's dashboard would say.
///
/// Part of the file format: append, never renumber. A trace of a later weir may hold a number that
/// is not here: it is kept, and whoever does not know it treats the source as one without a role.
/// Behind each role: the kinds of source that have it.
enum class source_role : std::uint8_t {
  none = 0, ///< nothing in particular: shown neutrally

  // Where work is.
  queue = 1,       ///< gauge, place: in line, until somebody takes it
  waiting = 2,     ///< gauge, place: held up before it may go on, for room or for a permit
  in_flight = 3,   ///< gauge, place: asked for and not answered yet
  busy = 4,        ///< gauge, place: workers, links, connections that are taken
  backing_off = 5, ///< gauge, place: in a pause before it tries again
  load = 6,        ///< counter: what was asked for, whatever became of it
  visits = 7, ///< outcomes: a dependency's own verdicts on calls; a call then returns to its caller

  // The event loop; see weir::loop_probe.
  loop_lag = 8,         ///< gauge in ms: how much too late the loop came to what was due
  loop_utilisation = 9, ///< gauge in %: for how much of the time handlers were running

  // A circuit breaker: its parts have one `subject`; see weir::breaker_probe.
  breaker_state = 10,        ///< state: 0 closed, 1 open, 2 half-open
  breaker_failure_rate = 11, ///< gauge in %; its limit is the threshold
  breaker_calls = 12,        ///< gauge: results that count; its limit is the fewest to judge by
  breaker_window_size = 13,  ///< gauge: results that it looks back on
  breaker_cooldown = 14,     ///< gauge in ms: for how long the latest opening lasts
  breaker_probes = 15,       ///< gauge: calls admitted while half-open; its limit is the most
  breaker_window = 16,       ///< outcomes: the results that the breaker counts, one by one

  // What the world does to a scene.
  incident = 17, ///< span: an outage, a burst, a slow neighbour

  // A tree of tasks: who started whom is in `task_started`.
  task_scope = 18, ///< span: the life of a scope that owns the tasks started in it

  // A ledger; the items are idempotency keys.
  ledger_key = 19,     ///< place: a state that a key can be in
  ledger_effect = 20,  ///< outcomes: effects carried out; the second `ok` for a key is a double
  ledger_receipt = 21, ///< outcomes: answers given
};
/// "queue", "in flight", "breaker failure rate", ... "unknown" for a number of a later version.
[[nodiscard]] std::string_view to_string(source_role role) noexcept;

/// Whether it is a number of a circuit breaker's rather than one of the work itself.
[[nodiscard]] constexpr bool is_part_of_breaker(source_role role) noexcept {
  return role >= source_role::breaker_state && role <= source_role::breaker_window;
}

/// Who reports: a probe, or a site (an operation at a place in the code).
struct source_info {
  source_kind kind = source_kind::none;
  std::string name = {}; ///< "queue depth"; of a site the operation: "channel receive"
  std::string unit = {}; ///< "items", "ms", "/s"; empty = a plain number
  double capacity = 0;   ///< of a gauge or a place: the limit at the start; 0 = none
  std::string file = {}; ///< where in the code, empty when not known
  std::string function = {};
  std::uint32_t line = 0;
  std::vector<std::string> labels = {}; ///< of a state: the names of its states, by index
  source_role role = source_role::none;
  /// What it is about, where several sources are about one thing: the parts of a breaker; a place
  /// and the gauge of the same role whose limit is the place's capacity. Empty: only itself.
  std::string subject = {};

  friend bool operator==(const source_info&, const source_info&) = default;
};

/// Every text once; the index is stable for the table's life and 0 is the empty string.
/// Not thread-safe. `intern` is O(length) on average.
class string_table {
public:
  string_table();
  string_table(string_table&&) noexcept;
  string_table& operator=(string_table&&) noexcept;
  ~string_table();

  string_id intern(std::string_view text);
  /// The text of `id`; empty for an id that is not in the table. Valid until the table is cleared
  /// or destroyed.
  [[nodiscard]] std::string_view operator[](string_id id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;
  void clear();

private:
  struct body;
  std::unique_ptr<body> body_;
};

} // namespace weir::trace

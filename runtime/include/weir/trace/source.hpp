#pragma once

#include "weir/trace/event.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::trace {

/// What kind of thing reports an event. Part of file format 1: append, never renumber.
enum class source_kind : std::uint8_t { none, site, gauge, counter, span, state, place, outcomes };
[[nodiscard]] std::string_view to_string(source_kind kind) noexcept;

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

#pragma once

#include "model/spans.hpp"
#include "model/task_lanes.hpp"
#include "model/trace_view.hpp"

#include <weir/trace/event.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace weir::viz {

/// A task, or a scope: a span of role `task_scope`, which owns the tasks started in it.
struct tree_node {
  enum class kind : std::uint8_t { task, scope };

  static constexpr std::uint32_t none = 0xffffffffU;

  kind what = kind::task;
  trace::outcome how = trace::outcome::none; ///< of a scope its span's; of a task see `last_span`
  std::uint32_t of = 0; ///< index into the tree's lanes, or into the timeline's spans
  std::uint32_t parent =
      none;                ///< node: the scope that it was started in, else the task; none: root
  std::uint32_t next = 0;  ///< the first node behind its last descendant
  std::uint32_t depth = 0; ///< of a root 0
  nanos begin_ns = 0;
  nanos end_ns = 0; ///< the trace's end where it has not ended
  std::uint32_t begin_event = 0;
  std::uint32_t end_event = none; ///< `none`: it never ran to its end

  /// Of a task: the last of its spans to end, if that was in its last turn. How that one ended is
  /// the nearest the trace comes to how the task ended.
  std::uint32_t last_span = none;
  /// Where it ended badly: the first of its children that had done so before, after the last of
  /// them was started: what it went on after is not what it ended by.
  std::uint32_t first_failure = none;
  /// How many children of the same parent ended in the very instant in which it did, with itself.
  std::uint32_t together = 0;
  std::uint32_t place = 0; ///< its place among these, by their order: 1 = the first

  /// The parent or the scope around it that ended before it did, the first of them if there are
  /// several; none: it is no orphan. One that ended in the same instant is none of them: a task
  /// whose end was awaited is written down after whoever awaited it.
  std::uint32_t outlived = none;
  nanos orphan_ns = 0; ///< since when, if it is one

  [[nodiscard]] bool ended() const noexcept { return end_event != none; }

  [[nodiscard]] bool orphan() const noexcept { return outlived != none; }

  [[nodiscard]] nanos length() const noexcept { return end_ns - begin_ns; }
};

/// Whether an outcome means that something went wrong.
[[nodiscard]] bool is_bad(trace::outcome how) noexcept;

/// A part of a row, in pixels from the left edge of the plot.
struct drawn_state {
  double from = 0;
  double to = 0;
  std::uint32_t stretch = 0; ///< index into the lane's stretches: the only one, or the first
  std::uint32_t merged = 1;  ///< how many stand behind it
  bool runs = false;         ///< one of them runs
  bool waits = false;        ///< one of them waits
};

struct pixel_range {
  double from = 0;
  double to = 0;

  [[nodiscard]] double width() const noexcept { return to - from; }
};

/// How a stretch of time is shown on so many pixels.
struct row_measure {
  time_range range = {};
  double width = 1; ///< in pixels
  double least = 3; ///< nothing is narrower than this
};

/// Where a stretch from `begin_ns` to `end_ns` lies, widened to the least; empty out of view.
[[nodiscard]] std::optional<pixel_range> pixels_of(nanos begin_ns, nanos end_ns,
                                                   const row_measure& by) noexcept;

/// The tasks of a run as a tree: each below the scope that it was started in or, where there is
/// none, below the task that started it; scopes below the scope around them or the task that opened
/// them. The trace names the task that started another, not the scope: it is taken to be the one
/// that this task had opened last and not closed. Scopes opened outside of tasks own what is
/// started there as long as each of them lies within the one before. Built in
/// O(events + nodes log nodes).
class task_tree {
public:
  task_tree() = default;
  task_tree(const trace_view& trace, std::span<const span_bar> spans);

  /// In the order of rows: a parent before its children, these by their begin. Each task and each
  /// scope once; the order knows no cursor.
  [[nodiscard]] std::span<const tree_node> nodes() const noexcept { return nodes_; }

  [[nodiscard]] const task_lanes& lanes() const noexcept { return lanes_; }

  /// The lane of a task's node; nullptr for a scope.
  [[nodiscard]] const task_lane* lane_of(const tree_node& node) const noexcept {
    return node.what == tree_node::kind::task ? &lanes_.all()[node.of] : nullptr;
  }

  /// With its number where others have the same name.
  [[nodiscard]] const std::string& name_of(std::uint32_t node) const noexcept {
    return names_[node];
  }

  /// For a node whatever run it is in: what stays folded when the knobs are turned.
  [[nodiscard]] std::uint64_t key_of(std::uint32_t node) const noexcept { return keys_[node]; }

  [[nodiscard]] std::size_t scopes() const noexcept { return scopes_; }

  [[nodiscard]] std::size_t orphans() const noexcept { return orphans_; } ///< tasks and scopes

  [[nodiscard]] std::size_t unended() const noexcept { return unended_; } ///< tasks

  /// Whether any task was started by another one or in a scope.
  [[nodiscard]] bool nested() const noexcept { return nested_; }

  /// What a task does along its row: parts that follow each other without holes, none narrower than
  /// the least; where several fall into less, they share a part. Of a scope: nothing. Appends to
  /// `out`. O(pixels log stretches).
  query_cost states(const tree_node& node, const row_measure& by,
                    std::vector<drawn_state>& out) const;

private:
  friend class tree_builder;

  task_lanes lanes_;
  std::vector<tree_node> nodes_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> keys_;
  std::size_t scopes_ = 0;
  std::size_t orphans_ = 0;
  std::size_t unended_ = 0;
  bool nested_ = false;
};

/// Keys of the nodes whose descendants are hidden.
using folded_nodes = std::set<std::uint64_t>;

/// Which nodes have a row.
enum class tree_part : std::uint8_t { everything, orphans };

/// The nodes that have a row, top to bottom: those of `part` that lived in `view`, and whatever is
/// above them. What is folded or unfolded moves only what is below. O(nodes log folded).
[[nodiscard]] std::vector<std::uint32_t> tree_rows(const task_tree& tree,
                                                   const folded_nodes& folded, time_range view,
                                                   tree_part part = tree_part::everything);

} // namespace weir::viz

#include "model/task_tree.hpp"

#include "model/flat_map.hpp"
#include "model/timeline_body.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace weir::viz {

namespace {

constexpr std::uint32_t none = tree_node::none;

/// The scopes that a task has opened and not closed, oldest first. Closed ones leave lazily.
struct open_scopes {
  std::vector<std::uint32_t> spans = {};
  std::uint32_t count = 0;
};

} // namespace

bool is_bad(trace::outcome how) noexcept {
  return how != trace::outcome::none && how != trace::outcome::ok;
}

/// First finds out what lies under what, in the order of events; then puts that into rows.
class tree_builder {
public:
  tree_builder(task_tree& to, const trace_view& trace, std::span<const span_bar> spans)
      : to_(to), trace_(trace), spans_(spans) {}

  void run() {
    const auto lanes = to_.lanes_.all();
    found_.reserve(lanes.size());
    for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
      const auto& one = lanes[lane];
      lane_of_task_.set(one.task, lane);
      found_.push_back({.of = lane,
                        .begin_ns = one.begin_ns,
                        .end_ns = one.end_ns,
                        .begin_event = one.begin_event,
                        .end_event = one.end_event});
    }
    find_scopes();
    for (const auto& task : trace_.tables().tasks) {
      under_task(task.id, task.parent);
    }
    follow_events();
    order();
    note_ends();
    note_failures();
    note_company();
    note_orphans();
    name();
  }

private:
  [[nodiscard]] bool is_scope(const span_bar& span) const {
    return trace_.source(span.source).role == trace::source_role::task_scope;
  }

  /// Spans stand in the order of their begin, parents before children.
  void find_scopes() {
    std::vector<std::uint32_t> around(spans_.size(), none); // by span: the node of the scope
    node_of_span_.assign(spans_.size(), none);
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      const auto& span = spans_[i];
      if (span.parent >= 0) {
        const auto above = static_cast<std::size_t>(span.parent);
        around[i] = node_of_span_[above] != none ? node_of_span_[above] : around[above];
      }
      if (!is_scope(span)) {
        continue;
      }
      node_of_span_[i] = static_cast<std::uint32_t>(found_.size());
      found_.push_back({.what = tree_node::kind::scope,
                        .how = span.how,
                        .of = i,
                        .begin_ns = span.begin_ns,
                        .end_ns = span.end_ns,
                        .begin_event = span.begin_event,
                        .end_event = span.end_event});
      under(node_of_span_[i], around[i] != none ? around[i] : node_of_task(span.task));
      scope_at_event_.set(span.begin_event, i);
      if (!span.open()) {
        scope_at_event_.set(span.end_event, i);
      }
      ++to_.scopes_;
    }
  }

  [[nodiscard]] std::uint32_t node_of_task(std::uint32_t task) const {
    return task == 0 ? none : lane_of_task_.find(task); // tasks are the first nodes that are found
  }

  void under_task(std::uint32_t task, std::uint32_t parent) {
    if (const auto node = node_of_task(task); node != none) {
      under(node, node_of_task(parent));
    }
  }

  /// Only what was there before can be above: so there are no circles, whatever the trace says.
  void under(std::uint32_t node, std::uint32_t parent) {
    if (parent != none && found_[parent].begin_event < found_[node].begin_event) {
      found_[node].parent = parent;
    }
  }

  /// Which scopes are open where a task is started.
  void follow_events() {
    std::uint32_t index = 0;
    for (const trace::event& e : trace_.events()) {
      switch (e.kind) {
      case trace::event_kind::span_begin:
      case trace::event_kind::span_end:
        open_or_close(index);
        break;
      case trace::event_kind::task_started:
        start(e, index);
        break;
      default:
        break;
      }
      ++index;
    }
  }

  void open_or_close(std::uint32_t event) {
    const auto span = scope_at_event_.find(event);
    if (span == flat_map::none) {
      return;
    }
    auto& here = open_[spans_[span].task];
    if (spans_[span].begin_event == event) {
      here.spans.push_back(span);
      ++here.count;
    } else {
      --here.count;
    }
  }

  void start(const trace::event& e, std::uint32_t index) {
    const auto node = node_of_task(e.task);
    if (node == none || found_[node].begin_event != index) {
      return; // it was known before
    }
    const auto parent = static_cast<std::uint32_t>(e.b);
    under_task(e.task, parent);
    const auto known = open_.find(parent);
    if (known == open_.end()) {
      return;
    }
    auto& here = known->second.spans;
    while (!here.empty() && spans_[here.back()].end_event < index) {
      here.pop_back();
    }
    if (!here.empty() && (parent != 0 || is_innermost(here.back(), known->second.count))) {
      under(node, node_of_span_[here.back()]);
    }
  }

  /// Whether all `open` scopes are this one and those around it.
  [[nodiscard]] bool is_innermost(std::uint32_t span, std::uint32_t open) const {
    std::uint32_t around = 0;
    for (auto node = node_of_span_[span];
         node != none && found_[node].what == tree_node::kind::scope && around < open;
         node = found_[node].parent) {
      ++around;
    }
    return around == open;
  }

  /// Depth first without recursion: a chain may be as long as the run.
  void order() {
    const auto count = static_cast<std::uint32_t>(found_.size());
    std::vector<std::uint32_t> by_begin(count);
    std::iota(by_begin.begin(), by_begin.end(), 0U);
    std::ranges::sort(by_begin, {}, [&](std::uint32_t i) { return found_[i].begin_event; });
    // Each one's children as a list, the latest first: taken from a stack they come out by begin.
    std::vector<std::uint32_t> first(count, none);
    std::vector<std::uint32_t> sibling(count, none);
    std::vector<std::uint32_t> roots;
    for (const auto i : by_begin) {
      if (found_[i].parent == none) {
        roots.push_back(i);
      } else {
        sibling[i] = std::exchange(first[found_[i].parent], i);
      }
    }
    std::vector<std::uint32_t> stack(roots.rbegin(), roots.rend());
    std::vector<std::uint32_t> row(count, none);
    to_.nodes_.reserve(count);
    while (!stack.empty()) {
      const auto i = stack.back();
      stack.pop_back();
      row[i] = static_cast<std::uint32_t>(to_.nodes_.size());
      auto& node = to_.nodes_.emplace_back(found_[i]);
      if (node.parent != none) {
        node.parent = row[node.parent];
        node.depth = to_.nodes_[node.parent].depth + 1;
        to_.nested_ = to_.nested_ || node.what == tree_node::kind::task;
      }
      for (auto child = first[i]; child != none; child = sibling[child]) {
        stack.push_back(child);
      }
    }
    for (std::uint32_t i = count; i-- > 0;) { // what lies below has been seen when its parent is
      auto& node = to_.nodes_[i];
      node.next = std::max(node.next, i + 1);
      if (node.parent != none) {
        auto& above = to_.nodes_[node.parent].next;
        above = std::max(above, node.next);
      }
    }
    row_of_found_ = std::move(row);
  }

  /// How a task's last span ended, if that was in its last turn.
  void note_ends() {
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      const auto found = node_of_task(spans_[i].task);
      if (found == none || spans_[i].open()) {
        continue;
      }
      auto& node = to_.nodes_[row_of_found_[found]];
      const auto& lane = to_.lanes_.all()[node.of];
      const auto turn = to_.lanes_.stretches(lane).back().begin_event;
      const bool later =
          node.last_span == none || spans_[node.last_span].end_event < spans_[i].end_event;
      if (node.ended() && later && spans_[i].end_event > turn &&
          spans_[i].end_event < node.end_event) {
        node.last_span = i;
        node.how = spans_[i].how;
      }
    }
    for (auto& node : to_.nodes_) {
      const auto* const lane = to_.lane_of(node);
      if (lane != nullptr && lane->how == trace::task_end::exception) {
        node.how = trace::outcome::failed;
      }
      to_.unended_ += lane != nullptr && !node.ended() ? 1 : 0;
    }
  }

  void note_failures() {
    auto& nodes = to_.nodes_;
    std::vector<std::uint32_t> last_start(nodes.size()); // of a child
    for (const auto& node : nodes) {
      if (node.parent != none) {
        last_start[node.parent] = std::max(last_start[node.parent], node.begin_event);
      }
    }
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].parent == none || !nodes[i].ended() || !is_bad(nodes[i].how)) {
        continue;
      }
      auto& above = nodes[nodes[i].parent];
      const bool first =
          above.first_failure == none || nodes[i].end_event < nodes[above.first_failure].end_event;
      if (first && is_bad(above.how) && nodes[i].end_event < above.end_event &&
          nodes[i].end_event > last_start[nodes[i].parent]) {
        above.first_failure = i;
      }
    }
  }

  /// Children of one parent that ended in one instant.
  void note_company() {
    auto& nodes = to_.nodes_;
    std::vector<std::uint32_t> ended;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].ended() && nodes[i].parent != none) {
        ended.push_back(i);
      }
    }
    const auto instant = [&](std::uint32_t i) {
      return std::pair(nodes[i].parent, nodes[i].end_ns);
    };
    std::ranges::sort(ended, {},
                      [&](std::uint32_t i) { return std::pair(instant(i), nodes[i].end_event); });
    for (auto begin = ended.begin(); begin != ended.end();) {
      const auto end = std::find_if(begin, ended.end(),
                                    [&](std::uint32_t i) { return instant(i) != instant(*begin); });
      std::uint32_t place = 0;
      for (auto each = begin; each != end; ++each) {
        nodes[*each].together = static_cast<std::uint32_t>(end - begin);
        nodes[*each].place = ++place;
      }
      begin = end;
    }
  }

  void note_orphans() {
    auto& nodes = to_.nodes_;
    std::vector<std::uint32_t> scope(nodes.size(),
                                     none); // around each: the first one to have ended
    const auto sooner = [&](std::uint32_t one, std::uint32_t other) {
      const bool one_is =
          other == none || (one != none && nodes[one].end_event < nodes[other].end_event);
      return one_is ? one : other;
    };
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      auto& node = nodes[i];
      if (node.parent == none) {
        continue;
      }
      const auto above = nodes[node.parent].ended() ? node.parent : none;
      const bool in_scope = nodes[node.parent].what == tree_node::kind::scope;
      scope[i] = in_scope ? sooner(above, scope[node.parent]) : scope[node.parent];
      const auto left = sooner(above, scope[i]);
      if (left != none && (!node.ended() || node.end_ns > nodes[left].end_ns)) {
        node.outlived = left;
        node.orphan_ns = std::max(node.begin_ns, nodes[left].end_ns);
        ++to_.orphans_;
      }
    }
  }

  void name() {
    std::unordered_map<std::string_view, std::uint32_t> uses;
    const auto plain = [&](const tree_node& node) -> const std::string& {
      return trace_.source(spans_[node.of].source).name;
    };
    for (const auto& node : to_.nodes_) {
      if (node.what == tree_node::kind::scope) {
        ++uses[plain(node)];
      }
    }
    for (const auto& node : to_.nodes_) {
      if (const auto* const lane = to_.lane_of(node)) {
        to_.names_.push_back(lane->name);
        to_.keys_.push_back(lane->task);
        continue;
      }
      const auto id = spans_[node.of].id;
      auto& text = to_.names_.emplace_back(plain(node));
      text += uses[plain(node)] > 1 ? " #" + std::to_string(id) : "";
      to_.keys_.push_back(static_cast<std::uint64_t>(id) | std::uint64_t{1} << 63U);
    }
  }

  task_tree& to_;
  const trace_view& trace_;
  std::span<const span_bar> spans_;
  flat_map lane_of_task_;
  std::vector<tree_node> found_; ///< tasks, then scopes; parents by index into it
  std::vector<std::uint32_t> node_of_span_;
  std::unordered_map<std::uint32_t, open_scopes> open_; ///< by task
  flat_map scope_at_event_;                             ///< begins and ends of scopes
  std::vector<std::uint32_t> row_of_found_;
};

task_tree::task_tree(const trace_view& trace, std::span<const span_bar> spans) : lanes_(trace) {
  tree_builder(*this, trace, spans).run();
}

std::optional<pixel_range> pixels_of(nanos begin_ns, nanos end_ns, const row_measure& by) noexcept {
  if (by.range.length() <= 0 || by.width < by.least || end_ns < by.range.from_ns ||
      begin_ns > by.range.to_ns) {
    return {};
  }
  const auto x = [&](nanos t_ns) {
    const double share =
        static_cast<double>(t_ns - by.range.from_ns) / static_cast<double>(by.range.length());
    return std::clamp(share, 0.0, 1.0) * by.width;
  };
  const double from = std::min(x(begin_ns), by.width - by.least);
  return pixel_range{from, std::max(x(end_ns), from + by.least)};
}

query_cost task_tree::states(const tree_node& node, const row_measure& by,
                             std::vector<drawn_state>& out) const {
  const auto* const lane = lane_of(node);
  const auto whole = pixels_of(node.begin_ns, node.end_ns, by);
  if (lane == nullptr || !whole) {
    return {};
  }
  std::vector<drawn_stretch> groups;
  const auto columns = static_cast<std::size_t>(by.width / by.least);
  const auto cost = lanes_.bars(*lane, by.range, columns, groups);
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  double pen = whole->from;
  const auto join = [&](const drawn_state& more) {
    out.back().to = std::max(out.back().to, more.to);
    out.back().merged += more.merged;
    out.back().runs = out.back().runs || more.runs;
    out.back().waits = out.back().waits || more.waits;
  };
  for (const auto& group : groups) {
    const bool last = &group == &groups.back();
    const auto at = pixels_of(group.begin_ns, group.end_ns, {by.range, by.width, 0});
    const bool several = group.merged > 1;
    const bool runs = group.doing == task_doing::running;
    const bool begins = static_cast<std::ptrdiff_t>(out.size()) == first;
    drawn_state next{pen,           last || !at ? whole->to : std::min(at->to, whole->to),
                     group.stretch, group.merged,
                     runs,          several || !runs};
    const bool instant = at && at->width() < by.least;
    if (next.to - pen >= by.least) {
      out.push_back(next);
    } else if (instant && pen + by.least <= whole->to) {
      next.to = pen + by.least; // what follows gives the room
      out.push_back(next);
    } else if (!begins && instant && out.back().to - out.back().from >= 2 * by.least) {
      out.back().to = whole->to - by.least; // at the right end what was before gives it
      out.push_back(next);
      out.back().from = whole->to - by.least;
      out.back().to = whole->to;
    } else if (begins) {
      next.to = whole->to;
      out.push_back(next);
    } else {
      join(next);
    }
    pen = out.back().to;
  }
  if (static_cast<std::ptrdiff_t>(out.size()) != first) {
    out.back().to = whole->to;
  }
  return cost;
}

std::vector<std::uint32_t> tree_rows(const task_tree& tree, const folded_nodes& folded,
                                     time_range view, tree_part part) {
  const auto nodes = tree.nodes();
  std::vector<bool> shown(nodes.size());
  for (std::size_t i = nodes.size(); i-- > 0;) { // children before their parents
    const bool counts = part == tree_part::everything || nodes[i].orphan();
    shown[i] =
        shown[i] || (counts && nodes[i].begin_ns <= view.to_ns && nodes[i].end_ns >= view.from_ns);
    if (shown[i] && nodes[i].parent != none) {
      shown[nodes[i].parent] = true;
    }
  }
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < nodes.size();) {
    if (shown[i]) {
      rows.push_back(i);
    }
    const bool skips = !shown[i] || (!folded.empty() && folded.contains(tree.key_of(i)));
    i = skips ? nodes[i].next : i + 1;
  }
  return rows;
}

} // namespace weir::viz

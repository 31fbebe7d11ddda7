#include "model/tree_words.hpp"

#include "model/text_parts.hpp"
#include "model/words.hpp"

#include <algorithm>

namespace weir::viz {

namespace {

std::string ordinal(std::uint32_t number) {
  const auto tens = number % 100;
  const auto ones = number % 10;
  const char* end = tens >= 11 && tens <= 13 ? "th"
                    : ones == 1              ? "st"
                    : ones == 2              ? "nd"
                    : ones == 3              ? "rd"
                                             : "th";
  return words::whole(number) + end;
}

/// Says everything about one node.
class teller {
public:
  teller(const timeline& line, std::uint32_t node)
      : line_(line), tree_(line.tree()), node_(tree_.nodes()[node]) {}

  std::vector<std::string> run() {
    beginning();
    life();
    end();
    first_failure();
    company();
    orphan();
    return std::move(said_);
  }

private:
  [[nodiscard]] bool is_scope() const { return node_.what == tree_node::kind::scope; }

  void say(std::string text) { said_.push_back(std::move(text)); }

  [[nodiscard]] std::string source_of_last_span() const {
    return line_.trace().source(line_.spans()[node_.last_span].source).name;
  }

  void beginning() {
    std::string text = is_scope() ? "a scope, opened" : "started";
    const auto by = is_scope() ? line_.trace().task_name(line_.spans()[node_.of].task) : starter();
    text += by.empty() ? " outside of any task" : " by " + by;
    if (!is_scope() && node_.parent != tree_node::none &&
        tree_.nodes()[node_.parent].what == tree_node::kind::scope) {
      text += ", in the scope " + tree_.name_of(node_.parent);
    }
    say(text + ", at " + format_time(node_.begin_ns));
  }

  /// Of a task in a scope the tree has the scope above it, and the trace's table who started it.
  [[nodiscard]] std::string starter() const {
    const auto& tasks = line_.trace().tables().tasks;
    const auto id = tree_.lane_of(node_)->task;
    const auto found = std::ranges::lower_bound(tasks, id, {}, &trace::task_info::id);
    return found != tasks.end() && found->id == id ? line_.trace().task_name(found->parent) : "";
  }

  void life() {
    if (node_.ended()) {
      say("lived " + words::duration(node_.length()) + ", until " + format_time(node_.end_ns));
    } else if (is_scope()) {
      say("was not closed when the run was over");
    } else {
      say("never ran to its end: it was there when the run was over, or destroyed before");
    }
  }

  void end() {
    if (node_.how == trace::outcome::none || !node_.ended()) {
      return;
    }
    const std::string how{trace::to_string(node_.how)};
    if (is_scope()) {
      say("ended: " + how);
    } else if (node_.last_span != tree_node::none) {
      say("its last span, " + source_of_last_span() + ", ended with it: " + how);
    } else {
      say("ended by an exception");
    }
  }

  void first_failure() {
    if (node_.first_failure != tree_node::none) {
      const auto& first = tree_.nodes()[node_.first_failure];
      say("the first below it to end badly, after the last was started: " +
          tree_.name_of(node_.first_failure) + ", at " + format_time(first.end_ns));
    }
  }

  void company() {
    if (node_.together > 1) {
      say("the " + ordinal(node_.place) + " of " + words::whole(node_.together) + " under " +
          tree_.name_of(node_.parent) + " that ended in that instant");
    }
  }

  void orphan() {
    if (node_.orphan()) {
      const auto& left = tree_.nodes()[node_.outlived];
      const bool scope = left.what == tree_node::kind::scope;
      say("an orphan since " + format_time(node_.orphan_ns) + ": it outlived " +
          (scope ? "the scope " : "") + tree_.name_of(node_.outlived) + " by " +
          words::duration(node_.end_ns - left.end_ns) + (node_.ended() ? "" : " or more"));
    }
  }

  const timeline& line_;
  const task_tree& tree_;
  const tree_node& node_;
  std::vector<std::string> said_;
};

/// Whether it has begun and not ended after so many events.
bool is_there(const tree_node& node, std::size_t event_count) {
  return node.begin_event < event_count && (!node.ended() || node.end_event >= event_count);
}

std::string ended_words(const tree_node& node) {
  std::string text = "ended at " + format_time(node.end_ns);
  text += is_bad(node.how) ? ", " + std::string{trace::to_string(node.how)} : "";
  return text;
}

} // namespace

std::vector<std::string> tree_facts(const timeline& line, std::uint32_t node) {
  return teller{line, node}.run();
}

std::string tree_now(const timeline& line, std::uint32_t index, cursor at) {
  const auto& tree = line.tree();
  const auto& node = tree.nodes()[index];
  if (node.begin_event >= at.event) {
    return {};
  }
  std::string text;
  const auto* const lane = tree.lane_of(node);
  if (!is_there(node, at.event)) {
    text = ended_words(node);
  } else if (lane == nullptr) {
    text = "open since " + format_time(node.begin_ns);
  } else if (const auto* const now = tree.lanes().at_event(*lane, at.event)) {
    text = words_of(line.trace(), *now) + ", since " + format_time(now->begin_ns);
  }
  const bool left =
      node.orphan() && tree.nodes()[node.outlived].end_event < at.event && at.t_ns > node.orphan_ns;
  if (left && is_there(node, at.event)) {
    text += "; an orphan since " + format_time(node.orphan_ns);
  } else if (left) {
    text += "; outlived " + tree.name_of(node.outlived) + " by " +
            words::duration(node.end_ns - tree.nodes()[node.outlived].end_ns);
  }
  return text;
}

std::string tree_count(const task_tree& tree) {
  std::string text = words::counted(tree.lanes().all().size(), "task");
  if (tree.scopes() != 0) {
    text += ", " + words::counted(tree.scopes(), "scope");
  }
  if (tree.orphans() != 0) {
    text += ", " + words::counted(tree.orphans(), "orphan");
  }
  if (tree.unended() != 0) {
    text += ", " + words::whole(tree.unended()) + " not ended";
  }
  return text;
}

std::vector<std::string> tree_as_text(const timeline& line, cursor at, std::size_t most) {
  const auto& tree = line.tree();
  const auto nodes = tree.nodes();
  std::vector<std::uint32_t> begun;
  std::vector<std::uint32_t> there;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].begin_event < at.event) {
      begun.push_back(i);
      if (is_there(nodes[i], at.event)) {
        there.push_back(i);
      }
    }
  }
  std::vector<std::uint32_t> shown = begun;
  if (begun.size() > most) {
    shown = std::move(there);
    if (shown.size() < most) { // then the latest to begin
      const auto ended = [&](std::uint32_t i) {
        return !is_there(nodes[i], at.event);
      };
      std::vector<std::uint32_t> rest;
      std::ranges::copy_if(begun, std::back_inserter(rest), ended);
      const auto room = std::min(most - shown.size(), rest.size());
      shown.insert(shown.end(), rest.end() - static_cast<std::ptrdiff_t>(room), rest.end());
      std::ranges::sort(shown);
    }
    shown.resize(std::min(shown.size(), most));
  }
  constexpr std::size_t longest = 34;
  constexpr std::uint32_t deepest = 6; // then further in no more
  const auto name = [&](std::uint32_t i) {
    const std::string in(2 * std::size_t{std::min(nodes[i].depth, deepest)}, ' ');
    return in + (nodes[i].what == tree_node::kind::scope ? "▸ " : "") + tree.name_of(i);
  };
  std::size_t widest = 0;
  for (const auto i : shown) {
    widest = std::min(std::max(widest, width_of(name(i))), longest);
  }
  std::vector<std::string> lines;
  for (const auto i : shown) {
    lines.push_back(fitted(name(i), widest) + "  " + tree_now(line, i, at));
  }
  if (begun.size() > shown.size()) {
    const auto left = static_cast<std::uint64_t>(std::ranges::count_if(
        begun, [&](std::uint32_t i) { return is_there(nodes[i], at.event); }));
    lines.push_back("and " + words::whole(begun.size() - shown.size()) + " more" +
                    (left <= shown.size() ? ", ended" : ""));
  }
  return lines;
}

} // namespace weir::viz

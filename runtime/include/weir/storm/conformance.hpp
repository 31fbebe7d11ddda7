/// \file
/// Checks what was seen of a component against a model of it.
#pragma once

#include <weir/run.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weir::storm {

/// An executable specification: a small model without coroutines.
///
/// What can be seen are `event`s: a call, a return with its result, a cancellation, a reading. What
/// can't be seen are steps that the model makes by itself: a caller joins the line, is served, is
/// turned away. Freedom is more than one next state: "either the one or the other" is two steps,
/// and order that the brief leaves open is steps that may go in any order. A state holds the
/// operations under way; it is a value.
template <typename S>
concept specification =
    std::equality_comparable<typename S::state> && std::copyable<typename S::event> &&
    requires(const S& s, typename S::state& state, const typename S::state& now,
             const typename S::event& event, const std::function<void(typename S::state)>& next) {
      /// Whether `event` may be seen in this state, which then becomes the one after it.
      { s.accept(state, event) } -> std::convertible_to<bool>;
      /// Gives `next` each state that one unseen step leads to, likeliest first. Finitely many
      /// steps lead from any state.
      s.steps(now, next);
      /// Whether this may last, when there is no step: nobody's result is due.
      { s.settled(now) } -> std::convertible_to<bool>;
      { s.hash(now) } -> std::convertible_to<std::size_t>;
    };

/// Follows a history with a model: some way must exist to place the unseen steps between the events
/// that were seen. With "an operation takes effect" as the step this is linearizability (Herlihy,
/// Wing: "Linearizability: a correctness condition for concurrent objects", ACM TOPLAS 1990), and
/// an operation that has not returned may or may not have taken effect. With "joins the line" and
/// "is served" as two steps, operations that wait can be told as well (Scherer, Scott: "Nonblocking
/// concurrent data structures with condition synchronization", DISC 2004).
///
/// Quiescence: where the clock has moved between two events, nothing was ready at the earlier
/// instant. So whatever can go on must have gone on there: the model has no step left, and
/// `settled` holds. That is so where time stands still while anything is ready
/// (`time_model::stands_still`, the default), and only there.
///
/// Algorithm: depth first over (events so far, state), steps before events, what was met is not
/// gone into again. It goes on where it had stopped when events are added. After Wing, Gong:
/// "Testing and verifying concurrent objects" (JPDC 1993) and Lowe: "Testing for linearizability"
/// (Concurrency and Computation 2017), whose memory of (operations linearized, state) this is.
/// Time and memory: the number of pairs met, which is about two for each event when the code takes
/// effect as soon as it can, and at worst exponential in the operations of one instant.
template <specification S>
class conformance {
public:
  using state = typename S::state;
  using event = typename S::event;

  struct entry {
    std::optional<event> what; ///< empty: a quiet moment
    std::chrono::nanoseconds at{};
  };

  /// Where the model could not follow.
  struct deviation {
    std::size_t position = 0; ///< of the entry in the history
    state last;               ///< where the model was: one of the ways that got furthest
  };

  /// More pairs than `most` are not looked at; `undecided` then.
  conformance(S specification, state start, std::size_t most = 20'000)
      : specification_(std::move(specification)), most_(most) {
    open_.push_back({0, std::move(start)});
  }

  conformance(const conformance&) = delete;
  conformance& operator=(const conformance&) = delete;

  /// Seen now, on the virtual clock. A quiet moment is noted before it when time has passed.
  void saw(event what) {
    const auto now = weir::now();
    if (!history_.empty() && history_.back().at != now)
      quiet();
    history_.push_back({std::move(what), now});
  }

  /// One more entry of a history that was kept elsewhere.
  void add(entry one) { history_.push_back(std::move(one)); }

  /// The caller knows that nothing can go on at the instant of the last event: the clock has moved.
  void quiet() {
    if (!history_.empty() && history_.back().what)
      history_.push_back({std::nullopt, history_.back().at});
  }

  /// Whether the model can follow so far; where not, when it can't. Once it can't, it never can.
  std::optional<deviation> check() {
    while (!open_.empty()) {
      node top = std::move(open_.back());
      open_.pop_back();
      if (top.position == history_.size()) {
        open_.push_back(std::move(top));
        return std::nullopt;
      }
      if (met_.size() >= most_) {
        undecided_ = true;
        open_.clear();
        return std::nullopt;
      }
      expand(std::move(top));
    }
    return undecided_ ? std::nullopt : furthest_;
  }

  [[nodiscard]] const std::vector<entry>& history() const noexcept { return history_; }

  /// The search was given up as too large, and nothing is said any more.
  [[nodiscard]] bool undecided() const noexcept { return undecided_; }

  /// Pairs met.
  [[nodiscard]] std::size_t explored() const noexcept { return met_.size(); }

private:
  struct node {
    std::size_t position;
    state at;

    friend bool operator==(const node&, const node&) = default;
  };

  struct hash_node {
    const S* specification;

    std::size_t operator()(const node& n) const {
      return specification->hash(n.at) * 31 + n.position;
    }
  };

  void expand(node top) {
    const auto [place, fresh] = met_.insert(std::move(top));
    if (!fresh)
      return;
    const node& here = *place;
    const entry& seen = history_[here.position];
    next_.clear();
    specification_.steps(here.at, [this, &here](state after) {
      next_.push_back({here.position, std::move(after)});
    });
    const bool still = next_.empty();
    bool accepted = false;
    if (seen.what) {
      node after{here.position + 1, here.at};
      accepted = specification_.accept(after.at, *seen.what);
      if (accepted)
        open_.push_back(std::move(after));
    } else if (still && specification_.settled(here.at)) {
      accepted = true;
      open_.push_back({here.position + 1, here.at});
    }
    if (!accepted && still && (!furthest_ || here.position > furthest_->position))
      furthest_.emplace(deviation{here.position, here.at});
    while (!next_.empty()) {
      open_.push_back(std::move(next_.back()));
      next_.pop_back();
    }
  }

  S specification_;
  std::size_t most_;
  std::vector<entry> history_;
  std::vector<node> open_; ///< the way that is followed at the end, ways not yet tried below it
  std::vector<node> next_;
  std::unordered_set<node, hash_node> met_{16, hash_node{&specification_}};
  std::optional<deviation> furthest_;
  bool undecided_ = false;
};

/// Whether `s` can follow a history that was kept elsewhere: asked of a weaker model, it tells
/// which promise a deviation breaks.
template <specification S>
[[nodiscard]] bool follows(S s, typename S::state start,
                           std::span<const typename conformance<S>::entry> history) {
  conformance<S> model(std::move(s), std::move(start));
  for (const auto& one : history)
    model.add(one);
  return !model.check();
}

} // namespace weir::storm

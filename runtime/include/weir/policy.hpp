/// \file
/// Scheduling policies: which of the ready handlers runs next.
///
/// A policy is asked only where there is a choice, and which choices there are is a matter of the
/// model (weir/model.hpp). It sees how many handlers may come next, oldest first, and whose they
/// are.
#pragma once

#include <weir/detail/ready_set.hpp>
#include <weir/search.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weir {

/// What is chosen.
enum class choice_kind : std::uint8_t {
  handler, ///< which of the ready handlers runs next; 0 is the oldest
  value,   ///< a number that the scenario asked for (`weir::pick`)
  /// How time goes on, where it moves: 0 is "not of its own accord", larger ones are further from
  /// that. Comes up at every handler, so a policy that deviates does so seldom.
  time,
};

/// A point at which a run can go on in more than one way: what a policy may look at.
class choice_point {
public:
  /// Among the `size` oldest of `ready`.
  choice_point(const detail::ready_set& ready, std::size_t size) noexcept
      : ready_(&ready), size_(size) {}

  /// Among handlers of these tasks.
  explicit choice_point(std::span<const std::uint32_t> tasks) noexcept
      : tasks_(tasks), size_(tasks.size()) {}

  /// Among values, or ways in which time goes on.
  choice_point(choice_kind kind, std::size_t size) noexcept : size_(size), kind_(kind) {}

  [[nodiscard]] choice_kind kind() const noexcept { return kind_; }

  /// How many ways there are, at least 2.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whose the handler `i` is; 0 for other kinds.
  [[nodiscard]] std::uint32_t task(std::size_t i) const noexcept {
    if (ready_)
      return (*ready_)[i].task;
    return i < tasks_.size() ? tasks_[i] : 0;
  }

private:
  const detail::ready_set* ready_ = nullptr;
  std::span<const std::uint32_t> tasks_;
  std::size_t size_;
  choice_kind kind_ = choice_kind::handler;
};

/// The interface of every policy and of the decorators around them.
class policy {
public:
  policy() = default;
  policy(const policy&) = delete;
  policy& operator=(const policy&) = delete;
  virtual ~policy() = default;

  /// Called before each run with the run's seed. False: every schedule there is has been run.
  virtual bool begin_run(std::uint64_t seed) = 0;
  /// An index below `point.size()`; larger ones are taken as the last.
  virtual std::size_t choose(const choice_point& point) = 0;

  /// A task has come into being. Ids count up from 1.
  virtual void task_started(std::uint32_t) {}

  /// Called after each run with the number of choices it had, those of time left out.
  virtual void end_run(std::size_t) {}
};

/// Always the oldest, and time as it comes: what a plain event loop does.
std::unique_ptr<policy> make_fifo();

/// Each ready handler with equal probability. Where time moves, it does so of its own accord once
/// in 2, 8 or 32 chances: drawn for each run, since runs are of very different lengths.
std::unique_ptr<policy> make_random();

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
/// random task priorities, lowered at `depth - 1` random points. Finds a bug of depth d among n
/// tasks and k steps with probability at least 1 / (n k^(d-1)) a run. `depth` >= 1. Time moves as
/// under the random policy.
std::unique_ptr<policy> make_pct(std::size_t depth);

/// Every schedule that leaves first-in-first-out order, or moves time, at most `deviations` times,
/// depth first (delay bounding after Emmi, Qadeer, Rakamarić, POPL 2011). Deterministic; the seed
/// is not used. Unbounded by default.
std::unique_ptr<policy> make_depth_first(std::size_t deviations = SIZE_MAX);

/// First-in-first-out once, then random and PCT of depth 2, 3 and 4 in turn: no single strategy
/// finds every bug.
std::unique_ptr<policy> make_mixed();

/// Makes the given choices, then first-in-first-out. `choices` are indices, one for each choice
/// point.
std::unique_ptr<policy> make_replay(std::vector<std::uint32_t> choices);

/// What a policy met, summed over its runs.
struct policy_metrics {
  std::uint64_t runs = 0;
  std::uint64_t choices = 0;
  std::uint64_t deviations = 0; ///< choices other than 0
  std::size_t widest = 0;       ///< most ways to go on at one choice
};

/// A decorator that counts what goes through it. `metrics` must outlive it.
std::unique_ptr<policy> make_counting(std::unique_ptr<policy> inner, policy_metrics& metrics);

/// The policy of that name, PCT with depth 3.
std::unique_ptr<policy> make_policy(policy_kind kind);

} // namespace weir

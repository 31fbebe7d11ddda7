/// \file
/// Scheduling policies: which of the ready handlers runs next.
///
/// A policy is asked only where there is a choice. It sees how many handlers are ready, oldest
/// first, and whose they are; it never sees time, because time moves only when nothing is ready.
#pragma once

#include <weir/detail/ready_set.hpp>
#include <weir/search.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weir {

/// What is chosen.
enum class choice_kind : std::uint8_t {
  handler, ///< which of the ready handlers runs next; 0 is the oldest
  value,   ///< a number that the scenario asked for (`weir::pick`)
};

/// A point at which a run can go on in more than one way: what a policy may look at.
class choice_point {
public:
  explicit choice_point(const detail::ready_set& ready) noexcept
      : ready_(&ready), size_(ready.size()) {}

  explicit choice_point(std::size_t values) noexcept : size_(values), kind_(choice_kind::value) {}

  [[nodiscard]] choice_kind kind() const noexcept { return kind_; }

  /// How many ways there are, at least 2.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whose the handler `i` is; 0 for other kinds.
  [[nodiscard]] std::uint32_t task(std::size_t i) const noexcept {
    return ready_ ? (*ready_)[i].task : 0;
  }

private:
  const detail::ready_set* ready_ = nullptr;
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

  /// Called after each run with the number of choices it had.
  virtual void end_run(std::size_t) {}
};

/// Always the oldest: what a plain event loop does.
std::unique_ptr<policy> make_fifo();

/// Each ready handler with equal probability.
std::unique_ptr<policy> make_random();

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010):
/// random task priorities, lowered at `depth - 1` random points. Finds a bug of depth d among n
/// tasks and k steps with probability at least 1 / (n k^(d-1)) a run. `depth` >= 1.
std::unique_ptr<policy> make_pct(std::size_t depth);

/// Every schedule that leaves first-in-first-out order at most `deviations` times, depth first
/// (delay bounding after Emmi, Qadeer, Rakamarić, POPL 2011). Deterministic; the seed is not used.
/// Unbounded by default.
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
  std::uint64_t deviations = 0; ///< choices other than the oldest
  std::size_t widest = 0;       ///< most handlers ready at one choice
};

/// A decorator that counts what goes through it. `metrics` must outlive it.
std::unique_ptr<policy> make_counting(std::unique_ptr<policy> inner, policy_metrics& metrics);

/// The policy of that name, PCT with depth 3.
std::unique_ptr<policy> make_policy(policy_kind kind);

} // namespace weir

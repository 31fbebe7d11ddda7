/// \file
/// Scheduling policies: which of the ready handlers runs next.
///
/// A policy is asked only where there is a choice. It sees how many handlers are ready, oldest
/// first, and whose they are; it never sees time, because time moves only when nothing is ready.
#pragma once

#include <weir/detail/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What a policy may look at. Values between which the scenario itself chooses (`weir::pick`) have
/// task 0.
class ready_view {
public:
  explicit ready_view(const detail::ready_set& ready) noexcept
      : ready_(&ready), size_(ready.size()) {}

  explicit ready_view(std::size_t values) noexcept : size_(values) {}

  /// At least 2.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] std::uint32_t task(std::size_t i) const noexcept {
    return ready_ ? (*ready_)[i].task : 0;
  }

  /// False when the scenario chooses among values of its own.
  [[nodiscard]] bool is_schedule() const noexcept { return ready_ != nullptr; }

private:
  const detail::ready_set* ready_ = nullptr;
  std::size_t size_;
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
  /// An index below `ready.size()`; larger ones are taken as the last.
  virtual std::size_t choose(const ready_view& ready) = 0;

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

/// The policies by name, for command lines.
enum class policy_kind { mixed, fifo, random, pct, depth_first };
[[nodiscard]] std::string_view to_string(policy_kind kind) noexcept;
/// "mixed", "fifo", "random", "pct" (depth 3), "dfs". \throws std::invalid_argument naming the
/// known ones
policy_kind parse_policy(std::string_view name);
std::unique_ptr<policy> make_policy(policy_kind kind);

} // namespace weir

/// \file
/// Runs a scenario under many schedules until one fails or the budget is spent.
///
///     const auto found = weir::explore({.name = "no item is lost"}, []() -> asio::awaitable<void>
///     {
///       ...
///       weir::expect(received == sent, "{} of {} items came out", received, sent);
///     });
///     if (!found) std::cerr << found.report();
#pragma once

#include <weir/model.hpp>
#include <weir/policy.hpp>
#include <weir/run.hpp>
#include <weir/search.hpp>
#include <weir/trace/recording.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// What to run and how far to go.
struct explore_options {
  std::string name;    ///< of the scenario, a sentence; its slug stands in the token
  std::string scope{}; ///< stands before the slug in the token, with a slash; may be empty
  search_options search{};
  std::function<std::unique_ptr<policy>()>
      make_policy{}; ///< a policy of your own, instead of `search.policy`
  run_limits limits{};
  leak_check leaks = leak_check::fail;
  /// Every so many schedules, one is run twice and the two must agree step by step. 0: never.
  std::size_t determinism_every = 64;
  std::size_t shrink_runs = 200; ///< how many runs may go into making a failing schedule simpler
};

/// A failing schedule, made as simple as the budget allowed, with what happened in it.
struct failing_schedule {
  std::size_t number = 0;           ///< which schedule failed first, from 1
  run_result result;                ///< of the simplified schedule
  schedule_model model;             ///< under which it was found
  std::string token;                ///< replays it
  std::size_t deviations = 0;       ///< how often it leaves first-in-first-out order
  std::size_t found_deviations = 0; ///< the same before it was simplified
  std::size_t shrink_runs = 0;
  trace::recording trace; ///< of the simplified schedule

  /// Under which circumstances a real loop can come to it: a sentence's end for people.
  [[nodiscard]] std::string exists() const;
};

struct exploration {
  std::string scenario;      ///< the name in the token
  std::string name;          ///< as it was given
  std::size_t schedules = 0; ///< run, without those for shrinking and for checks
  std::uint64_t handlers = 0;
  bool exhausted = false; ///< the policy had no schedule left: nothing within its bound was missed
  bool replayed = false;  ///< one schedule given by a token, nothing else
  /// Of a replayed schedule: the run came to every choice that the token lists, and could make it.
  /// Code that was changed since may have other choices, and the token then says little about it.
  bool followed = true;
  std::string remark;     ///< what a replay has to be taken with; mostly empty
  trace::recording trace; ///< of a replayed schedule that held; a failure has its own
  std::optional<failing_schedule> failure;

  [[nodiscard]] bool passed() const noexcept { return !failure; }

  [[nodiscard]] explicit operator bool() const noexcept { return passed(); }

  /// For people: what was promised, what happened, the last events, the token.
  [[nodiscard]] std::string report() const;
};

/// Explores `body`. Stops at the first schedule that fails, shrinks it, and runs it once more with
/// a trace. What it does depends on `options` alone. One exploration at a time in a thread.
/// \throws std::logic_error inside a run
/// \throws token_error when `options.search.replay` is set and is no token
exploration explore(const explore_options& options, const scenario& body);

} // namespace weir

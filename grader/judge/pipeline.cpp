#include "judge/pipeline.hpp"

#include "base/errors.hpp"
#include "judge/build_module.hpp"
#include "judge/run_tests.hpp"
#include "judge/runner.hpp"
#include "judge/stopwatch.hpp"

#include <weir/token.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace asio = boost::asio;

namespace weir::grader {

namespace {

/// How many schedules one process of the deep tier runs: short enough to stop in time, long enough
/// to start seldom.
constexpr std::size_t deep_share = 1'000;

verdict verdict_of(build_outcome&& built, const exercise& ex) {
  verdict v;
  v.kind = built.failure.value_or(verdict_kind::environment_error);
  v.detail = std::move(built.detail);
  v.max_points = ex.max_points();
  v.compiler_output = std::move(built.compiler_output);
  v.stages = std::move(built.stages);
  return v;
}

/// The scenario's name in a token, split at its slashes: {exercise, test, scenario}.
std::vector<std::string> parts_of_token(const std::string& token) {
  std::vector<std::string> parts;
  try {
    std::istringstream name{weir::parse_token(token).scenario};
    for (std::string part; std::getline(name, part, '/');) {
      parts.push_back(part);
    }
  } catch (const weir::token_error& error) {
    throw usage_error{error.what()};
  }
  if (parts.size() < 2) {
    throw usage_error{fmt::format("the token '{}' names no exercise's test; only tokens from a "
                                  "failure report can be replayed",
                                  token)};
  }
  return parts;
}

/// One schedule count for tests that were run more than once.
void add_up(verdict& sum, const verdict& next) {
  for (std::size_t i = 0; i < sum.tests.size() && i < next.tests.size(); ++i) {
    sum.tests[i].schedules += next.tests[i].schedules;
    sum.tests[i].handlers += next.tests[i].handlers;
  }
  sum.schedules += next.schedules;
  sum.handlers += next.handlers;
}

/// What earlier processes ran counts for the one that settled it.
verdict after(verdict last, const std::optional<verdict>& before) {
  if (before) {
    add_up(last, *before);
  }
  return last;
}

class grading {
public:
  grading(const toolchain& tools, const sandbox& box, grade_request request)
      : tools_{tools}, box_{box}, request_{std::move(request)} {}

  asio::awaitable<verdict> run() {
    if (request_.depth == search_depth::deep) {
      co_await provide(tools_, part{.kind = part_kind::deep_header}, request_.on_waiting);
    }
    tell("compile");
    build_request wanted;
    wanted.ex = request_.ex;
    wanted.repository_root = request_.repository_root;
    wanted.source = request_.source;
    wanted.output_folder = request_.build_folder;
    wanted.depth = request_.depth;
    wanted.verbose = request_.verbose;
    wanted.use_cache = request_.use_cache;
    build_outcome built = co_await build_module(tools_, box_, std::move(wanted));
    if (built.failure) {
      verdict failed = verdict_of(std::move(built), *request_.ex);
      failed.deep = request_.depth == search_depth::deep;
      co_return failed;
    }
    // What does not compile needs no tests to say so.
    co_await provide(tools_, part{.kind = part_kind::tests, .exercise = request_.ex->id},
                     request_.on_waiting);
    tell("run");
    stopwatch watch;
    module_ = built.module;
    verdict v;
    if (request_.depth == search_depth::deep && request_.search.replay.empty()) {
      v = co_await search_deep();
    } else {
      v = co_await run_once(seed(), request_.search.schedules.value_or(first_tier_schedules));
    }
    watch.lap(built.stages, "run");
    v.stages = std::move(built.stages);
    v.compiler_output = std::move(built.compiler_output);
    v.cached = built.cached;
    v.deep = request_.depth == search_depth::deep;
    v.seed = seed();
    co_return v;
  }

private:
  const toolchain& tools_;
  const sandbox& box_;
  grade_request request_;
  std::filesystem::path module_;

  [[nodiscard]] std::uint64_t seed() const { return request_.search.seed.value_or(1); }

  void tell(const char* stage) const {
    if (request_.on_stage) {
      request_.on_stage(stage);
    }
  }

  asio::awaitable<verdict> run_once(std::uint64_t seed, std::size_t schedules) {
    run_request wanted;
    wanted.ex = request_.ex;
    wanted.module = module_;
    wanted.trace_folder =
        request_.build_folder / (request_.depth == search_depth::deep ? "trace-deep" : "trace");
    wanted.expected = request_.ex->tests;
    wanted.search = request_.search;
    wanted.search.seed = seed;
    wanted.search.schedules = schedules;
    wanted.limits = runner_limits(tools_, request_.depth);
    wanted.on_step = request_.on_step;
    if (!request_.search.replay.empty()) {
      wanted.expected = {test_of_token(*request_.ex, request_.search.replay)};
      wanted.all_tests = false;
      wanted.trace_folder = request_.build_folder / "trace-replay";
    }
    verdict v = co_await run_tests(tools_, box_, std::move(wanted));
    co_return v;
  }

  asio::awaitable<verdict> search_deep() {
    const auto until = std::chrono::steady_clock::now() + request_.deep_budget;
    const std::size_t wanted = request_.search.schedules.value_or(deep_tier_schedules);
    // What does not depend on the seed starts over in every process, so it gets one for all.
    const auto policy = request_.search.policy;
    const bool same_for_all_seeds =
        policy == policy_kind::depth_first || policy == policy_kind::fifo;
    const std::size_t share = same_for_all_seeds ? wanted : deep_share;
    std::optional<verdict> so_far;
    for (std::size_t done = 0;;) {
      verdict next = co_await run_once(seed() + done, std::min(share, wanted - done));
      done += share;
      const bool exhausted = std::ranges::all_of(next.tests, &test_result::exhausted);
      const bool over = done >= wanted || exhausted || std::chrono::steady_clock::now() >= until;
      if (!next.passed() || over) {
        co_return after(std::move(next), so_far);
      }
      so_far = after(std::move(next), so_far);
    }
  }
};

} // namespace

bool settles(const search_options& search) {
  return search.schedules.value_or(first_tier_schedules) >= first_tier_schedules &&
         search.policy.value_or(policy_kind::mixed) == policy_kind::mixed &&
         search.model.value_or(schedule_model{}) == schedule_model{};
}

std::filesystem::path build_folder_of(const std::filesystem::path& workspace_root,
                                      const exercise& ex) {
  return workspace_root / ".weir" / "build" / ex.id;
}

asio::awaitable<verdict> grade(const toolchain& tools, const sandbox& box, grade_request request) {
  grading job{tools, box, std::move(request)};
  verdict v = co_await job.run();
  co_return v;
}

std::string exercise_of_token(const std::string& token) {
  return parts_of_token(token).front();
}

const test_info& test_of_token(const exercise& ex, const std::string& token) {
  const auto parts = parts_of_token(token);
  const auto found = std::ranges::find(ex.tests, parts[1], &test_info::id);
  if (parts[0] != ex.id || found == ex.tests.end()) {
    throw usage_error{fmt::format("the token belongs to {}/{}, and {} has no such test", parts[0],
                                  parts[1], ex.id)};
  }
  return *found;
}

} // namespace weir::grader

#include <weir/expect.hpp>
#include <weir/explore.hpp>
#include <weir/shrink.hpp>
#include <weir/token.hpp>
#include <weir/trace/recorder.hpp>
#include <weir/trace/text.hpp>

#include <algorithm>

namespace weir {

namespace {

run_result run_choices(const scenario& body, const run_options& options,
                       const std::vector<std::uint32_t>& choices) {
  const auto replay = make_replay(choices);
  replay->begin_run(options.seed);
  return run(body, *replay, options);
}

std::size_t count_deviations(const std::vector<std::uint32_t>& choices) {
  return choices.size() - static_cast<std::size_t>(std::count(choices.begin(), choices.end(), 0U));
}

/// The token of a schedule has no zeros at its end.
bool begins_with(const std::vector<std::uint32_t>& choices,
                 const std::vector<std::uint32_t>& listed) {
  return choices.size() >= listed.size() &&
         std::equal(listed.begin(), listed.end(), choices.begin());
}

class exploring {
public:
  exploring(const explore_options& options, const scenario& body) : options_(options), body_(body) {
    found_.name = options.name;
    found_.scenario = (options.scope.empty() ? "" : options.scope + "/") + slug(options.name);
    run_options_.seed = options.search.seed.value_or(1);
    run_options_.model = options.search.model.value_or(schedule_model{});
    run_options_.limits = options.limits;
    run_options_.leaks = options.leaks;
  }

  exploration operator()() {
    if (!options_.search.replay.empty())
      replay(parse_token(options_.search.replay));
    else
      search();
    return std::move(found_);
  }

private:
  void search() {
    const auto policy = options_.make_policy
                            ? options_.make_policy()
                            : make_policy(options_.search.policy.value_or(policy_kind::mixed));
    const std::size_t most = options_.search.schedules.value_or(500);
    const trace::scoped_recorder quiet(nullptr);
    for (; found_.schedules < most; ++run_options_.seed) {
      if (!policy->begin_run(run_options_.seed)) {
        found_.exhausted = true;
        return;
      }
      run_result result = run(body_, *policy, run_options_);
      ++found_.schedules;
      found_.handlers += result.handlers;
      if (result && options_.determinism_every != 0 &&
          found_.schedules % options_.determinism_every == 1)
        check_determinism(result);
      if (!result) {
        fail(std::move(result));
        return;
      }
    }
  }

  void replay(const schedule_token& token) {
    if (token.scenario != found_.scenario)
      return;
    found_.replayed = true;
    found_.schedules = 1;
    run_options_.seed = token.seed;
    run_options_.model = token.model;
    if (!token.asio.empty() && token.asio != asio_version())
      found_.remark = text("the token was made with Asio {}, and this is Asio {}, whose operations "
                           "may post at other points: it may be another schedule",
                           token.asio, asio_version());
    const trace::scoped_recorder quiet(nullptr);
    failing_schedule seen;
    seen.number = 1;
    trace_into(seen, token.choices);
    seen.found_deviations = seen.deviations;
    found_.handlers = seen.result.handlers;
    found_.followed = begins_with(seen.result.choices, token.choices);
    if (seen.result)
      found_.trace = std::move(seen.trace);
    else
      found_.failure = std::move(seen);
  }

  void check_determinism(run_result& first) {
    const run_result second = run_choices(body_, run_options_, first.choices);
    if (second.hash == first.hash && second.outcome == first.outcome)
      return;
    first.outcome = run_outcome::nondeterministic;
    first.message = text(
        "the same schedule was run twice and went two ways ({} handlers in {}, then {} in {}). "
        "Something in it is decided outside the run: an uninitialised value, an address used as a "
        "key, std::random_device, or state left over from the run before",
        first.handlers, first.virtual_time, second.handlers, second.virtual_time);
  }

  void fail(run_result result) {
    failing_schedule failure;
    failure.number = found_.schedules;
    failure.found_deviations = count_deviations(result.choices);
    const auto wanted = result.outcome;
    if (wanted == run_outcome::nondeterministic) {
      failure.token = token_of(result.choices);
      failure.deviations = failure.found_deviations;
      failure.result = std::move(result);
      failure.model = run_options_.model;
      found_.failure = std::move(failure);
      return;
    }
    const auto simplified = shrink(std::move(result.choices), options_.shrink_runs,
                                   [&](const std::vector<std::uint32_t>& candidate)
                                       -> std::optional<std::vector<std::uint32_t>> {
                                     run_result tried = run_choices(body_, run_options_, candidate);
                                     if (tried.outcome != wanted)
                                       return std::nullopt;
                                     return std::move(tried.choices);
                                   });
    failure.shrink_runs = simplified.runs;
    trace_into(failure, simplified.choices);
    found_.failure = std::move(failure);
  }

  /// The schedule once more, with everything recorded.
  void trace_into(failing_schedule& failure, const std::vector<std::uint32_t>& choices) {
    trace::recorder recorder;
    {
      const trace::scoped_recorder scope(&recorder);
      failure.result = run_choices(body_, run_options_, choices);
    }
    failure.deviations = count_deviations(failure.result.choices);
    failure.token = token_of(failure.result.choices);
    failure.model = run_options_.model;
    auto& header = recorder.header();
    header.scenario = found_.name;
    header.seed = run_options_.seed;
    header.token = failure.token;
    failure.trace = recorder.snapshot();
  }

  [[nodiscard]] std::string token_of(const std::vector<std::uint32_t>& choices) const {
    return to_string(
        schedule_token{found_.scenario, run_options_.seed, choices, run_options_.model});
  }

  const explore_options& options_;
  const scenario& body_;
  run_options run_options_;
  exploration found_;
};

} // namespace

exploration explore(const explore_options& options, const scenario& body) {
  return exploring(options, body)();
}

std::string failing_schedule::exists() const {
  const bool one = result.threads <= 1;
  std::string out =
      one ? "one io_context thread can run it so"
          : text("needs a pool of {} threads, or fewer; one io_context thread may not "
                 "be able to run it so",
                 result.threads);
  if (model.time == time_model::moves)
    out += text(", if a handler may take, and a timer be late by, up to {}", model.jitter);
  return out + text(" (explored: {})", to_string(model));
}

std::string exploration::report() const {
  if (!failure)
    return text("{}: held in {} schedules{} ({} handlers)", name, schedules,
                exhausted ? ", which is all there are" : "", handlers);
  const auto& result = failure->result;
  std::string out = text("{}: {} in schedule {}\n  {}\n", name, to_string(result.outcome),
                         failure->number, result.message);
  for (const auto& task : result.tasks)
    out += text("  waiting: {} for {} since {}{}\n", task.name, task.waits_for, task.since,
                task.where.empty() ? "" : " at " + task.where);
  out += "  last events:\n";
  for (const auto& line : trace::last_events(failure->trace, 12))
    out += text("    {}  {}  {}\n", std::chrono::nanoseconds(line.t_ns), line.task, line.text);
  out += text("  this schedule: {}\n", failure->exists());
  if (!remark.empty())
    out += text("  note: {}\n", remark);
  out += text("  replay: {}\n", failure->token);
  return out;
}

} // namespace weir

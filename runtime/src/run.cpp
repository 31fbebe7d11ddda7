#include "describe_exception.hpp"
#include "thread_crew.hpp"

#include <weir/detail/coroutine_stack.hpp>
#include <weir/detail/operation_name.hpp>
#include <weir/detail/prelude_check.hpp>
#include <weir/policy.hpp>
#include <weir/prelude.hpp>
#include <weir/trace/recorder.hpp>

#include <boost/asio/detail/scheduler.hpp>
#include <cxxabi.h>

#include <thread>

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_WITH_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_WITH_LSAN 1
#endif
#endif
#if defined(WEIR_WITH_LSAN)
#include <sanitizer/lsan_interface.h>
#endif

namespace weir {

namespace detail {

std::string describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(typeid(e).name(), nullptr, nullptr, &status), &std::free);
    return std::string(name ? name.get() : typeid(e).name()) + ": " + e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

} // namespace detail

namespace {

using detail::describe;

/// What a run leaves behind for good is left on purpose; the leak checker is told so.
void keep_forever(std::unique_ptr<virtual_context> context) {
  static auto& kept = *new std::vector<std::unique_ptr<virtual_context>>;
  kept.push_back(std::move(context));
}

class ignore_leaks {
public:
#if defined(WEIR_WITH_LSAN)
  ignore_leaks() { __lsan_disable(); }

  ~ignore_leaks() { __lsan_enable(); }
#else
  ignore_leaks() {}
#endif
  ignore_leaks(const ignore_leaks&) = delete;
  ignore_leaks& operator=(const ignore_leaks&) = delete;
};

std::string_view file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<task_report> living_tasks(detail::engine& e) {
  std::vector<task_report> reports;
  auto& tasks = e.tasks();
  for (std::uint32_t id = 1; id < tasks.size(); ++id) {
    const auto& task = tasks[id];
    if (task.ended || !task.waiting)
      continue;
    task_report report;
    report.id = id;
    report.parent = task.parent;
    report.since = std::chrono::nanoseconds(task.since);
    report.waits_for = detail::operation_name(task.operation);
    report.stack = detail::stack_of(task);
    if (task.where.line() != 0)
      report.where = text("{}:{}", file_name(task.where.file_name()), task.where.line());
    report.name = detail::name_of(task, id);
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string describe(const task_report& one) {
  std::string line = text("{} waits for {} since {}", one.name, one.waits_for, one.since);
  if (!one.stack.empty())
    line += " in " + one.stack.front();
  if (!one.where.empty())
    line += " (" + one.where + ")";
  return line;
}

/// Whose task it is. One that has ended should have waited for it; one that lives may be waiting.
std::string owner_of(detail::engine& e, const task_report& one) {
  if (one.parent == 0)
    return {};
  const auto& owner = e.tasks()[one.parent];
  return text(", started by {}{}", detail::name_of(owner, one.parent),
              owner.ended ? ", which has ended without waiting for it" : "");
}

std::string list_leaks(detail::engine& e, const std::vector<task_report>& tasks) {
  std::string list;
  for (const auto& one : tasks)
    list += (list.empty() ? "" : "; ") + describe(one) + owner_of(e, one);
  return list;
}

std::string list_tasks(const std::vector<task_report>& tasks) {
  std::string list;
  for (const auto& one : tasks)
    list += (list.empty() ? "" : "; ") + describe(one);
  return list;
}

std::string jobs_of_pools(const detail::engine& e) {
  const detail::thread_crew* const crew = e.crew_if_any();
  return crew != nullptr ? crew->busy_ones() : std::string();
}

run_result conclude(detail::engine& e, detail::engine::idle idle, const run_options& options,
                    const std::exception_ptr& error, bool started_scheduler) {
  using idle_kind = detail::engine::idle;
  using detail::stop_reason;
  run_result result;
  const auto end = [&](run_outcome outcome, std::string message) {
    result.outcome = outcome;
    result.message = std::move(message);
  };
  if (e.stopped() == stop_reason::left_virtual_time)
    end(run_outcome::left_virtual_time, e.stop_message());
  else if (started_scheduler)
    end(run_outcome::left_virtual_time, "a stock Asio service was created on the virtual context "
                                        "(a socket, a resolver, a signal set, or a "
                                        "timer compiled without weir/prelude.hpp)");
  else if (e.stopped() == stop_reason::expectation)
    end(run_outcome::assertion_failed, e.stop_message());
  else if (e.stopped() == stop_reason::out_of_memory)
    end(run_outcome::out_of_memory, e.stop_message());
  else if (e.stopped() == stop_reason::exception)
    end(run_outcome::exception, e.stop_message());
  else if (e.stopped() == stop_reason::deadlock)
    end(run_outcome::deadlock, e.stop_message());
  else if (error)
    end(run_outcome::exception, "the scenario ended with an exception: " + describe(error));
  else if (idle == idle_kind::deadlock || idle == idle_kind::no_work) {
    result.tasks = living_tasks(e);
    const std::string jobs = jobs_of_pools(e);
    end(run_outcome::deadlock,
        "nothing can run any more and no timer is set: " +
            (!result.tasks.empty() ? list_tasks(result.tasks)
             : !jobs.empty()       ? jobs
                                   : std::string("what should go on was destroyed or lost")));
  } else if (idle == idle_kind::step_limit)
    end(run_outcome::step_limit,
        options.model.time == time_model::stands_still
            ? text("{} handlers ran without an end, the last {} of them with the clock standing at "
                   "{}",
                   e.steps(), e.steps_at_this_instant(), std::chrono::nanoseconds(e.now()))
            : text("{} handlers ran without an end, the last {} of them without a moment in which "
                   "nothing was ready, from {} to {}",
                   e.steps(), e.steps_since_wait(), std::chrono::nanoseconds(e.last_wait()),
                   std::chrono::nanoseconds(e.now())));
  else if (idle == idle_kind::time_limit)
    end(run_outcome::time_limit,
        text("the next timer lies beyond the limit of {}", options.limits.virtual_time));
  else if (options.leaks == leak_check::fail &&
           (e.pending_timers() != 0 || e.outstanding_work() != 0)) {
    result.tasks = living_tasks(e);
    const std::string jobs = jobs_of_pools(e);
    end(run_outcome::leak, "the scenario has returned, but work it started is still alive: " +
                               (!result.tasks.empty() ? list_leaks(e, result.tasks)
                                : !jobs.empty()       ? jobs
                                                      : text("{} timers, {} operations",
                                                             e.pending_timers(), e.outstanding_work())));
  }
  if (!result && result.tasks.empty())
    result.tasks = living_tasks(e);
  result.virtual_time = std::chrono::nanoseconds(e.now());
  result.handlers = e.steps();
  result.choices = e.choices();
  result.threads = e.threads_needed();
  result.hash = e.hash();
  result.error = error;
  return result;
}

} // namespace

std::string_view to_string(run_outcome outcome) noexcept {
  switch (outcome) {
  case run_outcome::completed:
    return "completed";
  case run_outcome::assertion_failed:
    return "assertion-failed";
  case run_outcome::exception:
    return "exception";
  case run_outcome::deadlock:
    return "deadlock";
  case run_outcome::leak:
    return "leak";
  case run_outcome::step_limit:
    return "step-limit";
  case run_outcome::time_limit:
    return "time-limit";
  case run_outcome::out_of_memory:
    return "out-of-memory";
  case run_outcome::left_virtual_time:
    return "left-virtual-time";
  case run_outcome::nondeterministic:
    return "nondeterministic";
  }
  return "unknown";
}

run_result run(const scenario& body, policy& p, const run_options& options) {
  if (detail::engine::current() != nullptr)
    throw std::logic_error(
        "weir::run inside another run: a schedule can't be explored from within one");
  if (detail::stock_timer_is_linked()) {
    run_result refused;
    refused.outcome = run_outcome::left_virtual_time;
    refused.message = detail::without_prelude;
    return refused;
  }
  auto context = std::make_unique<virtual_context>();
  detail::engine& e = context->engine();
  e.seed = options.seed;
  e.allow(options.model);
  auto* const recorder = trace::current_recorder();
  if (recorder)
    recorder->append(
        {.kind = trace::event_kind::run_begin, .a = static_cast<std::int64_t>(options.seed)});

  bool done = false;
  std::exception_ptr error;
  {
    const detail::current_engine scope(e);
    boost::asio::co_spawn(context->get_executor(), body(), [&](const std::exception_ptr& thrown) {
      done = true;
      error = thrown;
    });
  }
  detail::engine::idle idle{};
  for (;;) {
    try {
      idle = e.drive(p, {options.limits.steps, options.limits.virtual_time.count()}, done);
      break;
    } catch (...) {
      const detail::current_engine scope(e);
      e.stop(detail::stop_reason::exception,
             "an exception left a completion handler: " + describe(std::current_exception()));
      idle = detail::engine::idle::stopped;
      break;
    }
  }
  const bool started_scheduler = boost::asio::has_service<boost::asio::detail::scheduler>(*context);
  run_result result = conclude(e, idle, options, error, started_scheduler);
  p.end_run(result.choices.size() - e.time_choices());
  if (recorder) {
    const auto outcome = recorder->intern(to_string(result.outcome));
    recorder->append({.t_ns = e.now(),
                      .kind = trace::event_kind::run_end,
                      .a = static_cast<std::int64_t>(outcome),
                      .b = static_cast<std::int64_t>(result.handlers)});
  }
  const trace::scoped_recorder quiet(nullptr); // unwinding is not part of the run
  if (result && options.leaks != leak_check::keep) {
    context.reset();
  } else {
    if (auto* crew = e.crew_if_any())
      crew->disband();
    const ignore_leaks scope;
    keep_forever(std::move(context));
  }
  return result;
}

std::chrono::nanoseconds now() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::uint32_t current_task() noexcept {
  const auto* e = detail::engine::current();
  return e ? e->current_task() : 0;
}

void name_this_task(std::string name) {
  auto* e = detail::engine::current();
  if (e == nullptr || e->current_task() == 0)
    return;
  if (auto* r = trace::current_recorder())
    r->task_started(e->now(), e->current_task(), name);
  auto& task = e->tasks()[e->current_task()];
  task.named = true;
  task.name = std::move(name);
}

random_stream stream(std::string_view name) {
  const auto* e = detail::engine::current();
  return random_stream(e ? e->seed : 1, name);
}

std::size_t pick(std::size_t n) {
  auto* e = detail::engine::current();
  return e ? e->pick(n) : 0;
}

void block_loop(std::chrono::nanoseconds d) {
  if (auto* member = detail::crew_member::current())
    member->block(d);
  else if (auto* e = detail::engine::current())
    e->block(d);
  else
    std::this_thread::sleep_for(d);
}

} // namespace weir

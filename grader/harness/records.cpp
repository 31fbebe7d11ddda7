#include "records.hpp"

#include "protocol/exit_code.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/text.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace weir::harness {

namespace {

constexpr std::size_t timeline_lines = 14;

bool write_all(int descriptor, std::string_view rest) noexcept {
  while (!rest.empty()) {
    const auto written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::vector<protocol::recorded_task> to_record(const std::vector<task_report>& tasks) {
  std::vector<protocol::recorded_task> list;
  for (const auto& task : tasks) {
    std::string state = text("waits for {} since {}", task.waits_for, task.since);
    if (!task.stack.empty()) {
      state += " in " + task.stack.front();
    }
    if (!task.where.empty()) {
      state += " (" + task.where + ")";
    }
    list.push_back({.name = task.name, .state = std::move(state)});
  }
  return list;
}

std::vector<protocol::recorded_event> last_events(const trace::recording& trace) {
  std::vector<protocol::recorded_event> list;
  for (const auto& line : trace::last_events(trace, timeline_lines)) {
    list.push_back(
        {.at = std::chrono::nanoseconds(line.t_ns), .task = line.task, .text = line.text});
  }
  return list;
}

protocol::recorded_failure to_record(const exploration& failed) {
  const auto& failure = *failed.failure;
  return {.scenario = failed.name,
          .token = failure.token,
          .number = failure.number,
          .deviations = failure.deviations,
          .found_deviations = failure.found_deviations,
          .shrink_runs = failure.shrink_runs,
          .virtual_time = failure.result.virtual_time,
          .tasks = to_record(failure.result.tasks),
          .timeline = last_events(failure.trace)};
}

/// Names the file in the record.
void write_trace(const trace::recording& trace, const std::string& directory,
                 protocol::test_end_record& record) {
  if (directory.empty()) {
    return;
  }
  const std::string path = directory + '/' + record.id + ".weirtrace";
  try {
    trace::write_file(path, trace);
    record.trace = path;
  } catch (const std::exception& e) {
    record.trace_error = e.what(); // the verdict stands without its trace
  }
}

} // namespace

record_writer::record_writer(int descriptor, std::string nonce)
    : descriptor_(descriptor), nonce_(std::move(nonce)), crash_("", nonce_) {}

void record_writer::write(const protocol::record& what) const {
  if (!write_all(descriptor_, to_line(what, nonce_) + '\n')) {
    std::_Exit(static_cast<int>(protocol::exit_code::environment));
  }
}

void record_writer::prepare_crash_record(std::string_view test) {
  crash_ = protocol::crash_line(test, nonce_);
}

void record_writer::write_crash(int signal) noexcept {
  write_all(descriptor_, crash_.finish(signal));
}

void test_outcome::add(const exploration& found) {
  ++explorations_;
  schedules_ += found.schedules;
  handlers_ += found.handlers;
  exhausted_ = exhausted_ && found.exhausted;
  if (found && found.replayed)
    replayed_ = found;
  if (found || !passed_)
    return;
  passed_ = false;
  failed_ = found;
  outcome_ = to_string(found.failure->result.outcome);
  message_ = found.failure->result.message;
}

void test_outcome::fail(std::string message) {
  if (!passed_)
    return;
  passed_ = false;
  outcome_ = "assertion-failed";
  message_ = std::move(message);
}

protocol::test_end_record test_outcome::to_record(const std::string& id,
                                                  const std::string& trace_directory) const {
  protocol::test_end_record record{.id = id,
                                   .passed = passed_,
                                   .outcome = outcome_,
                                   .message = message_,
                                   .schedules = schedules_,
                                   .explorations = explorations_,
                                   .handlers = handlers_,
                                   .exhausted = explorations_ != 0 && exhausted_};
  if (failed_) {
    record.failure = harness::to_record(*failed_);
    if (failed_->replayed) {
      record.followed = failed_->followed;
    }
    write_trace(failed_->failure->trace, trace_directory, record);
  } else if (replayed_) {
    record.followed = replayed_->followed;
    write_trace(replayed_->trace, trace_directory, record);
  }
  return record;
}

} // namespace weir::harness

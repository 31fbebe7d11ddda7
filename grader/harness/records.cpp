#include "records.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace weir::harness {

namespace {

constexpr std::size_t timeline_lines = 14;

bool write_all(int descriptor, const char* data, std::size_t size) noexcept {
  while (size != 0) {
    const auto written = ::write(descriptor, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

boost::json::array to_json(const std::vector<task_report>& tasks) {
  boost::json::array list;
  for (const auto& task : tasks) {
    std::string state = text("waits for {} since {}", task.waits_for, task.since);
    if (!task.stack.empty()) state += " in " + task.stack.front();
    if (!task.where.empty()) state += " (" + task.where + ")";
    list.push_back({{"name", task.name}, {"state", state}});
  }
  return list;
}

/// Names the file in the record.
void write_trace(const trace::recording& trace, std::string_view test, const std::string& directory,
                 boost::json::object& record) {
  if (directory.empty()) return;
  const std::string path = directory + '/' + std::string(test) + ".weirtrace";
  try {
    trace::write_file(path, trace);
    record["trace"] = path;
  } catch (const std::exception& e) {
    record["trace_error"] = e.what(); // the verdict stands without its trace
  }
}

boost::json::array to_json(const std::vector<trace::timeline_line>& lines) {
  boost::json::array list;
  for (const auto& line : lines)
    list.push_back({{"t_ns", line.t_ns}, {"task", line.task}, {"text", line.text}});
  return list;
}

} // namespace

record_writer::record_writer(int descriptor, std::string nonce)
    : descriptor_(descriptor), nonce_(std::move(nonce)) {
  prepare_crash_record("");
}

void record_writer::write(boost::json::object record) const {
  record["nonce"] = nonce_;
  const std::string line = boost::json::serialize(record) + '\n';
  if (!write_all(descriptor_, line.data(), line.size())) std::_Exit(3);
}

void record_writer::prepare_crash_record(std::string_view test) {
  std::snprintf(crash_head_, sizeof crash_head_, R"({"nonce":"%s","record":"crash","signal":)", nonce_.c_str());
  std::snprintf(crash_tail_, sizeof crash_tail_, R"(,"test":"%.*s"})"
                                                 "\n",
                static_cast<int>(test.size()), test.data());
}

void record_writer::write_crash(int signal) const noexcept {
  char line[600];
  std::size_t size = 0;
  const auto append = [&](const char* part) {
    for (; *part != '\0' && size < sizeof line; ++part) line[size++] = *part;
  };
  char digits[4]{};
  if (signal >= 10) {
    digits[0] = static_cast<char>('0' + signal / 10 % 10);
    digits[1] = static_cast<char>('0' + signal % 10);
  } else {
    digits[0] = static_cast<char>('0' + signal);
  }
  append(crash_head_);
  append(digits);
  append(crash_tail_);
  write_all(descriptor_, line, size);
}

void test_outcome::add(const exploration& found) {
  ++explorations_;
  schedules_ += found.schedules;
  handlers_ += found.handlers;
  exhausted_ = exhausted_ && found.exhausted;
  if (found && found.replayed) replayed_ = found;
  if (found || !passed_) return;
  passed_ = false;
  failed_ = found;
  outcome_ = to_string(found.failure->result.outcome);
  message_ = found.failure->result.message;
}

void test_outcome::fail(std::string message) {
  if (!passed_) return;
  passed_ = false;
  outcome_ = "assertion-failed";
  message_ = std::move(message);
}

boost::json::object test_outcome::to_record(std::string_view id, const std::string& trace_directory) const {
  boost::json::object record{{"record", "test-end"},        {"id", id},
                             {"passed", passed_},           {"outcome", outcome_},
                             {"message", message_},         {"schedules", schedules_},
                             {"handlers", handlers_},       {"exhausted", explorations_ != 0 && exhausted_},
                             {"explorations", explorations_}};
  if (replayed_ && !failed_) {
    record["followed"] = replayed_->followed;
    write_trace(replayed_->trace, id, trace_directory, record);
  }
  if (!failed_) return record;
  const auto& failure = *failed_->failure;
  if (failed_->replayed) record["followed"] = failed_->followed;
  record["scenario"] = failed_->name;
  record["failing_schedule"] = failure.number;
  record["deviations"] = failure.deviations;
  record["found_deviations"] = failure.found_deviations;
  record["shrink_runs"] = failure.shrink_runs;
  record["token"] = failure.token;
  record["tasks"] = to_json(failure.result.tasks);
  record["timeline"] = to_json(trace::last_events(failure.trace, timeline_lines));
  record["virtual_time_ns"] = failure.result.virtual_time.count();
  write_trace(failure.trace, id, trace_directory, record);
  return record;
}

} // namespace weir::harness

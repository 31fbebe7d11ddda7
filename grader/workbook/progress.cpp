#include "workbook/progress.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr std::int64_t supported_format = 1;

const json::object* object_at(const json::object& parent, std::string_view key) {
  const json::value* value = parent.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

/// The object under `key`, made if it is not there.
json::object& object_in(json::object& parent, std::string_view key) {
  json::value& value = parent[key];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

int number_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) {
    return 0;
  }
  return static_cast<int>(std::clamp<std::int64_t>(value->get_int64(), 0, 1'000'000'000));
}

bool flag_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// One exercise a line, so that the file can be read and compared by people.
std::string written(const json::object& document) {
  std::string text = "{\n";
  for (auto member = document.begin(); member != document.end(); ++member) {
    text += member == document.begin() ? "" : ",\n";
    text += "  " + json::serialize(member->key()) + ": ";
    const json::object* inner = member->value().if_object();
    if (inner == nullptr || inner->empty()) {
      text += json::serialize(member->value());
      continue;
    }
    text += "{\n";
    for (auto entry = inner->begin(); entry != inner->end(); ++entry) {
      text += entry == inner->begin() ? "" : ",\n";
      text += "    " + json::serialize(entry->key()) + ": " + json::serialize(entry->value());
    }
    text += "\n  }";
  }
  return text + "\n}\n";
}

} // namespace

progress::progress() : document_{{"format", supported_format}} {}

exercise_progress progress::of(std::string_view id) const {
  const json::object* all = object_at(document_, "exercises");
  const json::object* entry = all != nullptr ? object_at(*all, id) : nullptr;
  if (entry == nullptr) {
    return {};
  }
  return {.passed = flag_at(*entry, "passed"),
          .first_passed_at = text_at(*entry, "first_passed_at"),
          .last_verdict = text_at(*entry, "last_verdict"),
          .last_graded_at = text_at(*entry, "last_graded_at"),
          .attempts = number_at(*entry, "attempts"),
          .points = number_at(*entry, "points"),
          .best_points = number_at(*entry, "best_points"),
          .hints_seen = number_at(*entry, "hints_seen"),
          .solution_seen = flag_at(*entry, "solution_seen"),
          .resets = number_at(*entry, "resets")};
}

void progress::set(std::string_view id, const exercise_progress& value) {
  json::object& entry = object_in(object_in(document_, "exercises"), id);
  entry["passed"] = value.passed;
  entry["first_passed_at"] = value.first_passed_at;
  entry["last_verdict"] = value.last_verdict;
  entry["last_graded_at"] = value.last_graded_at;
  entry["attempts"] = value.attempts;
  entry["points"] = value.points;
  entry["best_points"] = value.best_points;
  entry["hints_seen"] = value.hints_seen;
  entry["solution_seen"] = value.solution_seen;
  entry["resets"] = value.resets;
}

bool progress::record(std::string_view id, const grading_note& note) {
  exercise_progress value = of(id);
  if (value.resets != note.resets) {
    return false;
  }
  value.passed = note.passed;
  value.last_verdict = note.verdict;
  value.last_graded_at = utc_time(note.at);
  if (note.passed && value.first_passed_at.empty()) {
    value.first_passed_at = value.last_graded_at;
  }
  ++value.attempts;
  value.points = note.points;
  value.best_points = std::max(value.best_points, note.points);
  set(id, value);
  return true;
}

void progress::reset(std::string_view id) {
  exercise_progress value = of(id);
  value.passed = false;
  value.points = 0;
  value.last_verdict.clear();
  value.hints_seen = 0;
  ++value.resets;
  set(id, value);
}

std::string progress::current() const {
  return text_at(document_, "current");
}

void progress::set_current(std::string_view id) {
  document_["current"] = id;
}

bool progress::fast_track(std::string_view chapter) const {
  const json::object* all = object_at(document_, "fast_tracks");
  return all != nullptr && flag_at(*all, chapter);
}

void progress::set_fast_track(std::string_view chapter, bool taken) {
  object_in(document_, "fast_tracks")[chapter] = taken;
}

std::optional<int> progress::quiz_score(std::string_view chapter) const {
  const json::object* all = object_at(document_, "quizzes");
  const json::object* entry = all != nullptr ? object_at(*all, chapter) : nullptr;
  return entry != nullptr ? std::optional<int>{number_at(*entry, "right")} : std::nullopt;
}

void progress::set_quiz_score(std::string_view chapter, int right, int questions,
                              std::chrono::system_clock::time_point at) {
  json::object& entry = object_in(object_in(document_, "quizzes"), chapter);
  entry["right"] = right;
  entry["questions"] = questions;
  entry["at"] = utc_time(at);
}

progress_file::progress_file(std::filesystem::path folder, notice tell, clock now)
    : folder_{std::move(folder)}, tell_{std::move(tell)}, now_{std::move(now)} {}

progress progress_file::load() const {
  if (auto value = read()) {
    return *std::move(value);
  }
  const file_lock lock{folder_ / "lock"};
  // Another process may have replaced the damaged file while this one waited.
  if (auto value = read()) {
    return *std::move(value);
  }
  set_aside();
  return {};
}

progress progress_file::update(const std::function<void(progress&)>& change) const {
  make_folders(folder_);
  const file_lock lock{folder_ / "lock"};
  auto value = read();
  if (!value) {
    set_aside();
    value.emplace();
  }
  change(*value);
  replace_file(path(), written(value->document()));
  return *std::move(value);
}

/// Empty progress when there is no file, empty optional when it is damaged.
std::optional<progress> progress_file::read() const {
  std::error_code error;
  if (!std::filesystem::exists(path(), error)) {
    return progress{};
  }
  const std::string text = read_file(path());
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) {
    return std::nullopt;
  }
  const json::value* format = value.get_object().if_contains("format");
  if (format == nullptr || !format->is_int64() || format->get_int64() < supported_format) {
    return std::nullopt;
  }
  if (format->get_int64() > supported_format) {
    throw environment_error{fmt::format(
        "{} has format {}, this weir reads format {}: a newer weir wrote it. Update the workbook "
        "and build again, or give this one a folder of its own with `weir init DIR`.",
        path().string(), format->get_int64(), supported_format)};
  }
  return progress{std::move(value.get_object())};
}

void progress_file::set_aside() const {
  std::filesystem::path aside = folder_ / ("progress.json.damaged-" + utc_time_for_names(now_()));
  for (int copy = 2; std::filesystem::exists(aside); ++copy) {
    aside.replace_filename(
        fmt::format("progress.json.damaged-{}-{}", utc_time_for_names(now_()), copy));
  }
  rename_file(path(), aside);
  tell_(fmt::format("the progress file could not be understood and was set aside as {}; progress "
                    "starts over, your files are untouched. `weir run` marks what passes again.",
                    aside.string()));
}

} // namespace weir::grader

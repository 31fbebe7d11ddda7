#include "workbook/workspace.hpp"

#include "base/files.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t supported_format = 1;
constexpr const char* marker_name = ".weir-workspace";

bool is_empty_or_absent(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    return true;
  }
  if (!fs::is_directory(folder, error)) {
    throw_file_error("use as a workspace", folder, ENOTDIR);
  }
  const fs::directory_iterator entries{folder, error};
  if (error) {
    throw_file_error("read the folder", folder, error.value());
  }
  return entries == fs::directory_iterator{};
}

/// Copies beside an exercise that the reader is not meant to edit: its name here and there.
std::vector<std::string> given_files(const exercise& ex, const fs::path& repository_folder) {
  std::vector<std::string> names = ex.interface_files;
  if (fs::exists(repository_folder / "brief.md")) {
    names.emplace_back("brief.md");
  }
  return names;
}

fs::path unused_path(const fs::path& wanted) {
  fs::path path = wanted;
  for (int copy = 2; fs::exists(fs::symlink_status(path)); ++copy) {
    path = wanted.string() + fmt::format("-{}", copy);
  }
  return path;
}

} // namespace

workspace::workspace(fs::path root, notice tell) : root_{std::move(root)}, tell_{std::move(tell)} {}

bool workspace::exists() const {
  std::error_code error;
  return fs::exists(root_ / marker_name, error);
}

void workspace::prepare(const catalog& exercises) {
  open();
  const file_lock lock{state_folder() / "workspace.lock"};
  for (const exercise& ex : exercises.exercises()) {
    provide(exercises, ex);
  }
}

fs::path workspace::require_file(const catalog& exercises, const exercise& ex) {
  open();
  {
    const file_lock lock{state_folder() / "workspace.lock"};
    provide(exercises, ex);
  }
  const fs::path file = file_of(ex);
  const fs::file_status status = fs::symlink_status(file);
  if (status.type() == fs::file_type::not_found) {
    throw environment_error{fmt::format(
        "Your file for '{}' is gone: {}. `weir reset {}` puts the starter back; versions that "
        "earlier resets kept are in {}.",
        ex.id, file.string(), ex.id, backup_folder().string())};
  }
  if (status.type() == fs::file_type::symlink) {
    throw environment_error{fmt::format(
        "{} is a symbolic link, and weir grades regular files only. Put a copy in its place "
        "(cp --remove-destination \"$(readlink -f {})\" {}), or `weir reset {}`.",
        file.string(), file.string(), file.string(), ex.id)};
  }
  if (status.type() != fs::file_type::regular) {
    throw environment_error{fmt::format("{} is not a regular file. Move it away, then `weir reset "
                                        "{}` puts the starter there.",
                                        file.string(), ex.id)};
  }
  if (::access(file.c_str(), R_OK) != 0) {
    throw_file_error("read", file, errno);
  }
  return file;
}

file_state workspace::state_of(const exercise& ex) const {
  const fs::path pristine = pristine_copy_of(ex);
  std::error_code error;
  const bool present = fs::exists(fs::symlink_status(file_of(ex), error));
  if (!fs::exists(pristine, error)) {
    return present ? file_state::edited : file_state::absent;
  }
  if (!present) {
    return file_state::deleted;
  }
  return file_holds(file_of(ex), read_file(pristine)) ? file_state::pristine : file_state::edited;
}

workspace::reset_outcome workspace::reset(const catalog& exercises, const exercise& ex,
                                          std::chrono::system_clock::time_point now) {
  open();
  const file_lock lock{state_folder() / "workspace.lock"};
  const std::string starter = read_file(exercises.folder_of(ex) / ex.file);
  reset_outcome outcome{.before = state_of(ex), .backup = std::nullopt};
  const fs::path file = file_of(ex);
  make_folders(folder_of(ex));
  make_folders(pristine_copy_of(ex).parent_path());
  replace_file(pristine_copy_of(ex), starter);
  if (!file_holds(file, starter)) {
    outcome.backup = put_in_place_of(file, starter, backup_folder() / utc_time_for_names(now));
  }
  provide(exercises, ex);
  return outcome;
}

void workspace::check_marker() const {
  const fs::path marker = root_ / marker_name;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(read_file(marker), error);
  const boost::json::value* format =
      !error && value.is_object() ? value.get_object().if_contains("format") : nullptr;
  if (format == nullptr || !format->is_int64()) {
    throw environment_error{fmt::format(
        "{} can't be understood. If {} is your workspace, delete that one file and start again: "
        "your exercises and your progress stay.",
        marker.string(), root_.string())};
  }
  if (format->get_int64() > supported_format) {
    throw environment_error{fmt::format(
        "The workspace {} has format {}, this weir knows format {}: a newer weir made it. Update "
        "the workbook and build again, or make another workspace with `weir init DIR`.",
        root_.string(), format->get_int64(), supported_format)};
  }
  if (format->get_int64() < supported_format) {
    throw environment_error{fmt::format(
        "The workspace {} has format {}, this weir needs format {} and can't convert it. Make a "
        "new one with `weir init DIR` and copy your files over.",
        root_.string(), format->get_int64(), supported_format)};
  }
}

void workspace::open() {
  if (exists()) {
    check_marker();
    make_folders(state_folder());
    return;
  }
  std::error_code error;
  if (!fs::is_directory(state_folder(), error) && !is_empty_or_absent(root_)) {
    throw environment_error{fmt::format(
        "{} is not empty and is no workspace of weir's (it has no {}). Choose an empty or a new "
        "folder with `weir init DIR`, or move what is there away.",
        root_.string(), marker_name)};
  }
  make_folders(state_folder());
  replace_file(root_ / marker_name, fmt::format("{{\"format\": {}}}\n", supported_format));
}

void workspace::provide(const catalog& exercises, const exercise& ex) {
  const fs::path source = exercises.folder_of(ex);
  make_folders(folder_of(ex));
  provide_starter(source / ex.file, ex);
  for (const std::string& name : given_files(ex, source)) {
    provide_copy(source / name, folder_of(ex) / name);
  }
}

void workspace::provide_starter(const fs::path& starter, const exercise& ex) {
  const file_state state = state_of(ex);
  const fs::path pristine = pristine_copy_of(ex);
  if (state == file_state::deleted || (state == file_state::edited && fs::exists(pristine))) {
    return;
  }
  const std::string content = read_file(starter);
  const std::string before = fs::exists(pristine) ? read_file(pristine) : std::string{};
  if (state == file_state::pristine && before == content) {
    return;
  }
  // The reader's file goes first: a crash between the two makes it look edited, which is safe.
  if (state != file_state::edited) {
    const fs::path kept = unused_path(file_of(ex).string() + ".yours");
    const bool was_there = exchange_file(file_of(ex), content, kept);
    if (was_there && file_holds(kept, before)) {
      std::error_code ignored;
      fs::remove(kept, ignored);
    } else if (was_there) { // a save that came in this very moment
      tell_(fmt::format("{} has a new starter; your version is kept as {}.", file_of(ex).string(),
                        kept.filename().string()));
    }
  }
  make_folders(pristine.parent_path());
  replace_file(pristine, content);
}

void workspace::provide_copy(const fs::path& from, const fs::path& to) {
  const std::string content = read_file(from);
  if (file_holds(to, content)) {
    return;
  }
  const fs::path recorded = state_folder() / "given" / to.lexically_relative(root_);
  std::error_code error;
  const bool ours = fs::exists(recorded, error) && file_holds(to, read_file(recorded));
  if (fs::exists(fs::symlink_status(to)) && !ours) {
    const fs::path kept = unused_path(to.string() + ".yours");
    rename_file(to, kept);
    tell_(fmt::format("{} is given and is not read by the grader; your version is kept as {}.",
                      to.string(), kept.filename().string()));
  }
  replace_file(to, content, file_access::read_only);
  make_folders(recorded.parent_path());
  replace_file(recorded, content);
}

fs::path workspace::pristine_copy_of(const exercise& ex) const {
  return state_folder() / "starters" / ex.id / ex.file;
}

std::optional<fs::path> workspace::put_in_place_of(const fs::path& file, const std::string& content,
                                                   const fs::path& backup_root) const {
  const fs::path kept = unused_path(backup_root / file.lexically_relative(root_));
  make_folders(kept.parent_path());
  if (exchange_file(file, content, kept)) {
    return kept;
  }
  std::error_code not_empty;
  for (fs::path folder = kept.parent_path(); fs::remove(folder, not_empty);) {
    folder = folder.parent_path();
  }
  return std::nullopt;
}

} // namespace weir::grader

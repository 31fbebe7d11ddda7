#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace weir::grader {

/// A throw of environment_error for a failed system call: what was tried, `error_number` in words,
/// and advice that fits it (disk full, read-only, no permission, a folder in the way).
[[noreturn]] void throw_file_error(std::string_view attempt, const std::filesystem::path& path,
                                   int error_number);

/// The whole file. Throws environment_error.
std::string read_file(const std::filesystem::path& path);

/// What a new file may be used for.
enum class file_access { writable, read_only };

/// Replaces `path` atomically: writes a file beside it, syncs it, renames it, syncs the folder.
/// On failure the old file is untouched and nothing is left behind. Throws environment_error.
void replace_file(const std::filesystem::path& path, std::string_view content,
                  file_access access = file_access::writable);

/// Puts `content` where `path` is, and what was there to `kept`, in one step: what somebody else
/// saves there meanwhile is in one of the two, whole. `kept` is on the same file system, and
/// nothing is there yet; its folder is. Nothing at `path`: nothing at `kept` afterwards. False: so
/// it was. On failure nothing is lost. Throws environment_error.
bool exchange_file(const std::filesystem::path& path, std::string_view content,
                   const std::filesystem::path& kept);

/// As mkdir -p. Throws environment_error.
void make_folders(const std::filesystem::path& path);

/// As mv, within one file system. Throws environment_error.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Whether the file can be read and holds exactly `content`.
bool file_holds(const std::filesystem::path& path, std::string_view content);

/// "2026-05-01T12:30:00Z".
std::string utc_time(std::chrono::system_clock::time_point at);
/// "2026-05-01T12-30-00Z": fit for a file's name.
std::string utc_time_for_names(std::chrono::system_clock::time_point at);

/// An exclusive advisory lock (flock) on a file, which is created if need be and stays behind.
/// The constructor waits for other holders, in this process or another; the destructor releases.
class file_lock {
public:
  explicit file_lock(const std::filesystem::path& path);
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;
  ~file_lock();

private:
  int descriptor_;
};

} // namespace weir::grader

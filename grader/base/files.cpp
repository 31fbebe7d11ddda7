#include "base/files.hpp"

#include "base/errors.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

std::string_view advice_for(int error_number) {
  switch (error_number) {
  case ENOSPC:
  case EDQUOT:
    return "The disk is full; free some space and try again. Nothing that was there is lost.";
  case EFBIG:
    return "The limit on file sizes was met (see `ulimit -f`); raise it and try again. Nothing "
           "that "
           "was there is lost.";
  case EROFS:
    return "The file system is read-only; choose another place with `weir init DIR`.";
  case EACCES:
  case EPERM:
    return "Weir may not write there: correct the permissions (`ls -ld` shows them), or choose "
           "another place with `weir init DIR`.";
  case ENOTDIR:
  case EEXIST:
  case EISDIR:
    return "Something of another kind has that name; move it away and try again.";
  case ENOENT:
    return "It may have been moved or deleted meanwhile; `weir doctor` shows which folders are in "
           "use.";
  default:
    return "`weir doctor` shows which folders are in use.";
  }
}

/// Closes and removes an unfinished file unless it was renamed into place.
class unfinished_file {
public:
  explicit unfinished_file(std::string name) : name_{std::move(name)}, descriptor_{} {
    descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
    error_ = descriptor_ < 0 ? errno : 0;
  }

  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;

  ~unfinished_file() {
    close();
    if (error_ == 0 && !kept_) {
      ::unlink(name_.c_str());
    }
  }

  int error() const { return error_; }

  int write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno != EINTR) {
        return errno;
      }
      content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return 0;
  }

  int finish(mode_t mode) {
    if (::fchmod(descriptor_, mode) != 0 || ::fsync(descriptor_) != 0) {
      return errno;
    }
    return close();
  }

  /// EEXIST: something is there, and stays. Where the file system has no links, somebody who saves
  /// between the look and the rename is overwritten.
  int place_at(const fs::path& path) {
    if (::link(name_.c_str(), path.c_str()) == 0) {
      return ::unlink(name_.c_str()) == 0 ? 0 : errno;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) {
      return errno;
    }
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored)) ? EEXIST : move_to(path);
  }

  [[nodiscard]] const std::string& name() const { return name_; }

  int move_to(const fs::path& path) {
    if (::rename(name_.c_str(), path.c_str()) != 0) {
      return errno;
    }
    kept_ = true;
    return 0;
  }

private:
  std::string name_;
  int descriptor_;
  int error_{};
  bool kept_{};

  int close() {
    if (descriptor_ < 0) {
      return 0;
    }
    const int result = ::close(descriptor_);
    descriptor_ = -1;
    return result == 0 ? 0 : errno;
  }
};

/// A rename outlives a power failure only once its folder is on disk. Best effort: not every file
/// system can.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
}

mode_t current_umask() {
  // The only way to read it is to set it; the command has one thread.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

} // namespace

void throw_file_error(std::string_view attempt, const fs::path& path, int error_number) {
  throw environment_error{fmt::format("Could not {} {}: {}. {}", attempt, path.string(),
                                      std::generic_category().message(error_number),
                                      advice_for(error_number))};
}

std::string read_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw_file_error("open", path, errno);
  }
  std::string content;
  char buffer[16384];
  ssize_t count = 0;
  do {
    count = ::read(descriptor, buffer, sizeof buffer);
    if (count > 0) {
      content.append(buffer, static_cast<std::size_t>(count));
    }
  } while (count > 0 || (count < 0 && errno == EINTR));
  const int error = count < 0 ? errno : 0;
  ::close(descriptor);
  if (error != 0) {
    throw_file_error("read", path, error);
  }
  return content;
}

namespace {

mode_t mode_for(file_access access) {
  const mode_t mode = access == file_access::read_only ? 0444 : 0666;
  return mode & ~current_umask();
}

/// Writes all of it, to be moved into place.
int fill(unfinished_file& file, std::string_view content, file_access access) {
  int error = file.error();
  if (error == 0) {
    error = file.write(content);
  }
  return error == 0 ? file.finish(mode_for(access)) : error;
}

/// 0: what was at `path` is at `kept`. Where the file system can't exchange names, there is nothing
/// at `path` for a moment; whoever saves there then is not overwritten, and it is EEXIST.
int exchange(unfinished_file& file, const fs::path& path, const fs::path& kept) {
  constexpr unsigned exchange_names = 1U << 1U; // RENAME_EXCHANGE
  if (::syscall(SYS_renameat2, AT_FDCWD, file.name().c_str(), AT_FDCWD, path.c_str(),
                exchange_names) == 0) {
    return file.move_to(kept);
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return errno;
  }
  if (::rename(path.c_str(), kept.c_str()) != 0) {
    return errno;
  }
  const int error = file.place_at(path);
  if (error != 0 && error != EEXIST) {
    ::rename(kept.c_str(), path.c_str());
  }
  return error;
}

} // namespace

bool exchange_file(const fs::path& path, std::string_view content, const fs::path& kept) {
  unfinished_file file{kept.string() + ".XXXXXX"};
  int error = fill(file, content, file_access::writable);
  bool was_there = true;
  while (error == 0) {
    error = exchange(file, path, kept);
    if (error != ENOENT) {
      break;
    }
    was_there = false;
    error = file.place_at(path);
    if (error != EEXIST) {
      break;
    }
    was_there = true; // by now
    error = 0;
  }
  if (error != 0) {
    throw_file_error("write", path, error);
  }
  sync_folder(path.parent_path());
  sync_folder(kept.parent_path());
  return was_there;
}

void replace_file(const fs::path& path, std::string_view content, file_access access) {
  unfinished_file file{path.string() + ".XXXXXX"};
  int error = fill(file, content, access);
  if (error == 0) {
    error = file.move_to(path);
  }
  if (error != 0) {
    throw_file_error("write", path, error);
  }
  sync_folder(path.parent_path());
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw_file_error("create the folder", path, error.value());
  }
}

void rename_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    throw_file_error(fmt::format("rename to {} the file", to.filename().string()), from,
                     error.value());
  }
}

bool file_holds(const fs::path& path, std::string_view content) {
  std::error_code error;
  std::ifstream stream;
  if (fs::is_regular_file(path, error)) { // a folder opens well and then throws; a pipe waits
    stream.open(path, std::ios::binary);
  }
  if (!stream.is_open()) {
    return false;
  }
  const std::string held{std::istreambuf_iterator<char>{stream}, {}};
  return held == content;
}

std::string utc_time(std::chrono::system_clock::time_point at) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string utc_time_for_names(std::chrono::system_clock::time_point at) {
  return fmt::format("{:%Y-%m-%dT%H-%M-%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

file_lock::file_lock(const fs::path& path)
    : descriptor_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)} {
  if (descriptor_ < 0) {
    throw_file_error("open the lock", path, errno);
  }
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno != EINTR) {
      const int error = errno;
      ::close(descriptor_);
      throw_file_error("lock", path, error);
    }
  }
}

file_lock::~file_lock() {
  ::close(descriptor_);
}

} // namespace weir::grader

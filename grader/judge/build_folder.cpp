#include "judge/build_folder.hpp"

#include "base/content_key.hpp"
#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <vector>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kept_builds = 6;

/// The reader's module is loaded before the tests and would stand before them in the search for
/// symbols. What it instantiates or specialises of the runtime's and the tests' own functions
/// (`template <> void weir::expect<>(...) {}`) stays its own affair.
constexpr const char* hidden_symbols = "{ local:\n"
                                       "  _ZN4weir*; _ZNK4weir*;\n"
                                       "  _ZN11weir_hidden*; _ZNK11weir_hidden*;\n"
                                       "  _ZN5Catch*; _ZNK5Catch*;\n"
                                       "};\n";

fs::path lock_of(const fs::path& root) {
  return root / "in-use";
}

/// Held by nobody else. The empty descriptor: somebody uses the folder.
support::unique_fd lock_alone(const fs::path& root) {
  support::unique_fd lock{::open(lock_of(root).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    lock = {};
  }
  return lock;
}

bool is_linked(const support::unique_fd& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 && status.st_nlink != 0;
}

} // namespace

build_claim::build_claim(const fs::path& root) {
  // Whoever prunes may have been there first: then it is the lock of a folder that is gone.
  for (bool there = false; !there; there = lock_ && is_linked(lock_)) {
    make_folders(root);
    lock_ = support::unique_fd{::open(lock_of(root).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
    if (!lock_ && errno != ENOENT) {
      throw_file_error("open", lock_of(root), errno);
    }
    // Where the file system knows no locks, it is as if nobody else were there.
    while (lock_ && ::flock(lock_.get(), LOCK_SH) != 0 && errno == EINTR) {
    }
  }
}

void build_folder::create(const std::string& source) const {
  make_folders((src() / relative_source).parent_path());
  make_folders(out());
  write_whole(src() / relative_source, source);
  write_whole(exports(), hidden_symbols);
}

void write_whole(const fs::path& file, const std::string& text) {
  const fs::path aside = file.string() + fmt::format(".{}.tmp", ::getpid());
  errno = 0;
  std::ofstream out{aside, std::ios::binary};
  out << text;
  out.close();
  if (!out) {
    throw_file_error("write", file, errno);
  }
  rename_file(aside, file);
}

std::string read_if_there(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void prune_builds(const fs::path& output_folder) {
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  std::vector<std::pair<fs::file_time_type, fs::path>> builds;
  for (const auto& entry : fs::directory_iterator{output_folder, error}) {
    const auto name = entry.path().filename().string();
    const auto written = entry.last_write_time(error);
    const auto changed =
        written > now + std::chrono::minutes{1} ? fs::file_time_type::min() : written;
    if (name.starts_with("run-") && written + std::chrono::hours{1} < now) {
      fs::remove_all(entry.path(), error);
    } else if (entry.is_directory(error) && name.size() == content_key{}.text().size()) {
      builds.emplace_back(changed, entry.path());
    }
  }
  std::ranges::sort(builds, std::greater{});
  for (std::size_t i = kept_builds; i < builds.size(); ++i) {
    if (const auto lock = lock_alone(builds[i].second)) {
      fs::remove_all(builds[i].second, error);
    }
  }
}

} // namespace weir::grader

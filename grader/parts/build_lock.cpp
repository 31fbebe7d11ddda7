#include "parts/build_lock.hpp"

#include "base/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace weir::grader::parts {

namespace fs = std::filesystem;

namespace {

constexpr mode_t usual_mode = 0666;

int open_lock(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, usual_mode);
  if (descriptor < 0) {
    throw_file_error("open", file, errno);
  }
  return descriptor;
}

/// Whether it was granted; waits for it unless LOCK_NB is among the flags.
bool granted(int descriptor, int flags) {
  int result = 0;
  do {
    result = ::flock(descriptor, flags);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

fs::path wanted_file(const fs::path& build_folder) {
  return build_folder / ".weir-wanted";
}

} // namespace

std::optional<build_lock> build_lock::try_take(const fs::path& build_folder) {
  build_lock taken{open_lock(build_folder / ".weir-lock")};
  if (!granted(taken.descriptor_, LOCK_EX | LOCK_NB)) {
    return std::nullopt;
  }
  return taken;
}

build_lock build_lock::want(const fs::path& build_folder) {
  build_lock wish{open_lock(wanted_file(build_folder))};
  granted(wish.descriptor_, LOCK_SH); // in its way is only who asks whether anybody wants it
  return wish;
}

bool build_lock::anybody_wants(const fs::path& build_folder) {
  const build_lock look{open_lock(wanted_file(build_folder))};
  return !granted(look.descriptor_, LOCK_EX | LOCK_NB);
}

build_lock::~build_lock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

} // namespace weir::grader::parts

#include "weir/trace/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace weir::trace {

namespace {

/// A file that appears under its name when it is whole and leaves nothing behind otherwise.
class pending_file {
public:
  explicit pending_file(std::filesystem::path target)
      : target_(std::move(target)),
        name_(target_.string() + ".XXXXXX"),
        descriptor_(::mkstemp(name_.data())) {
    if (descriptor_ < 0) {
      name_.clear();
      fail();
    }
  }

  pending_file(const pending_file&) = delete;
  pending_file& operator=(const pending_file&) = delete;

  ~pending_file() {
    close();
    if (!name_.empty()) {
      ::unlink(name_.c_str());
    }
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written < 0) {
        fail();
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void publish() {
    // mkstemp makes it private; a trace may be read by whoever may read the folder's other files.
    const auto mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::fsync(descriptor_) != 0 || !close() ||
        ::rename(name_.c_str(), target_.c_str()) != 0) {
      fail();
    }
    name_.clear();
  }

private:
  bool close() noexcept { return descriptor_ < 0 || ::close(std::exchange(descriptor_, -1)) == 0; }

  [[noreturn]] void fail() const {
    const int error = errno;
    throw file_error(file_error::reason::cannot_write, "can't write the trace " + target_.string() +
                                                           ": " + std::strerror(error) +
                                                           ". Is its folder there, and writable?");
  }

  std::filesystem::path target_;
  std::string name_;
  int descriptor_;
};

} // namespace

void write_file(const std::filesystem::path& path, const recording& trace) {
  const auto bytes = encode(trace);
  pending_file file(path);
  file.write(bytes);
  file.publish();
}

recording read_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  if (in && !std::filesystem::is_directory(path)) {
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  } else {
    const std::string why = errno != 0 ? std::strerror(errno) : "it is not a file";
    throw file_error(file_error::reason::cannot_read,
                     "can't open the trace " + path.string() + ": " + why + ".");
  }
  return decode(std::as_bytes(std::span(bytes)), path.string());
}

} // namespace weir::trace

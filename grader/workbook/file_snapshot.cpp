#include "workbook/file_snapshot.hpp"

#include "support/unique_fd.hpp"

#include <weir/random.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

namespace weir::grader {
namespace {

constexpr std::size_t most_bytes = 16U << 20U; // beyond this no source file is compared

/// Of what can be read of it, up to a size that no source file has.
std::string content_of(const support::unique_fd& file) {
  std::string content;
  std::array<char, std::size_t{16} << 10> bytes; // NOLINT: filled by read
  while (content.size() < most_bytes) {
    const auto count = ::read(file.get(), bytes.data(), bytes.size());
    if (count <= 0) {
      break;
    }
    content.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return content;
}

} // namespace

file_snapshot take_snapshot(const std::filesystem::path& file) noexcept {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    struct stat link{};
    const bool dangling =
        ::lstat(file.c_str(), &link) == 0; // a link is there, though it leads nowhere
    return {dangling, dangling ? 1U : 0U};
  }
  if (!S_ISREG(status.st_mode)) {
    return {true, 2};
  }
  const support::unique_fd source{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!source) {
    return {true, 3};
  }
  return {true, stable_hash(content_of(source))};
}

} // namespace weir::grader

#include "base/content_key.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL // the header is all of it: no library to link
#include <xxhash.h>

namespace weir::grader {

content_key& content_key::add(std::string_view text) {
  // With its size: "ab" + "c" is not "a" + "bc".
  input_.append(std::to_string(text.size())).append(1, ':').append(text);
  return *this;
}

content_key& content_key::add_file(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    return add(file.string() + " missing");
  }
  return add(fmt::format("{} {} {}.{}", file.string(), status.st_size, status.st_mtim.tv_sec,
                         status.st_mtim.tv_nsec));
}

std::string content_key::text() const {
  const XXH128_hash_t hash = XXH3_128bits(input_.data(), input_.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

} // namespace weir::grader

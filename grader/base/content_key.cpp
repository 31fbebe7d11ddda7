#include "base/content_key.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace weir::grader {

content_key& content_key::add(std::string_view text) {
  constexpr std::uint64_t prime = 0x100000001b3;
  const auto byte = [this](unsigned char value) {
    state_ ^= value;
    state_ *= prime;
  };
  for (const char each : text) {
    byte(static_cast<unsigned char>(each));
  }
  for (auto size = text.size(); size != 0; size >>= 8U) {
    byte(static_cast<unsigned char>(size)); // "ab" + "c" is not "a" + "bc"
  }
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
  return fmt::format("{:016x}", state_);
}

} // namespace weir::grader

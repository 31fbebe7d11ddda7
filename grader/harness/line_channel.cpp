#include "line_channel.hpp"

#include <boost/json/serialize.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace weir::harness {

namespace {

/// The window takes no longer ones.
constexpr std::size_t longest_line = std::size_t{4} << 20;

} // namespace

line_channel::~line_channel() {
  ::close(descriptor_);
}

std::optional<std::string> line_channel::read_line() {
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> buffer;
    const auto size = ::read(descriptor_, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0 || pending_.size() > longest_line) {
      return std::nullopt;
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

bool line_channel::write_line(std::string_view line) const {
  const std::string whole = std::string(line) + '\n';
  std::string_view rest = whole;
  while (!rest.empty()) {
    const auto size = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return false;
    }
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool line_channel::write(const boost::json::object& message) const {
  return write_line(boost::json::serialize(message));
}

} // namespace weir::harness

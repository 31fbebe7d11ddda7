#include "support/line_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace weir::support {

bool line_socket::fill(int flags) {
  std::array<char, std::size_t{16} << 10> buffer;
  while (open_) {
    const auto size = ::recv(end_.get(), buffer.data(), buffer.size(), flags);
    if (size > 0) {
      heard_.add({buffer.data(), static_cast<std::size_t>(size)});
      return true;
    }
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return false;
    }
    open_ = size < 0 && errno == EINTR;
  }
  return false;
}

std::vector<std::string> line_socket::receive() {
  std::vector<std::string> lines;
  while (fill(MSG_DONTWAIT)) {
    while (auto line = heard_.next()) {
      lines.push_back(std::move(*line));
    }
    open_ = !heard_.overflowed();
  }
  return lines;
}

std::optional<std::string> line_socket::read() {
  for (;;) {
    if (auto line = heard_.next()) {
      return line;
    }
    open_ = open_ && !heard_.overflowed();
    if (!fill(0)) {
      return std::nullopt;
    }
  }
}

bool line_socket::write(std::string_view line) const {
  const std::string whole = std::string(line) + '\n';
  std::string_view rest = whole;
  while (!rest.empty()) {
    const auto size = ::send(end_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable = {end_.get(), POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

} // namespace weir::support

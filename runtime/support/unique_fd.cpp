#include "support/unique_fd.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace weir::support {

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::system_category(), "could not open a pipe");
  }
  return {unique_fd(ends[0]), unique_fd(ends[1])};
}

std::pair<unique_fd, unique_fd> make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::system_category(), "could not open a channel");
  }
  return {unique_fd(ends[0]), unique_fd(ends[1])};
}

} // namespace weir::support

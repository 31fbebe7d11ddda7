#include "process/json_line_socket.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace weir::viz {

namespace json = boost::json;

json_line_socket::json_line_socket(owned_descriptor end) : end_(std::move(end)) {}

std::vector<json::object> json_line_socket::receive() {
  std::vector<json::object> messages;
  std::array<char, 16384> buffer;
  while (open_) {
    const auto size = ::recv(end_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    }
    if (size <= 0) {
      open_ = false;
      break;
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (auto end = pending_.find('\n'); end != std::string::npos;
         begin = end + 1, end = pending_.find('\n', begin)) {
      boost::system::error_code error;
      auto value = json::parse(std::string_view(pending_).substr(begin, end - begin), error);
      if (error || !value.is_object()) {
        open_ = false;
        return messages;
      }
      messages.push_back(std::move(value.get_object()));
    }
    pending_.erase(0, begin);
    open_ = pending_.size() <= longest_line;
  }
  return messages;
}

void json_line_socket::send(const json::object& message) {
  const std::string line = json::serialize(message) + '\n';
  std::string_view rest = line;
  while (!rest.empty() && open_) {
    const auto size = ::send(end_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{end_.get(), POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return; // the next `receive` finds the end
    }
  }
}

} // namespace weir::viz

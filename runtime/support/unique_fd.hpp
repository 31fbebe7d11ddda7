#pragma once

#include <unistd.h>

#include <utility>

namespace weir::support {

/// A file descriptor that is closed at the end of its owner's life.
class unique_fd {
public:
  unique_fd() = default;

  explicit unique_fd(int number) noexcept : number_(number) {}

  unique_fd(unique_fd&& other) noexcept : number_(other.release()) {}

  unique_fd& operator=(unique_fd&& other) noexcept {
    reset(other.release());
    return *this;
  }

  ~unique_fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return number_; }

  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Gives it up without closing it; -1 when there is none.
  int release() noexcept { return std::exchange(number_, -1); }

  void reset(int number = -1) noexcept {
    if (const int before = std::exchange(number_, number); before >= 0) {
      ::close(before);
    }
  }

private:
  int number_ = -1;
};

/// Both ends of a pipe; no program that is started gets them unasked.
struct pipe_ends {
  unique_fd reading;
  unique_fd writing;
};

/// Throws std::system_error.
[[nodiscard]] pipe_ends make_pipe();

/// A pair of connected stream sockets; no program that is started gets them unasked. Throws
/// std::system_error.
[[nodiscard]] std::pair<unique_fd, unique_fd> make_socket_pair();

} // namespace weir::support

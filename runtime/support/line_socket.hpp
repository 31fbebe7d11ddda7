#pragma once

#include "support/line_buffer.hpp"
#include "support/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::support {

/// One end of a stream socket that carries texts, one a line.
class line_socket {
public:
  explicit line_socket(unique_fd end) : end_(std::move(end)) {}

  [[nodiscard]] int descriptor() const noexcept { return end_.get(); }

  /// False once the other end has closed, or sent a line without end.
  [[nodiscard]] bool open() const noexcept { return open_; }

  /// The lines that are there by now. Does not wait.
  std::vector<std::string> receive();

  /// The next line; waits for it. nullopt when none comes any more.
  std::optional<std::string> read();

  /// Waits while the other end does not read. False when nobody listens any more.
  bool write(std::string_view line) const;

private:
  /// False when there is nothing (more) to be had, now or for ever.
  bool fill(int flags);

  unique_fd end_;
  line_buffer heard_;
  bool open_ = true;
};

} // namespace weir::support

#pragma once

#include "support/exit_status.hpp"
#include "support/line_socket.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>

namespace weir::harness {

/// A fork of this process, for code that nobody trusts: it may start no processes and signal no
/// others, has no descriptors but the standard ones and its channel, and dies with this process,
/// which must have one thread only.
///
/// This is fork() and no start of a program (support/process.hpp): what was prepared once, the
/// libraries and symbol tables, is there in every image.
class process_image {
public:
  /// `perform` gets the image's end of a channel; when it returns, the image is over. Throws
  /// std::system_error.
  explicit process_image(const std::function<void(support::line_socket&)>& perform);
  process_image(const process_image&) = delete;
  process_image& operator=(const process_image&) = delete;
  /// Kills it and waits until it is gone.
  ~process_image();

  [[nodiscard]] support::line_socket& channel() noexcept { return *channel_; }

  /// Ends it, but does not wait for that.
  void stop() const noexcept;

  /// Waits for its end.
  support::exit_status wait();

private:
  std::unique_ptr<support::line_socket> channel_;
  pid_t pid_ = -1;
};

} // namespace weir::harness

#pragma once

#include "line_channel.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>

namespace weir::harness {

/// How an image came to its end.
struct image_end {
  bool signalled = false;
  int code = 0; ///< exit status, or the signal
};

/// A fork of this process, for code that nobody trusts: it may start no processes and signal no
/// others, has no descriptors but the standard ones and its channel, and dies with this process,
/// which must have one thread only.
class process_image {
public:
  /// `perform` gets the image's end of a channel; when it returns, the image is over. Throws
  /// std::system_error.
  explicit process_image(const std::function<void(line_channel&)>& perform);
  process_image(const process_image&) = delete;
  process_image& operator=(const process_image&) = delete;
  /// Kills it and waits until it is gone.
  ~process_image();

  [[nodiscard]] line_channel& channel() noexcept { return *channel_; }

  /// Ends it, but does not wait for that.
  void stop() const noexcept;

  /// Waits for its end.
  image_end wait();

private:
  std::unique_ptr<line_channel> channel_;
  pid_t pid_ = -1;
};

} // namespace weir::harness

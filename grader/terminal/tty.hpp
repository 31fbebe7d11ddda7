#pragma once

#include "terminal/screen_size.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <string>
#include <string_view>

namespace weir::grader {
namespace asio = boost::asio;

/// The process's terminal as a full screen: raw input, alternate screen, hidden cursor.
///
/// Only one object at a time. While the screen is taken, a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL,
/// SIGABRT, SIGQUIT) and std::exit restore the terminal before the process ends, by
/// async-signal-safe means alone. Signals that end politely (SIGINT, SIGTERM, SIGHUP) are the
/// shell's business. Ctrl-C, Ctrl-Z and Ctrl-\ keep their signals.
///
/// Input is read through a descriptor of its own, opened anew on the same device: making the shared
/// one non-blocking would make it so for every process that has it.
class tty {
public:
  /// Takes the terminal on descriptors 0 (input) and 1 (output). Throws boost::system::system_error
  /// where there is none.
  explicit tty(asio::any_io_executor executor);
  ~tty();

  tty(const tty&) = delete;
  tty& operator=(const tty&) = delete;

  /// Raw mode and alternate screen. No effect when taken already, except that the modes are set
  /// once more.
  void take();
  /// As it was before the first `take`. No effect when not taken.
  void hand_back() noexcept;

  bool taken() const { return taken_; }

  /// Columns and lines now; 80x24 where the terminal does not say.
  screen_size size() const;

  /// Writes all of `bytes`. A terminal that is gone is no error here: SIGHUP tells.
  void write(std::string_view bytes) noexcept;

  /// The next bytes typed; empty at the end of input. Throws system_error when cancelled.
  asio::awaitable<std::string> read();

private:
  asio::posix::stream_descriptor input_;
  bool taken_{};
};

} // namespace weir::grader

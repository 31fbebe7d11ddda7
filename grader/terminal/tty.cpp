#include "terminal/tty.hpp"

#include "terminal/tty_guard.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace weir::grader {
namespace {

[[noreturn]] void fail(const char* what) {
  throw boost::system::system_error{{errno, boost::system::system_category()}, what};
}

// A second open file description of the terminal behind descriptor 0.
int reopen_input() {
  const int descriptor = ::open("/proc/self/fd/0", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor >= 0) {
    return descriptor;
  }
  const int controlling = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (controlling < 0) {
    fail("opening the terminal for input");
  }
  return controlling;
}

// Bytes as they are typed, no echo, no flow control by Ctrl-S; signal keys and newline translation
// on output stay.
termios raw(termios modes) {
  modes.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  return modes;
}

} // namespace

tty::tty(asio::any_io_executor executor) : input_{std::move(executor)} {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    fail("looking for a terminal");
  }
  input_.assign(reopen_input());
}

tty::~tty() {
  tty_guard::disarm();
}

void tty::take() {
  // Alternate screen with the cursor's place saved, cursor hidden, paste marks on.
  constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
  termios modes{};
  if (::tcgetattr(STDIN_FILENO, &modes) != 0) {
    fail("reading the terminal's modes");
  }
  tty_guard::arm(STDIN_FILENO, STDOUT_FILENO,
                 modes); // keeps the first modes it was given since it was restored
  const termios wanted = raw(modes);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &wanted);
  taken_ = true;
  write(enter);
}

void tty::hand_back() noexcept {
  if (!taken_) {
    return;
  }
  taken_ = false;
  tty_guard::restore();
}

screen_size tty::size() const {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) {
    return {};
  }
  return {found.ws_col, found.ws_row};
}

void tty::write(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EAGAIN) {
      pollfd out{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&out, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return;
    }
  }
}

asio::awaitable<std::string> tty::read() {
  std::array<char, 256> bytes{};
  boost::system::error_code error;
  const auto into = asio::buffer(bytes);
  const std::size_t count =
      co_await input_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) {
    throw boost::system::system_error{error};
  }
  co_return std::string(bytes.data(), error ? 0 : count); // a terminal that hung up reads as ended
}

} // namespace weir::grader

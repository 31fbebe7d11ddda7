#include "terminal/tty_guard.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace weir::grader::tty_guard {
namespace {

constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
constexpr std::size_t handler_stack_size = 64 * 1024;

// Paste marks off, colours off, cursor shown, main screen.
constexpr std::string_view leave = "\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

std::atomic<bool> armed{false};
int input_descriptor{-1};
int output_descriptor{-1};
termios original_modes{};
std::array<struct sigaction, crash_signals.size()> previous_actions{};
stack_t previous_stack{};
std::unique_ptr<char[]> handler_stack; // NOLINT: a stack is an array

// In the background the terminal is somebody else's, and writing to it would stop this process,
// even one that has been told to end.
bool in_background() noexcept {
  const pid_t foreground = ::tcgetpgrp(input_descriptor);
  return foreground > 0 && foreground != ::getpgrp();
}

// SA_RESETHAND has put the default action back: raising again ends the process the way it would
// have ended.
void on_crash(int signal) {
  restore();
  ::raise(signal);
}

void install_handlers() {
  handler_stack = std::make_unique<char[]>(handler_stack_size); // NOLINT
  stack_t stack{};
  stack.ss_sp = handler_stack.get();
  stack.ss_size = handler_stack_size;
  ::sigaltstack(&stack, &previous_stack);
  struct sigaction action{};
  action.sa_handler = on_crash;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK | SA_NODEFER);
  ::sigemptyset(&action.sa_mask);
  for (std::size_t index = 0; index < crash_signals.size(); ++index) {
    ::sigaction(crash_signals[index], &action, &previous_actions[index]);
  }
}

} // namespace

void arm(int input, int output, const termios& original) {
  if (armed.load()) {
    return;
  }
  input_descriptor = input;
  output_descriptor = output;
  original_modes = original;
  if (!handler_stack) {
    install_handlers();
    std::atexit([] { restore(); });
  }
  armed.store(true);
}

void restore() noexcept {
  if (!armed.exchange(false) || in_background()) {
    return;
  }
  [[maybe_unused]] const auto written = ::write(output_descriptor, leave.data(), leave.size());
  ::tcsetattr(input_descriptor, TCSANOW, &original_modes);
}

void disarm() noexcept {
  restore();
  if (!handler_stack) {
    return;
  }
  for (std::size_t index = 0; index < crash_signals.size(); ++index) {
    ::sigaction(crash_signals[index], &previous_actions[index], nullptr);
  }
  ::sigaltstack(&previous_stack, nullptr);
  handler_stack.reset();
}

} // namespace weir::grader::tty_guard

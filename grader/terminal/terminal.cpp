#include "terminal/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace weir::grader {

namespace {

constexpr int narrowest = 20;
constexpr int widest = 500;

int width_of(const environment& env) {
  if (const auto columns = env("COLUMNS")) {
    int value = 0;
    const auto [end, error] =
        std::from_chars(columns->data(), columns->data() + columns->size(), value);
    if (error == std::errc{} && value > 0) {
      return std::clamp(value, narrowest, widest);
    }
  }
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::clamp<int>(size.ws_col, narrowest, widest);
  }
  return terminal_info{}.width;
}

bool is_set(const std::optional<std::string>& value) {
  return value && !value->empty();
}

/// The first of these three that is set decides, as setlocale(3) has it.
bool locale_is_utf8(const environment& env) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (auto value = env(name); is_set(value)) {
      std::transform(value->begin(), value->end(), value->begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return value->find("utf-8") != std::string::npos || value->find("utf8") != std::string::npos;
    }
  }
  return false;
}

} // namespace

terminal_info detect_terminal(const environment& env) {
  terminal_info info;
  info.input = ::isatty(STDIN_FILENO) == 1;
  info.output = ::isatty(STDOUT_FILENO) == 1;
  info.colour = info.output && !is_set(env("NO_COLOR")) && env("TERM").value_or("dumb") != "dumb";
  info.unicode = locale_is_utf8(env);
  info.width = width_of(env);
  return info;
}

std::string painter::wrap(std::string_view code, std::string_view text) const {
  if (!colour_) {
    return std::string{text};
  }
  return "\x1b[" + std::string{code} + "m" + std::string{text} + "\x1b[0m";
}

} // namespace weir::grader

#include "parts/ninja_output.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace weir::grader::parts {

using namespace std::chrono_literals;

std::optional<ninja_step> parse_step(std::string_view line) {
  ninja_step step;
  const char* const end = line.data() + line.size();
  if (!line.starts_with('[')) {
    return std::nullopt;
  }
  const auto [slash, first] = std::from_chars(line.data() + 1, end, step.done);
  if (first != std::errc{} || slash == end || *slash != '/') {
    return std::nullopt;
  }
  const auto [bracket, second] = std::from_chars(slash + 1, end, step.all);
  if (second != std::errc{} || bracket == end || *bracket != ']' || step.done > step.all) {
    return std::nullopt;
  }
  return step;
}

std::chrono::milliseconds mean_duration(const std::filesystem::path& ninja_log,
                                        std::string_view pattern,
                                        std::chrono::milliseconds otherwise) {
  std::ifstream log{ninja_log};
  std::chrono::milliseconds sum{};
  int count = 0;
  for (std::string line; std::getline(log, line);) {
    std::istringstream fields{line};
    std::int64_t start = 0;
    std::int64_t end = 0;
    // A step of no time at all came out of the compiler's cache.
    if (line.find(pattern) != std::string::npos && fields >> start >> end && end - start > 100) {
      sum += std::chrono::milliseconds{end - start};
      ++count;
    }
  }
  return count == 0 ? otherwise : sum / count;
}

int seconds_left(const std::optional<ninja_step>& latest, std::chrono::milliseconds elapsed,
                 std::chrono::milliseconds expected) {
  constexpr std::size_t handful = 6;
  auto left = expected - elapsed;
  if (latest && latest->all > handful && latest->done > 1) {
    const auto ahead = static_cast<std::int64_t>(latest->all - latest->done);
    left = elapsed * ahead / static_cast<std::int64_t>(latest->done);
  }
  return static_cast<int>(std::max(std::chrono::ceil<std::chrono::seconds>(left), 1s).count());
}

std::string what_failed(std::string_view output) {
  if (output.find("No space left on device") != std::string_view::npos) {
    return "the disk is full (No space left on device); make room and try again";
  }
  const auto from = output.find("FAILED:");
  std::string telling{output.substr(from == std::string_view::npos ? 0 : from)};
  constexpr std::size_t screenful = 1500;
  if (telling.size() > screenful) {
    telling.resize(screenful);
    telling += "\n…";
  }
  while (telling.ends_with('\n')) {
    telling.pop_back();
  }
  return telling;
}

} // namespace weir::grader::parts

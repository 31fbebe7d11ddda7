#include "terminal/prompt.hpp"

#include <istream>
#include <ostream>

namespace weir::grader {

std::optional<std::string> ask(const console& streams, const std::string& question) {
  streams.out << question << std::flush;
  std::string line;
  if (!std::getline(streams.in, line)) {
    streams.out << '\n';
    return std::nullopt;
  }
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) {
    return std::string{};
  }
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool confirm(const console& streams, const std::string& question) {
  const auto answer = ask(streams, question + " [y/N] ");
  return answer && (*answer == "y" || *answer == "Y" || *answer == "yes" || *answer == "Yes");
}

} // namespace weir::grader

#include "terminal/prompt.hpp"

#include <istream>
#include <ostream>

namespace weir::grader {

std::optional<std::string> ask(context& ctx, const std::string& question) {
  ctx.out << question << std::flush;
  std::string line;
  if (!std::getline(ctx.in, line)) {
    ctx.out << '\n';
    return std::nullopt;
  }
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) {
    return std::string{};
  }
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool confirm(context& ctx, const std::string& question) {
  const auto answer = ask(ctx, question + " [y/N] ");
  return answer && (*answer == "y" || *answer == "Y" || *answer == "yes" || *answer == "Yes");
}

} // namespace weir::grader

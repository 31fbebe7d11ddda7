#include "base/text_distance.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace weir::grader {

namespace {

constexpr std::size_t most_suggestions = 3;

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

} // namespace

std::size_t text_distance(std::string_view a, std::string_view b) {
  // Three rows of the matrix: a swap of neighbours looks two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest(std::string_view typed, std::span<const std::string> candidates) {
  const std::string wanted = lower(typed);
  const std::size_t tolerance = std::max<std::size_t>(1, wanted.size() / 3);
  std::vector<std::pair<std::size_t, std::size_t>> near; // distance, position
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string offered = lower(candidates[i]);
    std::size_t distance = text_distance(wanted, offered);
    if (wanted.size() >= 3 && offered.find(wanted) != std::string::npos) {
      distance = std::min<std::size_t>(distance, 1);
    }
    if (distance <= tolerance) {
      near.emplace_back(distance, i);
    }
  }
  std::sort(near.begin(), near.end());
  if (near.size() > most_suggestions) {
    near.resize(most_suggestions);
  }
  std::vector<std::string> result;
  for (const auto& [distance, position] : near) {
    result.push_back(candidates[position]);
  }
  return result;
}

std::string did_you_mean(std::span<const std::string> suggestions) {
  if (suggestions.empty()) {
    return {};
  }
  std::string result = " Did you mean ";
  for (std::size_t i = 0; i < suggestions.size(); ++i) {
    if (i > 0) {
      result += i + 1 == suggestions.size() ? " or " : ", ";
    }
    result += "'" + suggestions[i] + "'";
  }
  return result + "?";
}

} // namespace weir::grader

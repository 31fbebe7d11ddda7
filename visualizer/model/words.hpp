/// \file
/// Private to the model: small helpers for names and numbers in sentences.
#pragma once

#include "model/ticks.hpp"

#include <weir/trace/text.hpp>

#include <cctype>
#include <chrono>
#include <cmath>
#include <string>
#include <string_view>

namespace weir::viz::words {

/// Whether `text` has `part` in it, upper or lower case; `part` is in lower case.
[[nodiscard]] inline bool has(std::string_view text, std::string_view part) noexcept {
  const auto same = [&](std::size_t from) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (std::tolower(static_cast<unsigned char>(text[from + i])) !=
          static_cast<unsigned char>(part[i])) {
        return false;
      }
    }
    return true;
  };
  for (std::size_t from = 0; from + part.size() <= text.size(); ++from) {
    if (same(from)) {
      return true;
    }
  }
  return false;
}

[[nodiscard]] inline std::string duration(nanos length) {
  return trace::format_duration(std::chrono::nanoseconds(length));
}

/// "40 %", "0.4 %"
[[nodiscard]] inline std::string percent(double share) {
  const double value = share * 100;
  return format_number(std::abs(value) >= 10 ? std::round(value) : value) + " %";
}

/// "3.1": one decimal below ten, none above.
[[nodiscard]] inline std::string factor(double value) {
  const double shown = value < 9.95 ? std::round(value * 10) / 10 : std::round(value);
  return format_number(shown);
}

/// "1,234"
[[nodiscard]] inline std::string whole(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) {
    digits.insert(i - 3, ",");
  }
  return digits;
}

/// "1 request", "3 requests"
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  return whole(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

[[nodiscard]] inline std::string with_unit(double value, std::string_view unit) {
  return counts_bytes(unit)
             ? format_bytes(value, unit)
             : format_number(value) + (unit.empty() ? "" : " " + unit_of(value, unit));
}

} // namespace weir::viz::words

#include "weir/expect.hpp"
#include "weir/knob.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

/// How knob values are read and written: numbers with their units.
namespace weir {

namespace {

struct unit {
  std::string_view name;
  double factor;
};

constexpr std::array<unit, 7> time_units{
    {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}}};
constexpr std::array<unit, 7> byte_units{{{"B", 1},
                                          {"kB", 1e3},
                                          {"MB", 1e6},
                                          {"GB", 1e9},
                                          {"KiB", 1024.0},
                                          {"MiB", 1024.0 * 1024},
                                          {"GiB", 1024.0 * 1024 * 1024}}};

const double* factor_in(std::span<const unit> units, std::string_view name) {
  const auto found = std::ranges::find(units, name, &unit::name);
  return found == units.end() ? nullptr : &found->factor;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string shortest(double value) {
  std::array<char, 64> digits{};
  const auto written =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  // Very large numbers have no short fixed form.
  const auto end = written.ec == std::errc{}
                       ? written.ptr
                       : std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

/// What stands behind the size in a unit of bytes: "" of "B", "/s" of "B/s"; nothing of others.
std::optional<std::string_view> behind_bytes(std::string_view unit) {
  const bool bytes = unit == "B" || unit.starts_with("B/");
  return bytes ? std::optional(unit.substr(1)) : std::nullopt;
}

/// In the largest of B, KiB, MiB, GiB that says it exactly.
std::string format_bytes(double value) {
  constexpr std::array<std::string_view, 4> units{"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  while (unit + 1 < units.size() && std::fabs(value) >= 1024 && std::fmod(value, 1024) == 0) {
    value /= 1024;
    ++unit;
  }
  return shortest(value) + std::string(units[unit]);
}

std::string format_nanoseconds(double value) {
  // The largest unit in which three decimals say it exactly.
  const auto ns = std::llround(value);
  constexpr std::array<std::pair<std::string_view, long long>, 3> units{
      {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}}};
  for (const auto& [name, size] : units) {
    if (std::llabs(ns) >= size && ns % (size / 1000) == 0) {
      return shortest(static_cast<double>(ns) / static_cast<double>(size)) + std::string(name);
    }
  }
  return std::to_string(ns) + "ns";
}

[[noreturn]] void refuse(const knob_info& knob, std::string_view text, std::string_view what) {
  std::string example = format_knob(knob, knob.value);
  throw knob_error(weir::text("knob {}: '{}' is not {}; write it like {}={}", knob.name, text, what,
                              knob.name, example));
}

double parse_choice(const knob_info& knob, std::string_view text) {
  const auto found = std::ranges::find(knob.choices, text);
  if (found != knob.choices.end()) {
    return static_cast<double>(found - knob.choices.begin());
  }
  std::string known;
  for (const auto& choice : knob.choices) {
    known += (known.empty() ? "" : ", ") + choice;
  }
  throw knob_error(weir::text("knob {}: '{}' is none of its choices: {}", knob.name, text, known));
}

/// What `unit` behind a number multiplies it by to get the knob's own unit; refuses a foreign one.
double scale_of(const knob_info& knob, std::string_view text, std::string_view unit,
                double number) {
  if (knob.kind == knob_kind::duration) {
    if (const auto* factor = factor_in(time_units, unit)) {
      return *factor;
    }
    if (unit.empty() && number == 0) {
      return 1;
    }
    refuse(knob, text, "a duration: a number with ns, us, ms, s, min or h");
  }
  if (unit.empty() || unit == knob.unit) {
    return 1;
  }
  if (knob.unit.size() > 1 && knob.unit.front() == '/' && unit.front() == '/') {
    const auto* own = factor_in(time_units, std::string_view(knob.unit).substr(1));
    const auto* given = factor_in(time_units, unit.substr(1));
    if (own != nullptr && given != nullptr) {
      return *own / *given;
    }
  }
  if (const auto rest = behind_bytes(knob.unit); rest && unit.ends_with(*rest)) {
    if (const auto* factor = factor_in(byte_units, unit.substr(0, unit.size() - rest->size()))) {
      return *factor;
    }
  }
  if (unit == "%" && knob.unit.empty() && knob.kind == knob_kind::real) {
    return 0.01;
  }
  const auto expected =
      knob.unit.empty() ? std::string("a plain number") : "a number in '" + knob.unit + "'";
  refuse(knob, text, expected);
}

} // namespace

double parse_knob(const knob_info& knob, std::string_view text) {
  const auto trimmed = trim(text);
  double value = 0;
  if (knob.kind == knob_kind::choice) {
    return parse_choice(knob, trimmed);
  }
  const auto* begin = trimmed.data();
  const auto* end = begin + trimmed.size();
  const auto parsed = std::from_chars(begin, end, value);
  if (parsed.ec != std::errc{} || !std::isfinite(value)) {
    refuse(knob, trimmed, knob.kind == knob_kind::duration ? "a duration" : "a number");
  }
  const auto unit = trim(std::string_view(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)));
  value *= scale_of(knob, trimmed, unit, value);
  if (knob.kind == knob_kind::duration) {
    value = std::nearbyint(value); // 0.1ms is not a whole number of ns in binary
  }
  if (knob.kind == knob_kind::integer && value != std::nearbyint(value)) {
    refuse(knob, trimmed, "a whole number");
  }
  if (value < knob.min || value > knob.max) {
    throw knob_error(weir::text("knob {}: {} is out of range; it goes from {} to {}", knob.name,
                                trimmed, format_knob(knob, knob.min), format_knob(knob, knob.max)));
  }
  return value;
}

std::string format_knob(const knob_info& knob, double value) {
  switch (knob.kind) {
  case knob_kind::choice: {
    const auto index = static_cast<std::size_t>(value < 0 ? 0 : value);
    return index < knob.choices.size() ? knob.choices[index] : shortest(value);
  }
  case knob_kind::duration:
    return format_nanoseconds(value);
  default:
    break;
  }
  if (const auto rest = behind_bytes(knob.unit)) {
    return format_bytes(value) + std::string(*rest);
  }
  // Only units that read well without a space, so that a shell needs no quotes.
  const bool attached = knob.unit.starts_with('/') || knob.unit == "%";
  return shortest(value) + (attached ? knob.unit : "");
}

} // namespace weir

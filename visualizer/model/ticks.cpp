#include "model/ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace weir::viz {

namespace {

struct unit {
  double ns;
  const char* name;
};

constexpr std::array<unit, 4> units{{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}}};

/// The least of 1, 2, 5 times a power of ten that is at least `wanted`.
double nice_step(double wanted) {
  if (!(wanted > 0) || !std::isfinite(wanted)) {
    return 1;
  }
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= wanted * (1 - 1e-9)) {
      return factor * power;
    }
  }
  return 10 * power;
}

std::string with_decimals(double value, int decimals) {
  std::array<char, 64> text{};
  // A rounded -0 would read "-0".
  const double shown = std::abs(value) < 0.5 * std::pow(10.0, -decimals) ? 0 : value;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, shown);
  return text.data();
}

int decimals_for(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
}

/// Multiples of `step` from `low` to `high`.
template <class Label>
std::vector<tick> multiples(double low, double high, double step, Label label) {
  std::vector<tick> result;
  const double first = std::ceil(low / step - 1e-9);
  const double last = std::floor(high / step + 1e-9);
  for (double i = first; i <= last; ++i) {
    result.push_back({i * step, label(i * step)});
  }
  return result;
}

} // namespace

std::vector<tick> time_ticks(time_range range, std::size_t most) {
  if (most == 0 || range.length() <= 0) {
    return {};
  }
  const auto low = static_cast<double>(range.from_ns);
  const auto high = static_cast<double>(range.to_ns);
  double step = nice_step(std::max(1.0, (high - low) / static_cast<double>(most)));
  const auto count = [&] {
    return std::floor(high / step + 1e-9) - std::ceil(low / step - 1e-9) + 1;
  };
  while (count() > static_cast<double>(most)) {
    step = nice_step(step * 1.5);
  }
  // Seconds as soon as the times reach them; labels stay distinct, because decimals follow the
  // step.
  const double largest = std::max(std::abs(low), std::abs(high));
  const auto unit_for = [&] {
    for (const auto& one : units) {
      if (largest >= one.ns && step >= one.ns / 1000 * 0.999) {
        return one;
      }
    }
    return largest >= 1e9 ? units[0] : largest >= 1e6 ? units[1] : units.back();
  }();
  const int decimals = decimals_for(step / unit_for.ns);
  return multiples(low, high, step, [&](double at) {
    return at == 0 ? "0 " + std::string(unit_for.name)
                   : with_decimals(at / unit_for.ns, decimals) + " " + unit_for.name;
  });
}

std::vector<tick> value_ticks(double low, double high, std::size_t most) {
  most = std::max<std::size_t>(most, 2);
  if (!std::isfinite(low) || !std::isfinite(high) || high < low) {
    return {};
  }
  if (high == low) {
    high = low + 1;
  }
  double step = nice_step((high - low) / static_cast<double>(most - 1));
  while (std::floor(high / step + 1e-9) - std::ceil(low / step - 1e-9) + 1 >
         static_cast<double>(most)) {
    step = nice_step(step * 1.5);
  }
  const int decimals = decimals_for(step);
  return multiples(low, high, step, [&](double at) {
    return std::abs(at) >= 10'000 ? format_number(at) : with_decimals(at, decimals);
  });
}

double nice_ceiling(double value) {
  return value > 0 ? nice_step(value) : 1;
}

std::string format_time(nanos t_ns, nanos resolution_ns) {
  const int decimals = decimals_for(static_cast<double>(std::max<nanos>(resolution_ns, 1)) / 1e9);
  return with_decimals(static_cast<double>(t_ns) / 1e9, decimals) + " s";
}

std::string format_number(double value) {
  if (!std::isfinite(value)) {
    return "–";
  }

  struct scale {
    double factor;
    const char* suffix;
  };

  static constexpr std::array<scale, 6> scales{
      {{1e15, " P"}, {1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, ""}}};
  const double size = std::abs(value);
  scale in = scales.back();
  for (const auto& one : scales) {
    // Up to 9,999 a number is shown in full.
    if (size >= one.factor * (one.factor == 1e3 ? 10 : 1)) {
      in = one;
      break;
    }
  }
  const double shown = value / in.factor;
  const double magnitude = std::abs(shown);
  if (magnitude >= 100 || magnitude == 0) {
    return with_decimals(shown, 0) + in.suffix;
  }
  // Three significant digits, without zeros at the end.
  const int decimals =
      std::clamp(2 - static_cast<int>(std::floor(std::log10(magnitude) + 1e-12)), 0, 9);
  std::string text = with_decimals(shown, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return text + in.suffix;
}

std::string unit_of(double value, std::string_view unit) {
  const bool plural = unit.size() > 2 && unit.ends_with('s') && unit.find('/') == unit.npos;
  if (value != 1 || !plural) {
    return std::string(unit);
  }
  return unit.ends_with("ies") ? std::string(unit.substr(0, unit.size() - 3)) + "y"
                               : std::string(unit.substr(0, unit.size() - 1));
}

bool counts_bytes(std::string_view unit) {
  return unit == "B" || unit.starts_with("B/");
}

std::string format_bytes(double value, std::string_view unit) {
  constexpr double kibi = 1024;
  const double size = std::abs(value);
  const double mebi = kibi * kibi;
  const double gibi = kibi * mebi;
  const double in = size < kibi ? 1 : size < mebi ? kibi : size < gibi ? mebi : gibi;
  const char* prefix = in == 1 ? " " : in == kibi ? " Ki" : in == mebi ? " Mi" : " Gi";
  return format_number(value / in) + prefix + std::string(unit);
}

} // namespace weir::viz

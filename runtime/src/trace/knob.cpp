#include "weir/knob.hpp"

#include "json.hpp"
#include "weir/expect.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weir {

namespace {

std::string_view to_string(knob_kind kind) noexcept {
  switch (kind) {
  case knob_kind::integer:
    return "integer";
  case knob_kind::duration:
    return "duration";
  case knob_kind::choice:
    return "choice";
  default:
    return "real";
  }
}

/// Levenshtein's distance: how many letters to insert, delete or exchange.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto exchanged = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, exchanged});
    }
  }
  return row.back();
}

[[noreturn]] void unknown(const std::vector<knob_info>& declared, std::string_view name) {
  std::string message = text("there is no knob called '{}'", name);
  if (declared.empty()) {
    throw knob_error(message + "; this scene has none");
  }
  const auto nearest = std::ranges::min_element(
      declared, {}, [&](const knob_info& knob) { return distance(name, knob.name); });
  if (distance(name, nearest->name) <= std::max<std::size_t>(2, nearest->name.size() / 3)) {
    throw knob_error(message + "; did you mean " + nearest->name + "?");
  }
  message += "; this scene has";
  for (const auto& knob : declared) {
    message += (&knob == &declared.front() ? " " : ", ") + knob.name;
  }
  throw knob_error(message);
}

void check(const knob_info& knob) {
  const auto require = [&](bool held, std::string_view what) {
    if (!held) {
      throw std::logic_error(text("knob '{}': {}", knob.name, what));
    }
  };
  require(!knob.name.empty() && knob.name.find_first_of("= \t") == std::string::npos,
          "it needs a name without spaces or '='");
  require(!knob.documentation.empty(), "it needs a documentation: what turning it does");
  require(knob.min <= knob.max, "its range is empty: min is above max");
  require(knob.kind == knob_kind::choice || knob.min < knob.max, "its range holds a single value");
  require(knob.kind != knob_kind::choice || !knob.choices.empty(), "it has no choices");
  require(knob.value >= knob.min && knob.value <= knob.max, "its default is outside its range");
  require(knob.step >= 0, "its step is negative");
}

} // namespace

knob_set::knob_set(std::vector<knob_info> declared) : declared_(std::move(declared)) {
  for (auto& knob : declared_) {
    check(knob);
    const auto same = std::ranges::count(declared_, knob.name, &knob_info::name);
    if (same != 1) {
      throw std::logic_error(text("knob '{}' is declared {} times", knob.name, same));
    }
    if (knob.step == 0) {
      knob.step = (knob.max - knob.min) / 100;
      if (knob.kind != knob_kind::real) {
        knob.step = std::max(1.0, std::round(knob.step));
      }
    }
  }
  reset();
}

void knob_set::reset() {
  values_.clear();
  for (const auto& knob : declared_) {
    values_.push_back(knob.value);
  }
}

std::size_t knob_set::index_of(std::string_view name) const {
  const auto found = std::ranges::find(declared_, name, &knob_info::name);
  return static_cast<std::size_t>(found - declared_.begin());
}

void knob_set::set(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw knob_error(text("'{}' sets no knob; write it like name=value", assignment));
  }
  set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

void knob_set::set(std::string_view name, std::string_view value) {
  const auto index = index_of(name);
  if (index == declared_.size()) {
    unknown(declared_, name);
  }
  values_[index] = parse_knob(declared_[index], value);
}

void knob_set::set(std::string_view name, double value) {
  const auto index = index_of(name);
  if (index == declared_.size()) {
    unknown(declared_, name);
  }
  const auto& knob = declared_[index];
  if (!(value >= knob.min && value <= knob.max)) {
    throw knob_error(text("knob {}: {} is out of range; it goes from {} to {}", name,
                          format_knob(knob, value), format_knob(knob, knob.min),
                          format_knob(knob, knob.max)));
  }
  if (knob.kind != knob_kind::real && value != std::nearbyint(value)) {
    throw knob_error(text("knob {}: {} is not a whole number", name, value));
  }
  values_[index] = value;
}

double knob_set::number(std::string_view name) const {
  const auto index = index_of(name);
  if (index == declared_.size()) {
    throw std::logic_error(
        text("the scene reads knob '{}' without having it in its list of knobs", name));
  }
  return values_[index];
}

std::vector<std::pair<std::string, std::string>> knob_set::settings() const {
  std::vector<std::pair<std::string, std::string>> all;
  all.reserve(declared_.size());
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    all.emplace_back(declared_[i].name, format_knob(declared_[i], values_[i]));
  }
  return all;
}

std::string knob_set::command_line() const {
  std::string line;
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    if (values_[i] != declared_[i].value) {
      line += line.empty() ? "--set " : " --set ";
      line += declared_[i].name + "=" + format_knob(declared_[i], values_[i]);
    }
  }
  return line;
}

std::string knob_set::to_json() const {
  std::string out;
  trace::json_writer json(out);
  json.open('[');
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    const auto& knob = declared_[i];
    json.open('{').field("name", knob.name).field("kind", to_string(knob.kind));
    json.field("value", values_[i]).field("default", knob.value);
    json.field("min", knob.min).field("max", knob.max).field("step", knob.step);
    json.field("unit", knob.unit).field("documentation", knob.documentation);
    json.field("text", format_knob(knob, values_[i])).key("choices").open('[');
    for (const auto& choice : knob.choices) {
      json.value(choice);
    }
    json.close(']').close('}');
  }
  json.close(']');
  return out;
}

std::string knob_set::to_text() const {
  std::size_t widest_name = 0;
  std::size_t widest_value = 0;
  const auto values = settings();
  for (const auto& [name, value] : values) {
    widest_name = std::max(widest_name, name.size());
    widest_value = std::max(widest_value, value.size());
  }
  std::string out;
  for (std::size_t i = 0; i < declared_.size(); ++i) {
    const auto& knob = declared_[i];
    out.append("  ").append(knob.name).append(widest_name - knob.name.size() + 2, ' ');
    out.append(values[i].second).append(widest_value - values[i].second.size() + 2, ' ');
    out += knob.documentation;
    if (knob.kind == knob_kind::choice) {
      std::string all;
      for (const auto& choice : knob.choices) {
        all += (all.empty() ? "" : ", ") + choice;
      }
      out += text(" ({})\n", all);
    } else {
      out += text(" ({} to {}{})\n", format_knob(knob, knob.min), format_knob(knob, knob.max),
                  knob.unit.empty() || format_knob(knob, knob.max).ends_with(knob.unit)
                      ? ""
                      : " " + knob.unit);
    }
  }
  return out;
}

} // namespace weir

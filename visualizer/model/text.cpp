#include "model/text.hpp"

#include "model/flow.hpp"
#include "model/text_parts.hpp"
#include "model/tree_words.hpp"
#include "model/words.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace weir::viz {

namespace {

std::string repeated(std::string_view what, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) {
    result += what;
  }
  return result;
}

char bin_letter(trace::outcome how) {
  static constexpr std::string_view letters = "-orxFds"; // by outcome, rejected r, timed out x
  const auto index = static_cast<std::size_t>(how);
  return index < letters.size() ? letters[index] : '?';
}

class text_picture {
public:
  text_picture(const timeline& line, folder& state, cursor at, text_options options)
      : line_(line), state_(state), at_(at), options_(options) {}

  std::string draw(std::span<const advice> warnings) {
    head();
    end();
    flow();
    tasks();
    for (const auto& one : line_.breakers()) {
      breaker(breaker_at(line_, one, at_));
    }
    out_ += charts_as_text(line_, at_, options_.width);
    advise(warnings);
    return std::move(out_);
  }

private:
  void say(std::string_view text) { (out_ += text) += '\n'; }

  void section(std::string_view name) { say("\n" + std::string(name)); }

  void head() {
    const auto& header = line_.trace().header();
    if (!header.scenario.empty()) {
      say(header.scenario);
    }
    say("at " + format_time(at_.t_ns) + " of " + format_time(line_.range().to_ns) + ", event " +
        words::whole(at_.event) + " of " + words::whole(line_.trace().size()));
  }

  /// Broken promises up to the cursor; how the run ended, at its end.
  void end() {
    for (const auto& one : line_.promises_broken()) {
      if (one.event < at_.event) {
        say("✗ " + format_time(one.t_ns) + ": " + std::string(one.text));
      }
    }
    if (at_.event == line_.trace().size() && !line_.ended().empty()) {
      say("ended: " + std::string(line_.ended()));
    }
  }

  /// Who waits for what, below who started it. Of a scene without scopes, whose tasks are as many
  /// as its requests, only a few.
  void tasks() {
    const auto& tree = line_.tree();
    const bool owned = tree.scopes() != 0 || tree.orphans() != 0;
    const auto lines = tree_as_text(line_, at_, owned || line_.spans().empty() ? 24 : 8);
    if (lines.empty()) {
      return;
    }
    section(owned ? "tasks (in the whole run " + tree_count(tree) + ")" : "tasks");
    for (const auto& each : lines) {
      say("  " + each);
    }
  }

  static std::string slots_of(const shown_place& place) {
    std::string bar = "[";
    if (place.as_level) {
      constexpr std::size_t cells = 20;
      const double share = std::clamp(place.capacity > 0 ? place.fill() : 1.0, 0.0, 1.0);
      const auto full = static_cast<std::size_t>(std::ceil(share * cells));
      bar += repeated("█", full) + repeated("·", cells - full);
    } else {
      std::vector<bool> taken(place.slots);
      for (const auto& one : place.items) {
        taken[one.slot] = true;
      }
      const auto capacity = static_cast<std::size_t>(place.capacity);
      for (std::size_t i = 0; i < taken.size(); ++i) {
        bar += capacity != 0 && i == capacity ? "|" : "";
        bar += taken[i] ? "●" : "·";
      }
    }
    return bar + "]";
  }

  void flow() {
    const auto picture = flow_at(line_, state_, at_);
    if (picture.places.empty() && picture.bins.empty()) {
      return;
    }
    section("flow");
    std::size_t widest = 0;
    for (const auto& place : picture.places) {
      widest = std::max(widest, width_of(place.name));
    }
    for (const auto& bin : picture.bins) {
      widest = std::max(widest, width_of(bin.name));
    }
    for (const auto& place : picture.places) {
      std::string number = std::to_string(place.count);
      number += place.capacity > 0 ? " of " + format_number(place.capacity) : "";
      say("  " + fitted(place.name, widest) + "  " +
          fitted(number, std::max<std::size_t>(width_of(number), 10)) + " " + slots_of(place));
    }
    std::string_view of;
    std::string bins;
    const auto flush = [&] {
      if (!bins.empty()) {
        say("  " + fitted(of, widest) + "  " + bins);
      }
      bins.clear();
    };
    for (const auto& bin : picture.bins) {
      if (bin.name != of) {
        flush();
        of = bin.name;
      }
      bins += (bins.empty() ? "" : " · ") + std::string(trace::to_string(bin.how)) + " " +
              words::whole(bin.count);
    }
    flush();
  }

  void breaker(const breaker_picture& picture) {
    section(picture.name);
    const std::string_view shape = picture.state == breaker_state::closed      ? "●"
                                   : picture.state == breaker_state::half_open ? "▲"
                                   : picture.state == breaker_state::open      ? "■"
                                                                               : "?";
    std::string state = "  " + std::string(shape) + " " +
                        (picture.label.empty() ? "not known yet" : std::string(picture.label)) +
                        " since " + format_time(picture.since_ns);
    if (picture.remaining) {
      state += ", half-open in " + words::duration(*picture.remaining);
    }
    say(state + ", opened " + words::counted(picture.opened, "time"));
    if (!picture.window.empty() || picture.window_size != 0) {
      std::string cells;
      for (const auto how : picture.window) {
        cells += how == trace::outcome::ok ? '.' : bin_letter(how);
      }
      const auto size = std::max<std::size_t>(picture.window_size, picture.window.size());
      say("  window [" + cells + std::string(size - picture.window.size(), ' ') + "]");
    }
    if (picture.failure_rate) {
      say("  failures " + format_number(*picture.failure_rate) + " % (opens at " +
          format_number(picture.failure_threshold) + " %)" +
          (picture.calls_in_window && picture.minimum_calls > 0
               ? ", calls " + format_number(*picture.calls_in_window) + " (judged from " +
                     format_number(picture.minimum_calls) + ")"
               : std::string()));
    }
    if (picture.probes_permitted > 0 && picture.state == breaker_state::half_open) {
      say("  probes " + format_number(picture.probes.value_or(0)) + " of " +
          format_number(picture.probes_permitted));
    }
  }

  void advise(std::span<const advice> warnings) {
    if (warnings.empty()) {
      return;
    }
    section("advice");
    for (const auto& one : warnings) {
      const std::string_view sign = one.weight == urgency::wrong     ? "✗ "
                                    : one.weight == urgency::warning ? "! "
                                                                     : "· ";
      say("  " + std::string(sign) + one.text);
      say("    " + one.evidence + (one.try_this.empty() ? "" : "; " + one.try_this));
    }
  }

  const timeline& line_;
  folder& state_;
  cursor at_;
  text_options options_;
  std::string out_;
};

} // namespace

std::string picture_as_text(const timeline& line, folder& state, cursor at,
                            std::span<const advice> warnings, text_options options) {
  return text_picture(line, state, at, options).draw(warnings);
}

} // namespace weir::viz

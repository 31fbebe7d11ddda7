#include "model/text.hpp"

#include "model/flow.hpp"
#include "model/words.hpp"

#include <weir/trace/summary.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace weir::viz {

namespace {

/// Characters, not bytes: of UTF-8 those that begin one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// `text` in exactly `width` columns; cut where it is longer.
std::string fitted(std::string_view text, std::size_t width) {
  const auto has = width_of(text);
  if (has <= width) {
    return std::string(text) + std::string(width - has, ' ');
  }
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++seen == width) {
      break;
    }
  }
  return std::string(text.substr(0, end)) + "…";
}

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
    charts();
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

  [[nodiscard]] std::string doing(const task_lane& lane) const {
    const auto* const now = line_.tasks().at_event(lane, at_.event);
    return now == nullptr ? "ended at " + format_time(lane.end_ns)
                          : words_of(line_.trace(), *now) + ", since " + format_time(now->begin_ns);
  }

  /// Those that have begun; where there are many of them, who is still there comes first.
  [[nodiscard]] std::vector<const task_lane*> begun_tasks(std::size_t most) const {
    std::vector<const task_lane*> begun;
    std::vector<const task_lane*> ended;
    const auto& all = line_.tasks();
    for (const auto& lane : all.all()) {
      if (lane.begin_event < at_.event) {
        const bool last = all.all().size() > most && all.at_event(lane, at_.event) == nullptr;
        (last ? ended : begun).push_back(&lane);
      }
    }
    begun.insert(begun.end(), ended.begin(), ended.end());
    return begun;
  }

  void tasks() {
    constexpr std::size_t most = 24;
    constexpr std::size_t longest = 27;
    const auto begun = begun_tasks(most);
    if (begun.empty()) {
      return;
    }
    section("tasks");
    const auto shown = std::span(begun).first(std::min(begun.size(), most));
    std::size_t widest = 0;
    for (const auto* const lane : shown) {
      widest = std::min(std::max(widest, width_of(lane->name)), longest);
    }
    for (const auto* const lane : shown) {
      say("  " + fitted(lane->name, widest) + "  " + doing(*lane));
    }
    if (begun.size() > most) {
      const bool ended = line_.tasks().at_event(*begun[most], at_.event) == nullptr;
      say("  and " + words::whole(begun.size() - most) + " more" + (ended ? ", ended" : ""));
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

  [[nodiscard]] std::size_t columns() const {
    return options_.width > label_width_ + number_width + 8
               ? options_.width - label_width_ - number_width
               : 8;
  }

  void chart(std::string_view name, const std::vector<double>& values, double top,
             const std::string& number) {
    say("  " + fitted(name, label_width_ - 3) + ' ' + trace::sparkline(values, top) + "  " +
        number);
  }

  /// Of a breaker: the numbers that it is set to, or that its own lines show.
  [[nodiscard]] bool is_a_setting(const gauge_series& gauge) const {
    const auto index = static_cast<std::int32_t>(&gauge - line_.gauges().data());
    return std::ranges::any_of(line_.breakers(), [&](const breaker_sources& one) {
      return one.window_size == index || one.cooldown == index || one.probes == index;
    });
  }

  void choose_label_width() {
    constexpr std::size_t longest = 27;
    const auto make_room = [&](std::string_view name) {
      label_width_ = std::min(std::max(label_width_, width_of(name) + 3), longest);
    };
    for (const auto& gauge : line_.gauges()) {
      if (!gauge.value.empty() && !is_a_setting(gauge)) {
        make_room(gauge.name);
      }
    }
    for (const auto& state : line_.states()) {
      make_room(state.name);
    }
    if (const auto* const series = line_.main_latency()) {
      make_room("p99 " + std::string(series->name));
    }
  }

  [[nodiscard]] bool anything_to_chart() const {
    return !line_.gauges().empty() || !line_.outcomes().empty() || !line_.states().empty() ||
           !line_.latencies().empty();
  }

  void charts() {
    if (!anything_to_chart()) {
      return;
    }
    section("over the whole run");
    choose_label_width();
    const auto n = columns();
    std::vector<column> seen(n);
    for (const auto& gauge : line_.gauges()) {
      if (gauge.value.empty() || is_a_setting(gauge)) {
        continue;
      }
      static_cast<void>(gauge.value.columns(line_.range(), seen));
      std::vector<double> highest(n);
      std::ranges::transform(seen, highest.begin(), [](const column& one) {
        return one.has_value ? std::max(one.max, 0.0) : 0;
      });
      const double most = gauge.value.extent().max;
      const double limit = gauge.limit_at(at_.event);
      chart(gauge.name, highest, std::max(limit, most),
            format_number(gauge.value.at_event(at_.event)) +
                (limit > 0 ? " of " + format_number(limit) : "") + ", most " + format_number(most));
    }
    if (const auto* outcomes = line_.main_outcomes()) {
      std::vector<outcome_counts> counts(n);
      static_cast<void>(outcomes->columns(line_.range(), counts));
      rates(*outcomes, counts);
    }
    latency(n);
    bands(n);
    // Under the charts, where the cursor is.
    const double share =
        line_.range().length() > 0
            ? static_cast<double>(at_.t_ns) / static_cast<double>(line_.range().length())
            : 0;
    const auto mark = std::min(n - 1, static_cast<std::size_t>(share * static_cast<double>(n)));
    say(std::string(label_width_ + mark, ' ') + "^ " + format_time(at_.t_ns));
  }

  void rates(const outcome_series& outcomes, const std::vector<outcome_counts>& counts) {
    const auto all = outcomes.counts(0, outcomes.kinds.size());
    const auto so_far = outcomes.at_event(at_.event);
    for (std::size_t how = 0; how < all.size(); ++how) {
      if (all[how] == 0) {
        continue;
      }
      std::vector<double> values(counts.size());
      std::ranges::transform(counts, values.begin(),
                             [&](const outcome_counts& one) { return one[how]; });
      chart(trace::to_string(static_cast<trace::outcome>(how)), values, std::ranges::max(values),
            words::whole(so_far[how]) + " of " + words::whole(all[how]));
    }
  }

  void latency(std::size_t n) {
    const auto* const series = line_.main_latency();
    if (series == nullptr || series->overall.count == 0) {
      return;
    }
    std::vector<double> p99;
    for (const auto& window : series->windows_in(line_.range(), n)) {
      p99.push_back(static_cast<double>(window.p99));
    }
    chart("p99 " + std::string(series->name), p99, std::ranges::max(p99),
          "p50 " + words::duration(series->overall.p50) + ", p99 " +
              words::duration(series->overall.p99));
  }

  void bands(std::size_t n) {
    std::vector<state_column> seen(n);
    for (const auto& state : line_.states()) {
      static_cast<void>(state.columns(line_.range(), seen));
      std::string band;
      for (const auto& one : seen) {
        const auto label = state.label(one.worst);
        band += one.worst < 0       ? " "
                : label == "closed" ? "─"
                : label == "open"   ? "■"
                : label.starts_with("half")
                    ? "▲"
                    : std::string(1, static_cast<char>('0' + one.worst % 10));
      }
      say("  " + fitted(state.name, label_width_ - 3) + ' ' + band + "  " +
          std::string(state.label(state.at_event(at_.event))));
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

  static constexpr std::size_t number_width = 22;

  const timeline& line_;
  folder& state_;
  cursor at_;
  text_options options_;
  std::string out_;
  std::size_t label_width_ = 12; ///< of the charts: two spaces, the longest name, a space
};

} // namespace

std::string picture_as_text(const timeline& line, folder& state, cursor at,
                            std::span<const advice> warnings, text_options options) {
  return text_picture(line, state, at, options).draw(warnings);
}

} // namespace weir::viz

#include "model/text_parts.hpp"
#include "model/words.hpp"

#include <weir/trace/summary.hpp>

#include <algorithm>
#include <vector>

namespace weir::viz {

namespace {

class text_charts {
public:
  text_charts(const timeline& line, cursor at, std::size_t width)
      : line_(line), at_(at), width_(width) {}

  std::string draw() {
    if (anything_to_chart()) {
      charts();
    }
    return std::move(out_);
  }

private:
  void say(std::string_view text) { (out_ += text) += '\n'; }

  [[nodiscard]] bool anything_to_chart() const {
    return !line_.gauges().empty() || !line_.outcomes().empty() || !line_.states().empty() ||
           !line_.latencies().empty();
  }

  void charts() {
    say("\nover the whole run");
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
            in_unit(gauge.value.at_event(at_.event), gauge.unit) +
                (limit > 0 ? " of " + in_unit(limit, gauge.unit) : "") + ", most " +
                in_unit(most, gauge.unit));
    }
    for (const auto& counter : line_.counters()) {
      counted(counter, n);
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

  /// Sizes as people count them; other units would only take room.
  static std::string in_unit(double value, std::string_view unit) {
    return counts_bytes(unit) ? format_bytes(value, unit) : format_number(value);
  }

  /// What never counted anything is left out.
  void counted(const counter_series& counter, std::size_t n) {
    const double all = counter.total.at_event(line_.trace().size());
    if (all == 0) {
      return;
    }
    std::vector<column> seen(n);
    static_cast<void>(counter.total.columns(line_.range(), seen));
    std::vector<double> highest(n);
    std::ranges::transform(seen, highest.begin(),
                           [](const column& one) { return one.has_value ? one.last : 0; });
    chart(counter.name, highest, counter.total.extent().max,
          in_unit(counter.total.at_event(at_.event), counter.unit) + " of " +
              in_unit(all, counter.unit) + " in all");
  }

  [[nodiscard]] std::size_t columns() const {
    return width_ > label_width_ + number_width + 8 ? width_ - label_width_ - number_width : 8;
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
    for (const auto& counter : line_.counters()) {
      if (counter.total.at_event(line_.trace().size()) != 0) {
        make_room(counter.name);
      }
    }
    for (const auto& state : line_.states()) {
      make_room(state.name);
    }
    if (const auto* const series = line_.main_latency()) {
      make_room("p99 " + std::string(series->name));
    }
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
        const auto of_breaker = state.of_breaker(one.worst);
        band += one.worst < 0                         ? " "
                : of_breaker == breaker_state::closed ? "─"
                : of_breaker == breaker_state::open   ? "■"
                : of_breaker == breaker_state::half_open
                    ? "▲"
                    : std::string(1, static_cast<char>('0' + one.worst % 10));
      }
      say("  " + fitted(state.name, label_width_ - 3) + ' ' + band + "  " +
          std::string(state.label(state.at_event(at_.event))));
    }
  }

  static constexpr std::size_t number_width = 22;

  const timeline& line_;
  cursor at_;
  std::size_t width_;
  std::string out_;
  std::size_t label_width_ = 12; ///< two spaces, the longest name, a space
};

} // namespace

std::string charts_as_text(const timeline& line, cursor at, std::size_t width) {
  return text_charts(line, at, width).draw();
}

} // namespace weir::viz

#include "model/compare.hpp"

#include "model/words.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace weir::viz {

namespace {

/// Which of two figures is the better one.
enum class preference : std::uint8_t { more, less, none };

using figure = std::optional<double>;

template <class T>
figure as_figure(const std::optional<T>& value) {
  return value ? figure(static_cast<double>(*value)) : figure();
}

struct row_kind {
  std::string_view name;
  preference prefers = preference::none;
  std::function<std::string(double)> show = {};
  bool in_points = false; ///< differences of shares are told in points, not in percent of percent
};

std::string show_rate(double value) {
  return format_number(value) + " /s";
}

std::string show_share(double value) {
  return words::percent(value);
}

std::string show_time(double value) {
  return words::duration(static_cast<nanos>(value));
}

std::string show_number(double value) {
  return format_number(value);
}

std::string signed_percent(double share) {
  return (share < 0 ? "−" : "+") + words::percent(std::abs(share));
}

void add(comparison& to, const row_kind& kind, figure left, figure right) {
  if (!left && !right) {
    return;
  }
  comparison_row row{.name = std::string(kind.name),
                     .left = left ? kind.show(*left) : "–",
                     .right = right ? kind.show(*right) : "–"};
  if (left && right) {
    const double difference = *right - *left;
    const double scale = std::max(std::abs(*left), std::abs(*right));
    if (std::abs(difference) >= 0.01 * scale && difference != 0) {
      const bool good = (difference > 0) == (kind.prefers == preference::more);
      row.right_is = kind.prefers == preference::none ? verdict::different
                     : good                           ? verdict::better
                                                      : verdict::worse;
      // Nothing is so many percent of 0, and shares differ in points.
      row.difference = *left == 0 || kind.in_points
                           ? (difference < 0 ? "−" : "+") + kind.show(std::abs(difference))
                           : signed_percent(difference / *left);
    }
  } else {
    row.right_is = verdict::different;
  }
  to.rows.push_back(std::move(row));
}

std::function<std::string(double)> in_unit(std::string_view unit) {
  return [unit](double value) {
    return counts_bytes(unit) ? format_bytes(value, unit) : format_number(value);
  };
}

std::function<std::string(double)> in_unit_of(const gauge_series* one, const gauge_series* other) {
  const auto* const known = one != nullptr ? one : other;
  return in_unit(known != nullptr ? known->unit : std::string_view{});
}

/// What was counted, by name; what neither run ever counted is left out.
void compare_counters(const timeline& left, const timeline& right, comparison& to) {
  const auto total_of = [](const timeline& of, std::string_view name) {
    const auto* const found = of.counter(name);
    return found == nullptr ? figure() : found->total.at_event(of.trace().size());
  };
  const auto row = [&](const counter_series& counter) {
    const auto a = total_of(left, counter.name);
    const auto b = total_of(right, counter.name);
    if (a.value_or(0) != 0 || b.value_or(0) != 0) {
      add(to, {counter.name, preference::none, in_unit(counter.unit)}, a, b);
    }
  };
  for (const auto& each : left.counters()) {
    row(each);
  }
  for (const auto& each : right.counters()) {
    if (left.counter(each.name) == nullptr) {
      row(each);
    }
  }
}

void compare_knobs(const trace::header& left, const trace::header& right, comparison& to) {
  const auto value_in = [](const trace::header& header, const std::string& name) {
    const auto found =
        std::ranges::find(header.knobs, name, &std::pair<std::string, std::string>::first);
    return found == header.knobs.end() ? std::string("–") : found->second;
  };
  const auto differ = [&](const std::string& name, const std::string& a, const std::string& b) {
    auto& line = to.other_knobs.emplace_back(name);
    line.append(": ").append(a).append(" | ").append(b);
  };
  for (const auto& [name, value] : left.knobs) {
    if (const auto other = value_in(right, name); other != value) {
      differ(name, value, other);
    }
  }
  for (const auto& [name, value] : right.knobs) {
    if (const auto other = value_in(left, name); other == "–") {
      differ(name, other, value);
    }
  }
}

} // namespace

comparison compare(const timeline& left, const timeline& right) {
  comparison result;
  result.axis = {0, std::max(left.range().to_ns, right.range().to_ns)};
  const auto& left_header = left.trace().header();
  const auto& right_header = right.trace().header();
  result.same_seed = left_header.seed == right_header.seed;
  compare_knobs(left_header, right_header, result);

  const auto a = headline_of(left);
  const auto b = headline_of(right);
  const auto ended = [](const headline& of, trace::outcome how) {
    return static_cast<double>(of.by_outcome[static_cast<std::size_t>(how)]);
  };
  add(result, {"offered", preference::none, show_rate}, a.offered_per_s, b.offered_per_s);
  add(result, {"throughput", preference::more, show_rate}, a.throughput_per_s, b.throughput_per_s);
  add(result, {"not ok", preference::less, show_share, true}, a.error_share, b.error_share);
  for (const auto how :
       {trace::outcome::rejected, trace::outcome::timed_out, trace::outcome::failed,
        trace::outcome::dropped, trace::outcome::short_circuited}) {
    if (ended(a, how) + ended(b, how) > 0) {
      add(result, {trace::to_string(how), preference::less, show_number}, ended(a, how),
          ended(b, how));
    }
  }
  add(result, {"p50 of served", preference::less, show_time}, as_figure(a.p50), as_figure(b.p50));
  add(result, {"p99 of served", preference::less, show_time}, as_figure(a.p99), as_figure(b.p99));
  if (a.amplification.value_or(1) > 1 || b.amplification.value_or(1) > 1) {
    add(result, {"attempts per request", preference::less, show_number}, a.amplification,
        b.amplification);
  }
  add(result, {"deepest queue", preference::less, in_unit_of(main_queue(left), main_queue(right))},
      a.deepest_queue, b.deepest_queue);
  add(result, {"most in flight", preference::none, show_number}, a.most_in_flight,
      b.most_in_flight);
  add(result, {"breaker opened", preference::none, show_number}, as_figure(a.breaker_opened),
      as_figure(b.breaker_opened));
  add(result, {"worst loop lag", preference::less, show_time}, as_figure(a.worst_loop_lag),
      as_figure(b.worst_loop_lag));
  compare_counters(left, right, result);
  add(result, {"length", preference::none, show_time}, a.length_s * 1e9, b.length_s * 1e9);
  return result;
}

} // namespace weir::viz

#include "weir/trace/text.hpp"

#include "describe.hpp"
#include "weir/expect.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

namespace weir::trace {

namespace {

bool is_essential(const event& e) noexcept {
  switch (e.kind) {
  case event_kind::none:
  case event_kind::task_resumed:
  case event_kind::task_named:
  case event_kind::timer_armed:
  case event_kind::timer_fired:
  case event_kind::timer_cancelled:
  case event_kind::choice:
    return false;
  case event_kind::clock_advanced:
    return e.b != 0; // a choice of the policy's
  default:
    return true;
  }
}

/// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// How a timeline shows its times: all in one unit, with just the decimals that tell them exactly.
class time_column {
public:
  explicit time_column(const std::vector<timeline_line>& lines) {
    std::int64_t latest = 0;
    for (const auto& line : lines) {
      latest = std::max(latest, line.t_ns);
    }
    constexpr std::int64_t microsecond = 1'000;
    constexpr std::int64_t millisecond = 1'000'000;
    constexpr std::int64_t second = 1'000'000'000;
    if (latest >= 10 * second) {
      use(second, " s");
    } else if (latest >= millisecond) {
      use(millisecond, " ms");
    } else if (latest >= microsecond) {
      use(microsecond, " µs");
    }
    const auto left_over = [&](const timeline_line& line) {
      return line.t_ns % grain_ != 0;
    };
    while (grain_ > 1 && std::ranges::any_of(lines, left_over)) {
      grain_ /= 10;
      ++decimals_;
    }
  }

  [[nodiscard]] std::string show(std::int64_t t_ns) const {
    auto digits = std::to_string(std::max<std::int64_t>(t_ns, 0) / grain_);
    if (decimals_ != 0) {
      if (digits.size() <= decimals_) {
        digits.insert(0, decimals_ + 1 - digits.size(), '0');
      }
      digits.insert(digits.size() - decimals_, 1, '.');
    }
    return digits.append(unit_);
  }

private:
  void use(std::int64_t grain, std::string_view unit) {
    grain_ = grain;
    unit_ = unit;
  }

  std::int64_t grain_ = 1; ///< nanoseconds that the last digit stands for
  std::size_t decimals_ = 0;
  std::string_view unit_ = " ns";
};

} // namespace

std::string format_duration(std::chrono::nanoseconds length) {
  return weir::detail::show_duration(length);
}

std::vector<timeline_line> last_events(const recording& from, std::size_t count,
                                       timeline_detail detail) {
  std::vector<timeline_line> lines;
  for (auto e = from.events.rbegin(); e != from.events.rend() && lines.size() < count; ++e) {
    if (detail == timeline_detail::everything || is_essential(*e)) {
      lines.push_back({e->t_ns, from.task_name(e->task), describe(from, *e)});
    }
  }
  std::ranges::reverse(lines);
  return lines;
}

std::vector<timeline_line> last_events(const recorder& from, std::size_t count,
                                       timeline_detail detail) {
  for (std::size_t looked_at = 4 * count + 64;; looked_at *= 4) {
    auto lines = last_events(from.latest(looked_at), count, detail);
    if (lines.size() == count || looked_at >= from.size()) {
      return lines;
    }
  }
}

std::vector<timeline_line> timeline(const recording& from, timeline_detail detail) {
  return last_events(from, from.events.size(), detail);
}

std::string format_timeline(const std::vector<timeline_line>& lines, std::size_t indent) {
  const time_column times(lines);
  std::size_t widest_time = 0;
  std::size_t widest_task = 0;
  for (const auto& line : lines) {
    widest_time = std::max(widest_time, columns_of(times.show(line.t_ns)));
    widest_task = std::max(widest_task, columns_of(line.task));
  }
  std::string out;
  for (const auto& line : lines) {
    const auto time = times.show(line.t_ns);
    out.append(indent + widest_time - columns_of(time), ' ').append(time).append("  ");
    if (widest_task != 0) {
      out.append(line.task).append(widest_task - columns_of(line.task) + 2, ' ');
    }
    out.append(line.text) += '\n';
  }
  return out;
}

void write_text(std::ostream& out, const recording& trace, timeline_detail detail) {
  const auto& h = trace.header;
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      out << name << value << '\n';
    }
  };
  line("scenario  ", h.scenario);
  line("exercise  ", h.exercise);
  out << "seed      " << h.seed << '\n';
  line("token     ", h.token);
  for (const auto& [name, value] : h.knobs) {
    out << "knob      " << name << " = " << value << '\n';
  }
  line("remark    ", trace.remark);
  for (const auto& source : trace.sources) {
    if (source.role != source_role::none) {
      out << "source    " << source.name << ": " << to_string(source.role)
          << (source.subject.empty() ? "" : " of " + source.subject) << '\n';
    }
  }
  out << '\n' << format_timeline(timeline(trace, detail), 0);
}

} // namespace weir::trace

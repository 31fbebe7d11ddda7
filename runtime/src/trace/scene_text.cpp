#include "json.hpp"
#include "weir/expect.hpp"
#include "weir/scene.hpp"
#include "weir/trace/text.hpp"

#include <algorithm>

/// A scene's result as text and as JSON.
namespace weir {

namespace {

using detail::show_number;
using trace::format_duration;

std::string with_unit(double value, const std::string& unit) {
  return show_number(value) + (unit.empty() ? "" : " " + unit);
}

std::string goals_text(const scene_result& result) {
  std::string out;
  for (const auto& goal : result.goals) {
    out += goal.met ? "  met     " : "  missed  ";
    out += goal.text;
    out += goal.seen.empty() ? "\n" : ": " + goal.seen + "\n";
    if (!goal.remark.empty()) {
      out += "          " + goal.remark + "\n";
    }
  }
  return out;
}

std::string gauges_text(const trace::summary& seen) {
  std::string out;
  for (const auto& gauge : seen.gauges) {
    // Scaled to the capacity, unless the gauge went beyond it.
    const double top = std::max(gauge.capacity, gauge.max);
    out += text("  {}: min {}, mean {}, max {}", gauge.name, show_number(gauge.min),
                show_number(gauge.mean), with_unit(gauge.max, gauge.unit));
    if (gauge.capacity > 0) {
      out += text(", capacity {}", show_number(gauge.capacity));
    }
    out += text("\n    |{}| 0 to {}\n", trace::sparkline(gauge.column_max, top), show_number(top));
  }
  return out;
}

std::string outcomes_text(const trace::summary& seen) {
  std::string out;
  for (const auto& outcome : seen.outcomes) {
    out += text("  {}: {}", outcome.name, outcome.total());
    for (std::size_t i = 0; i < outcome.by_outcome.size(); ++i) {
      if (outcome.by_outcome[i] != 0) {
        out += text(", {} {}", outcome.by_outcome[i],
                    trace::to_string(static_cast<trace::outcome>(i)));
      }
    }
    out += '\n';
  }
  return out;
}

std::string spans_text(const trace::summary& seen) {
  std::string out;
  for (const auto& span : seen.spans) {
    out += text("  {}: {} ended, p50 {}, p90 {}, p99 {}, max {}", span.name, span.ended, span.p50,
                span.p90, span.p99, span.max);
    out += span.open == 0 ? "\n" : text(", {} still open\n", span.open);
  }
  return out;
}

std::string states_text(const trace::summary& seen) {
  std::string out;
  for (const auto& state : seen.states) {
    out += text("  {}:", state.name);
    for (const auto& one : state.states) {
      out += text("{} {} {} times, {}", &one == &state.states.front() ? "" : ";", one.name,
                  one.entered, one.lasted);
    }
    out += '\n';
  }
  return out;
}

std::string counters_text(const trace::summary& seen) {
  std::string out;
  for (const auto& counter : seen.counters) {
    out += text("  {}: {}\n", counter.name,
                with_unit(static_cast<double>(counter.total), counter.unit));
  }
  return out;
}

void add_gauges(trace::json_writer& json, const trace::summary& seen) {
  json.key("gauges").open('[');
  for (const auto& gauge : seen.gauges) {
    json.open('{').field("name", gauge.name).field("unit", gauge.unit);
    json.field("capacity", gauge.capacity).field("min", gauge.min).field("mean", gauge.mean);
    json.field("max", gauge.max).field("last", gauge.last);
    json.field("role", trace::to_string(gauge.role)).key("column_max").open('[');
    for (const double value : gauge.column_max) {
      json.value(value);
    }
    json.close(']').close('}');
  }
  json.close(']').key("counters").open('[');
  for (const auto& counter : seen.counters) {
    json.open('{').field("name", counter.name).field("unit", counter.unit);
    json.field("role", trace::to_string(counter.role)).field("total", counter.total).close('}');
  }
  json.close(']');
}

void add_spans(trace::json_writer& json, const trace::summary& seen) {
  json.key("spans").open('[');
  for (const auto& span : seen.spans) {
    json.open('{').field("name", span.name).field("ended", span.ended).field("open", span.open);
    json.field("p50_ns", span.p50.count()).field("p90_ns", span.p90.count());
    json.field("p99_ns", span.p99.count()).field("max_ns", span.max.count()).close('}');
  }
  json.close(']').key("outcomes").open('[');
  for (const auto& outcome : seen.outcomes) {
    json.open('{').field("name", outcome.name).field("role", trace::to_string(outcome.role));
    json.field("total", outcome.total());
    for (std::size_t i = 0; i < outcome.by_outcome.size(); ++i) {
      json.field(trace::to_string(static_cast<trace::outcome>(i)), outcome.by_outcome[i]);
    }
    json.close('}');
  }
  json.close(']').key("states").open('[');
  for (const auto& state : seen.states) {
    json.open('{').field("name", state.name).field("role", trace::to_string(state.role));
    json.key("states").open('[');
    for (const auto& one : state.states) {
      json.open('{').field("name", one.name).field("entered", one.entered);
      json.field("lasted_ns", one.lasted.count()).close('}');
    }
    json.close(']').close('}');
  }
  json.close(']');
}

} // namespace

std::string to_text(const scene_result& result) {
  std::string out = result.title + "\n" + result.caption + "\n";
  const auto section = [&out](std::string_view title, const std::string& lines) {
    if (!lines.empty()) {
      out += "\n" + std::string(title) + "\n" + lines;
    }
  };
  const auto& seen = result.summary;
  section(text("Knobs (seed {})", result.seed), result.knobs.to_text());
  section("Goals", goals_text(result));
  section("Gauges", gauges_text(seen));
  section("Counters", counters_text(seen));
  section("Outcomes", outcomes_text(seen));
  section("Spans", spans_text(seen));
  section("States", states_text(seen));
  out += text("\n{} of virtual time, {} events: {}\n", format_duration(seen.length), seen.events,
              result.ended);
  if (seen.loop_blocked_longest.count() != 0) {
    out += text("the loop was blocked for {} at the longest\n", seen.loop_blocked_longest);
  }
  return result.message.empty() ? out : out + result.message + "\n";
}

std::string to_json(const scene_result& result) {
  std::string out;
  trace::json_writer json(out);
  const auto& seen = result.summary;
  json.open('{').field("format", 1).field("title", result.title).field("caption", result.caption);
  json.field("exercise", result.exercise).field("seed", std::to_string(result.seed));
  json.key("knobs").raw(result.knobs.to_json()).field("set", result.knobs.command_line());
  json.field("ended", result.ended).field("message", result.message);
  json.field("healthy", result.healthy).field("goals_met", result.goals_met());
  json.key("goals").open('[');
  for (const auto& goal : result.goals) {
    json.open('{').field("text", goal.text).field("met", goal.met);
    json.field("seen", goal.seen).field("remark", goal.remark).close('}');
  }
  json.close(']').field("length_ns", seen.length.count()).field("events", seen.events);
  json.field("loop_blocked_longest_ns", seen.loop_blocked_longest.count());
  add_gauges(json, seen);
  add_spans(json, seen);
  json.close('}');
  return out;
}

} // namespace weir

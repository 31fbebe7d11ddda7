#include "weir/trace/chrome.hpp"

#include "json.hpp"
#include "saturate.hpp"

#include <ostream>
#include <unordered_map>
#include <vector>

namespace weir::trace {

namespace {

constexpr int run_process = 1;    ///< tasks are its threads
constexpr int states_process = 2; ///< each state probe is one of its threads

/// Microseconds with the nanoseconds as decimals; a double would lose them in long runs.
std::string microseconds(std::int64_t ns) {
  auto digits = std::to_string(ns < 0 ? 0 : ns);
  if (digits.size() < 4) {
    digits.insert(0, 4 - digits.size(), '0');
  }
  return digits.insert(digits.size() - 3, 1, '.');
}

struct begun {
  std::int64_t t_ns = 0;
  source_id source = 0;
  std::int64_t value = 0;
};

class chrome_writer {
public:
  chrome_writer(std::ostream& out, const recording& trace) : out_(out), trace_(trace) {}

  void write() {
    out_ << "{\"displayTimeUnit\":\"ns\",\"otherData\":" << other_data() << ",\"traceEvents\":[";
    names();
    for (const auto& e : trace_.events) {
      add(e);
    }
    close_what_is_open();
    out_ << "\n]}\n";
  }

private:
  /// Begins one event; the caller adds what is particular to its kind and calls `end`.
  json_writer begin(char phase, std::string_view name, std::int64_t t_ns, int process,
                    std::uint32_t thread) {
    line_.clear();
    json_writer json(line_);
    json.open('{').field("ph", std::string_view(&phase, 1)).field("name", name);
    json.key("ts").raw(microseconds(t_ns)).field("pid", process).field("tid", thread);
    return json;
  }

  void end(json_writer& json) {
    json.close('}');
    out_ << (first_ ? "\n" : ",\n") << line_;
    first_ = false;
  }

  std::string other_data() const {
    std::string text;
    json_writer json(text);
    const auto& h = trace_.header;
    json.open('{').field("scenario", h.scenario).field("exercise", h.exercise);
    json.field("seed", std::to_string(h.seed)).field("token", h.token);
    for (const auto& [name, value] : h.knobs) {
      json.field("knob " + name, value);
    }
    if (!trace_.remark.empty()) {
      json.field("remark", trace_.remark);
    }
    json.close('}');
    return text;
  }

  void metadata(std::string_view kind, int process, std::uint32_t thread, std::string_view name) {
    auto json = begin('M', kind, 0, process, thread);
    json.key("args").open('{').field("name", name).close('}');
    end(json);
  }

  void names() {
    metadata("process_name", run_process, 0,
             trace_.header.scenario.empty() ? "run" : trace_.header.scenario);
    metadata("thread_name", run_process, 0, "event loop");
    for (const auto& task : trace_.tasks) {
      metadata("thread_name", run_process, task.id, trace_.task_name(task.id));
    }
    bool any_state = false;
    for (std::size_t id = 0; id < trace_.sources.size(); ++id) {
      if (trace_.sources[id].kind == source_kind::state) {
        metadata("thread_name", states_process, static_cast<std::uint32_t>(id),
                 trace_.sources[id].name);
        any_state = true;
      }
    }
    if (any_state) {
      metadata("process_name", states_process, 0, "states");
    }
  }

  void counter(const event& e, std::string_view series, double value) {
    const auto& source = trace_.source(e.source);
    auto json = begin('C', source.name, e.t_ns, run_process, 0);
    if (source.role != source_role::none) {
      json.field("cat", to_string(source.role));
    }
    json.key("args").open('{').field(series, value).close('}');
    end(json);
  }

  void instant(const event& e, std::string_view name, std::string_view category,
               std::string_view scope = "t") {
    auto json = begin('i', name, e.t_ns, run_process, e.task);
    json.field("cat", category).field("s", scope);
    end(json);
  }

  void slice(std::string_view name, std::string_view category, std::int64_t from, std::int64_t to,
             int process, std::uint32_t thread) {
    auto json = begin('X', name, from, process, thread);
    json.key("dur").raw(microseconds(minus(to, from))).field("cat", category);
    end(json);
  }

  void span_edge(char phase, source_id source, std::int64_t t_ns, std::uint32_t task,
                 std::int64_t id, std::string_view key, std::string_view value) {
    auto json = begin(phase, trace_.source(source).name, t_ns, run_process, task);
    json.field("cat", "span").field("id", std::to_string(id));
    json.key("args").open('{').field(key, value).close('}');
    end(json);
  }

  std::string state_label(const begun& state) const {
    const auto& labels = trace_.source(state.source).labels;
    return state.value >= 0 && static_cast<std::size_t>(state.value) < labels.size()
               ? labels[static_cast<std::size_t>(state.value)]
               : std::to_string(state.value);
  }

  void end_wait(std::uint32_t task, std::int64_t t_ns) {
    if (const auto wait = waits_.find(task); wait != waits_.end()) {
      slice("waits for " + trace_.source(wait->second.source).name, "wait", wait->second.t_ns, t_ns,
            run_process, task);
      waits_.erase(wait);
    }
  }

  void end_state(source_id source, std::int64_t t_ns) {
    if (const auto state = states_.find(source); state != states_.end()) {
      const auto role = trace_.source(source).role;
      const auto category = role == source_role::none ? std::string("state")
                                                      : "state," + std::string(to_string(role));
      slice(state_label(state->second), category, state->second.t_ns, t_ns, states_process, source);
    }
  }

  void add(const event& e) {
    switch (e.kind) {
    case event_kind::task_suspended:
      end_wait(e.task, e.t_ns);
      waits_[e.task] = {e.t_ns, e.source, 0};
      break;
    case event_kind::task_resumed:
    case event_kind::task_ended:
      end_wait(e.task, e.t_ns);
      break;
    case event_kind::loop_blocked:
      slice("loop blocked", "loop", minus(e.t_ns, e.a), e.t_ns, run_process, e.task);
      break;
    case event_kind::gauge:
      counter(e, "value", from_bits(e.a));
      break;
    case event_kind::limit:
      counter(e, "limit", from_bits(e.a));
      break;
    case event_kind::counter:
      counter(e, "total", static_cast<double>(e.a));
      break;
    case event_kind::span_begin:
      spans_[e.a] = {e.t_ns, e.source, e.task};
      span_edge('b', e.source, e.t_ns, e.task, e.a, "role",
                to_string(static_cast<span_role>(e.detail)));
      break;
    case event_kind::span_end:
      spans_.erase(e.a);
      span_edge('e', e.source, e.t_ns, e.task, e.a, "outcome",
                to_string(static_cast<outcome>(e.detail)));
      break;
    case event_kind::state:
      end_state(e.source, e.t_ns);
      states_[e.source] = {e.t_ns, e.source, e.a};
      break;
    case event_kind::item_moved:
      instant(e, "item " + std::to_string(e.a) + " enters " + trace_.source(e.source).name, "item");
      break;
    case event_kind::outcome:
      instant(e,
              trace_.source(e.source).name + ": " +
                  std::string(to_string(static_cast<outcome>(e.detail))),
              "outcome");
      break;
    case event_kind::note:
      instant(e, trace_.text(static_cast<string_id>(e.a)), "note");
      break;
    case event_kind::promise_broken:
      instant(e, "PROMISE BROKEN: " + std::string(trace_.text(static_cast<string_id>(e.a))),
              "promise", "g");
      break;
    case event_kind::run_end:
      instant(e, "run ends: " + std::string(trace_.text(static_cast<string_id>(e.a))), "run", "g");
      break;
    default: // the scheduler's book-keeping would bury the rest
      break;
    }
  }

  /// In the order of tasks, states and spans, so that equal runs give equal files.
  void close_what_is_open() {
    const auto end_ns = trace_.end_ns();
    for (const auto& task : trace_.tasks) {
      end_wait(task.id, end_ns);
    }
    for (std::size_t id = 0; id < trace_.sources.size(); ++id) {
      end_state(static_cast<source_id>(id), end_ns);
    }
    for (const auto& e : trace_.events) {
      if (e.kind == event_kind::span_begin && spans_.contains(e.a)) {
        span_edge('e', e.source, end_ns, e.task, e.a, "outcome", "still open");
      }
    }
  }

  std::ostream& out_;
  const recording& trace_;
  std::string line_;
  bool first_ = true;
  std::unordered_map<std::uint32_t, begun> waits_;
  std::unordered_map<std::int64_t, begun> spans_;
  std::unordered_map<source_id, begun> states_;
};

} // namespace

void write_chrome(std::ostream& out, const recording& trace) {
  chrome_writer(out, trace).write();
}

} // namespace weir::trace

#include "model/events.hpp"

#include "model/words.hpp"

#include <weir/trace/text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <sstream>
#include <unordered_map>

namespace weir::viz {

using trace::event;
using trace::event_kind;

namespace {

/// The tables without the events.
trace::recording tables_of(const trace_view& trace) {
  const auto& from = trace.tables();
  trace::recording result;
  result.header = from.header;
  result.strings = from.strings;
  result.sources = from.sources;
  result.tasks = from.tasks;
  return result;
}

constexpr std::size_t kinds = static_cast<std::size_t>(event_kind::task_named) + 1;

/// Where the words of an event come from.
bool has_text(event_kind kind) noexcept {
  return kind == event_kind::note || kind == event_kind::promise_broken ||
         kind == event_kind::run_end || kind == event_kind::task_started ||
         kind == event_kind::task_named;
}

/// Everything that a filter can match, looked up once for the tables instead of once an event. Bit
/// i stands for word i.
class word_bits {
public:
  word_bits(const trace_view& trace, const std::vector<std::string>& words)
      : trace_(trace), words_(words) {
    for (const auto& text : trace.tables().strings) {
      strings_.push_back(bits(text));
    }
    for (const auto& source : trace.tables().sources) {
      auto found = bits(source.name) | bits(source.file);
      for (const auto& label : source.labels) {
        labels_ |= found | bits(label);
      }
      sources_.push_back(found);
    }
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      kinds_[kind] = bits(trace::to_string(static_cast<event_kind>(kind)));
    }
    for (std::size_t how = 0; how < outcomes_.size(); ++how) {
      outcomes_[how] = bits(trace::to_string(static_cast<trace::outcome>(how)));
    }
    for (std::size_t role = 0; role < roles_.size(); ++role) {
      roles_[role] = bits(trace::to_string(static_cast<trace::span_role>(role)));
    }
  }

  [[nodiscard]] std::uint32_t of(const event& e) {
    const auto kind = static_cast<std::size_t>(e.kind);
    std::uint32_t found = kinds_[kind < kinds ? kind : 0] | task(e.task);
    found |= e.source < sources_.size() ? sources_[e.source] : 0;
    if (has_text(e.kind) && static_cast<std::uint64_t>(e.a) < strings_.size()) {
      found |= strings_[static_cast<std::size_t>(e.a)];
    }
    if (e.kind == event_kind::outcome || e.kind == event_kind::span_end) {
      found |= e.detail < outcomes_.size() ? outcomes_[e.detail] : 0;
    }
    if (e.kind == event_kind::span_begin) {
      found |= e.detail < roles_.size() ? roles_[e.detail] : 0;
    }
    if (e.kind == event_kind::state) {
      found |= state(e);
    }
    if (names_an_id(e.kind)) {
      found |= number(e.a);
    }
    return found;
  }

private:
  static bool names_an_id(event_kind kind) noexcept {
    return kind == event_kind::item_moved || kind == event_kind::outcome ||
           kind == event_kind::span_begin || kind == event_kind::span_end;
  }

  [[nodiscard]] std::uint32_t bits(std::string_view text) const {
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      found |= words::has(text, words_[i]) ? 1U << i : 0;
    }
    return found;
  }

  [[nodiscard]] std::uint32_t task(std::uint32_t id) {
    if (id == 0) {
      return 0;
    }
    const auto [at, fresh] = tasks_.try_emplace(id, 0);
    if (fresh) {
      at->second = bits(trace_.task_name(id));
    }
    return at->second;
  }

  [[nodiscard]] std::uint32_t state(const event& e) const {
    if (labels_ == 0) {
      return 0;
    }
    const auto& labels = trace_.source(e.source).labels;
    std::uint32_t found = 0;
    for (const auto index : {e.a, e.b}) {
      found |= static_cast<std::uint64_t>(index) < labels.size()
                   ? bits(labels[static_cast<std::size_t>(index)])
                   : 0;
    }
    return found;
  }

  /// An item's or span's number matches a word as a whole: "17" doesn't find 170.
  [[nodiscard]] std::uint32_t number(std::int64_t id) {
    if (numbers_.empty()) {
      for (const auto& word : words_) {
        const bool digits = std::ranges::all_of(
            word, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
        numbers_.push_back(digits && word.size() < 19 ? std::stoll(word) : -1);
      }
    }
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      found |= numbers_[i] == id ? 1U << i : 0;
    }
    return found;
  }

  const trace_view& trace_;
  const std::vector<std::string>& words_;
  std::vector<std::uint32_t> strings_;
  std::vector<std::uint32_t> sources_;
  std::uint32_t labels_ = 0; ///< which words occur in some state's label
  std::array<std::uint32_t, kinds> kinds_{};
  std::array<std::uint32_t, 7> outcomes_{};
  std::array<std::uint32_t, 6> roles_{};
  std::unordered_map<std::uint32_t, std::uint32_t> tasks_;
  std::vector<std::int64_t> numbers_;
};

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word && words.size() < 32;) {
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    words.push_back(std::move(word));
  }
  return words;
}

} // namespace

namespace {

/// Whole numbers to the last digit, others to three.
std::string amount(double value, std::string_view unit) {
  const bool whole = std::abs(value) < 1e15 && value == std::round(value);
  if (counts_bytes(unit) || !whole) {
    return words::with_unit(value, unit);
  }
  std::string text = value < 0 ? "−" : "";
  text += words::whole(static_cast<std::uint64_t>(std::abs(value)));
  return unit.empty() ? text : text + " " + unit_of(value, unit);
}

/// The runtime's words know no units of memory, and no limits that move.
std::string describe_gauge(const trace::source_info& gauge, double value, double limit) {
  if (limit == 0) {
    return gauge.name + " = " + amount(value, gauge.unit);
  }
  const std::string_view unit = counts_bytes(gauge.unit) ? gauge.unit : std::string_view{};
  return gauge.name + " = " + amount(value, unit) + " of " + amount(limit, gauge.unit);
}

std::string describe_counter(const trace::source_info& counter, const event& e) {
  const std::string total = counter.name + " = " + amount(static_cast<double>(e.a), counter.unit);
  return e.b == 1 ? total
                  : total + " (" + (e.b < 0 ? "" : "+") +
                        amount(static_cast<double>(e.b), counter.unit) + ")";
}

} // namespace

event_texts::event_texts(const trace_view& trace) : trace_(trace), one_(tables_of(trace)) {}

event_texts::event_texts(const timeline& line) : event_texts(line.trace()) {
  line_ = &line;
}

double event_texts::limit_at(std::size_t event) const {
  const auto source = trace_[event].source;
  if (line_ != nullptr) {
    const auto found = std::ranges::find(line_->gauges(), source, &gauge_series::source);
    if (found != line_->gauges().end()) {
      return found->limit_at(event);
    }
  }
  return trace_.source(source).capacity;
}

event_line event_texts::operator()(std::size_t index) {
  event_line result{.event = index};
  if (index >= trace_.size()) {
    return result;
  }
  const event& e = trace_[index];
  result.t_ns = e.t_ns;
  one_.events.assign(1, e);
  auto lines = trace::last_events(one_, 1, trace::timeline_detail::everything);
  if (!lines.empty()) {
    result.task = std::move(lines.back().task);
    result.text = std::move(lines.back().text);
  }
  const auto& source = trace_.source(e.source);
  if (e.kind == event_kind::gauge) {
    result.text = describe_gauge(source, trace::from_bits(e.a), limit_at(index));
  } else if (e.kind == event_kind::limit) {
    result.text = source.name + " may go up to " + amount(trace::from_bits(e.a), source.unit) +
                  " from now on";
  } else if (e.kind == event_kind::counter) {
    result.text = describe_counter(source, e);
  }
  if (source.line != 0) {
    result.file = source.file;
    result.line = source.line;
  }
  return result;
}

std::vector<std::uint32_t> filter_events(const trace_view& trace, const event_filter& filter) {
  std::vector<std::uint32_t> result;
  const auto words = words_in(filter.text);
  const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << words.size()) - 1);
  word_bits bits(trace, words);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if ((filter.bookkeeping || !is_bookkeeping(e.kind)) &&
        (!filter.task || *filter.task == e.task) && (all == 0 || bits.of(e) == all)) {
      result.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return result;
}

namespace {

/// What kind of look back leads to an event's cause.
bool is_cause(const event& earlier, const event& e) noexcept {
  switch (e.kind) {
  case event_kind::span_end:
    return earlier.kind == event_kind::span_begin && earlier.a == e.a;
  case event_kind::timer_fired:
  case event_kind::timer_cancelled:
    return earlier.kind == event_kind::timer_armed && earlier.b == e.b;
  case event_kind::item_moved:
    return (earlier.kind == event_kind::item_moved || earlier.kind == event_kind::outcome) &&
           earlier.a == e.a;
  case event_kind::outcome:
    if (e.a != 0) {
      return (earlier.kind == event_kind::item_moved || earlier.kind == event_kind::span_begin) &&
             earlier.a == e.a;
    }
    break;
  case event_kind::task_resumed:
    return earlier.kind == event_kind::task_suspended && earlier.task == e.task;
  case event_kind::task_started:
    return e.b != 0 && static_cast<std::int64_t>(earlier.task) == e.b &&
           (earlier.kind == event_kind::task_resumed || earlier.kind == event_kind::task_started);
  default:
    break;
  }
  return e.task != 0 && earlier.task == e.task &&
         (earlier.kind == event_kind::task_resumed || earlier.kind == event_kind::task_started);
}

} // namespace

std::optional<std::size_t> cause_of(const trace_view& trace, std::size_t index, std::size_t reach) {
  if (index >= trace.size()) {
    return {};
  }
  const event& e = trace[index];
  const std::size_t stop = index > reach ? index - reach : 0;
  for (std::size_t i = index; i-- > stop;) {
    if (is_cause(trace[i], e)) {
      return i;
    }
  }
  return {};
}

} // namespace weir::viz

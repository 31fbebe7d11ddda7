#include "weir/trace/recorder.hpp"

#include "hash.hpp"
#include "source_registry.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <unordered_map>

namespace weir::trace {

namespace detail {
constinit thread_local recorder* current = nullptr;
}

namespace {

constexpr std::size_t chunk_events = 1024;
constexpr std::size_t fewest_chunks = 4;

using chunk = std::unique_ptr<event[]>;

std::uint64_t next_generation() noexcept {
  static std::atomic<std::uint64_t> generation{0};
  return ++generation;
}

struct open_span {
  source_id source;
  std::uint32_t task;
  std::int64_t since;
};

} // namespace

struct recorder::body {
  explicit body(std::size_t max_events)
      : max_chunks(std::max((max_events + chunk_events - 1) / chunk_events, fewest_chunks)) {}

  std::size_t max_chunks;
  std::vector<chunk> chunks; ///< those in use, oldest first; the last one is being filled
  std::vector<chunk> spare;
  std::size_t begun = 0; ///< chunks begun, those no longer kept included
  hasher sealed;         ///< over all full chunks
  trace::header header;
  string_table strings;
  source_registry sources;
  std::unordered_map<source_id, std::int64_t> totals; ///< of counters
  std::vector<task_info> tasks;                       ///< sorted by id
  std::uint64_t spans = 0;
  std::unordered_map<std::uint64_t, open_span> open;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> nesting; ///< open spans by task

  [[nodiscard]] std::size_t dropped() const noexcept {
    return (begun - chunks.size()) * chunk_events;
  }

  [[nodiscard]] recording tables() const {
    recording result;
    result.header = header;
    result.strings.reserve(strings.size());
    for (std::size_t id = 1; id < strings.size(); ++id) {
      result.strings.emplace_back(strings[static_cast<string_id>(id)]);
    }
    result.sources = sources.all();
    result.tasks = tasks;
    return result;
  }
};

recorder::recorder(recorder_options options)
    : generation_(next_generation()), body_(std::make_unique<body>(options.max_events)) {}

recorder::~recorder() {
  if (detail::current == this) {
    detail::current = nullptr;
  }
}

void recorder::grow() {
  auto& b = *body_;
  if (!b.chunks.empty()) {
    for (const event* e = end_ - chunk_events; e != end_; ++e) {
      b.sealed.add(*e);
    }
  }
  if (b.chunks.size() == b.max_chunks) {
    // The first half stays: it holds how the run began. What goes is the oldest of the rest.
    const auto oldest = b.chunks.begin() + static_cast<std::ptrdiff_t>(b.max_chunks / 2);
    std::rotate(oldest, oldest + 1, b.chunks.end());
  } else if (!b.spare.empty()) {
    b.chunks.push_back(std::move(b.spare.back()));
    b.spare.pop_back();
  } else {
    b.chunks.push_back(std::make_unique_for_overwrite<event[]>(chunk_events));
  }
  ++b.begun;
  next_ = b.chunks.back().get();
  end_ = next_ + chunk_events;
}

string_id recorder::intern(std::string_view text) {
  return body_->strings.intern(text);
}

source_id recorder::declare(const source_info& wanted) {
  return body_->sources.declare(wanted);
}

source_id recorder::site(const char* operation, const std::source_location& where) {
  return body_->sources.site(operation, where);
}

source_id recorder::site(const char* operation) {
  return site(operation, std::source_location{});
}

const source_info& recorder::source(source_id id) const noexcept {
  const auto& known = body_->sources.all();
  return known[id < known.size() ? id : 0];
}

std::string_view recorder::text(string_id id) const noexcept {
  return body_->strings[id];
}

void recorder::task_started(std::int64_t t_ns, std::uint32_t task, std::string_view name,
                            std::uint32_t parent, source_id site) {
  const auto name_id = intern(name);
  auto& tasks = body_->tasks;
  const auto known = std::ranges::lower_bound(tasks, task, {}, &task_info::id);
  if (known != tasks.end() && known->id == task) {
    known->name = name_id;
    append({t_ns, task, site, event_kind::task_named, 0, name_id, 0});
    return;
  }
  tasks.insert(known, {task, name_id, parent});
  append({t_ns, task, site, event_kind::task_started, 0, name_id, parent});
}

void recorder::count(std::int64_t t_ns, std::uint32_t task, source_id counter,
                     std::int64_t increment) {
  auto& total = body_->totals[counter];
  total += increment;
  append({t_ns, task, counter, event_kind::counter, 0, total, increment});
}

std::uint64_t recorder::begin_span(std::int64_t t_ns, std::uint32_t task, source_id span,
                                   span_role role, std::uint64_t parent) {
  auto& b = *body_;
  const auto id = ++b.spans;
  if (task != 0) {
    auto& around = b.nesting[task];
    if (parent == 0 && !around.empty()) {
      parent = around.back();
    }
    around.push_back(id);
  }
  b.open.emplace(id, open_span{span, task, t_ns});
  if (parent == no_parent) {
    parent = 0;
  }
  append({t_ns, task, span, event_kind::span_begin, static_cast<std::uint8_t>(role),
          static_cast<std::int64_t>(id), static_cast<std::int64_t>(parent)});
  return id;
}

void recorder::end_span(std::int64_t t_ns, std::uint32_t task, std::uint64_t id, outcome how) {
  auto& b = *body_;
  const auto found = b.open.find(id);
  if (found == b.open.end()) {
    return;
  }
  const auto span = found->second;
  b.open.erase(found);
  if (const auto around = b.nesting.find(span.task); around != b.nesting.end()) {
    std::erase(around->second, id);
    if (around->second.empty()) {
      b.nesting.erase(around);
    }
  }
  append({t_ns, task, span.source, event_kind::span_end, static_cast<std::uint8_t>(how),
          static_cast<std::int64_t>(id), t_ns - span.since});
}

void recorder::note(std::int64_t t_ns, std::uint32_t task, std::string_view text) {
  append({t_ns, task, 0, event_kind::note, 0, intern(text), 0});
}

void recorder::promise_broken(std::int64_t t_ns, std::uint32_t task, std::string_view text,
                              source_id site) {
  append({t_ns, task, site, event_kind::promise_broken, 0, intern(text), 0});
}

std::size_t recorder::size() const noexcept {
  return body_->begun * chunk_events - static_cast<std::size_t>(end_ - next_);
}

std::size_t recorder::dropped() const noexcept {
  return body_->dropped();
}

std::uint64_t recorder::hash() const noexcept {
  const auto& b = *body_;
  auto h = b.sealed;
  if (!b.chunks.empty()) {
    for (const event* e = end_ - chunk_events; e != next_; ++e) {
      h.add(*e);
    }
  }
  for (std::size_t id = 1; id < b.strings.size(); ++id) {
    h.add(b.strings[static_cast<string_id>(id)]);
  }
  // Not the file names: the same code checked out elsewhere behaves the same.
  for (const auto& source : b.sources.all()) {
    h.add({static_cast<std::uint64_t>(source.kind), source.line, 0, 0});
    h.add(source.name);
  }
  return h.value();
}

header& recorder::header() noexcept {
  return body_->header;
}

const header& recorder::header() const noexcept {
  return body_->header;
}

recording recorder::latest(std::size_t count) const {
  const auto& b = *body_;
  auto result = b.tables();
  const auto half = b.max_chunks / 2;
  const auto kept = size() - b.dropped();
  const auto skipped = kept - std::min(kept, count);
  result.events.reserve(kept - skipped + 1);
  std::size_t position = 0;
  for (std::size_t i = 0; i < b.chunks.size(); ++i) {
    const event* first = b.chunks[i].get();
    const event* last = i + 1 == b.chunks.size() ? next_ : first + chunk_events;
    if (i == half && b.dropped() != 0 && position >= skipped) {
      result.events.push_back(
          {first->t_ns, 0, 0, event_kind::gap, 0, static_cast<std::int64_t>(b.dropped()), 0});
    }
    const auto in_chunk = static_cast<std::size_t>(last - first);
    const auto from = std::min(in_chunk, skipped > position ? skipped - position : 0);
    result.events.insert(result.events.end(), first + from, last);
    position += in_chunk;
  }
  return result;
}

recording recorder::snapshot() const {
  return latest(std::numeric_limits<std::size_t>::max());
}

void recorder::clear() {
  auto& b = *body_;
  std::ranges::move(b.chunks, std::back_inserter(b.spare));
  b.chunks.clear();
  b.begun = 0;
  b.sealed = {};
  b.header = {};
  b.strings.clear();
  b.sources.clear();
  b.totals.clear();
  b.tasks.clear();
  b.spans = 0;
  b.open.clear();
  b.nesting.clear();
  next_ = end_ = nullptr;
  generation_ = next_generation();
}

} // namespace weir::trace

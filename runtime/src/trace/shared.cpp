#include "weir/trace/shared.hpp"

#include "weir/trace/file.hpp"

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::trace {

namespace {

/// What the memory begins with; events follow, then the tables, then the summary.
struct head {
  std::uint64_t events = 0;  ///< how many
  std::uint64_t tables = 0;  ///< bytes
  std::uint64_t summary = 0; ///< bytes
  std::uint64_t unused = 0;
};

static_assert(sizeof(head) == sizeof(event), "events stay aligned behind it");

[[noreturn]] void damaged() {
  throw file_error(file_error::reason::damaged,
                   "the scene runner's answer does not fit together; did the code under test write "
                   "to memory that is not its own?");
}

template <class T>
concept plain = std::is_arithmetic_v<T> || std::is_same_v<T, std::chrono::nanoseconds> ||
                std::is_same_v<T, source_role>; // any number of it is a value

/// Writes the fields that `visit` names.
class field_writer {
public:
  void operator()(const plain auto& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  void operator()(const std::string& text) {
    (*this)(std::uint64_t{text.size()});
    out_ += text;
  }

  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(std::uint64_t{list.size()});
    for (const auto& each : list) {
      item(each);
    }
  }

  template <class T, std::size_t N>
  void operator()(const std::array<T, N>& list) {
    for (const auto& each : list) {
      (*this)(each);
    }
  }

  [[nodiscard]] const std::string& bytes() const { return out_; }

private:
  template <class T>
  void item(const T& each) {
    if constexpr (plain<T> || std::is_same_v<T, std::string>) {
      (*this)(each);
    } else {
      visit(*this, each);
    }
  }

  std::string out_;
};

/// Reads them back; throws where the bytes end early.
class field_reader {
public:
  explicit field_reader(std::string_view bytes) : rest_(bytes) {}

  void operator()(plain auto& value) {
    std::memcpy(static_cast<void*>(&value), take(sizeof value).data(), sizeof value);
  }

  void operator()(std::string& text) { text = take(count(1)); }

  template <class T>
  void operator()(std::vector<T>& list) {
    list.resize(count(sizeof(std::uint64_t)));
    for (auto& each : list) {
      item(each);
    }
  }

  template <class T, std::size_t N>
  void operator()(std::array<T, N>& list) {
    for (auto& each : list) {
      (*this)(each);
    }
  }

private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      damaged();
    }
    const auto found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }

  /// Of elements that are at least `smallest` bytes each.
  std::size_t count(std::size_t smallest) {
    std::uint64_t stated = 0;
    (*this)(stated);
    if (stated > rest_.size() / smallest) {
      damaged();
    }
    return static_cast<std::size_t>(stated);
  }

  template <class T>
  void item(T& each) {
    if constexpr (plain<T> || std::is_same_v<T, std::string>) {
      (*this)(each);
    } else {
      visit(*this, each);
    }
  }

  std::string_view rest_;
};

template <class T, class Kind>
concept is = std::is_same_v<std::remove_const_t<T>, Kind>;

void visit(auto& each_field, is<gauge_summary> auto& s) {
  each_field(s.name), each_field(s.unit), each_field(s.capacity), each_field(s.min);
  each_field(s.mean), each_field(s.max), each_field(s.last), each_field(s.column_max);
  each_field(s.role);
}

void visit(auto& each_field, is<counter_summary> auto& s) {
  each_field(s.name), each_field(s.unit), each_field(s.total), each_field(s.role);
}

void visit(auto& each_field, is<span_summary> auto& s) {
  each_field(s.name);
  std::uint64_t ended = s.ended;
  std::uint64_t open = s.open;
  each_field(ended), each_field(open);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(s)>>) {
    s.ended = static_cast<std::size_t>(ended);
    s.open = static_cast<std::size_t>(open);
  }
  each_field(s.p50), each_field(s.p90), each_field(s.p99), each_field(s.max);
}

void visit(auto& each_field, is<outcome_summary> auto& s) {
  each_field(s.name), each_field(s.by_outcome), each_field(s.role);
}

void visit(auto& each_field, is<state_summary::one> auto& s) {
  each_field(s.name), each_field(s.entered), each_field(s.lasted);
}

void visit(auto& each_field, is<state_summary> auto& s) {
  each_field(s.name), each_field(s.states), each_field(s.role);
}

void visit(auto& each_field, is<summary> auto& s) {
  each_field(s.length), each_field(s.events), each_field(s.gauges), each_field(s.counters);
  each_field(s.spans), each_field(s.outcomes), each_field(s.states);
  each_field(s.promises_broken), each_field(s.loop_blocked_longest), each_field(s.ended);
}

/// Header and tables, as a file without events would hold them.
std::string tables_of(const recording& trace) {
  recording tables;
  tables.header = trace.header;
  tables.strings = trace.strings;
  tables.sources = trace.sources;
  tables.tasks = trace.tasks;
  return encode(tables);
}

} // namespace

std::size_t write_shared(std::span<std::byte> to, const recording& trace, const summary& seen) {
  const auto tables = tables_of(trace);
  field_writer fields;
  visit(fields, seen);
  const head sizes{trace.events.size(), tables.size(), fields.bytes().size(), 0};
  const std::size_t event_bytes = trace.events.size() * sizeof(event);
  const std::size_t needed = sizeof sizes + event_bytes + tables.size() + fields.bytes().size();
  if (needed > to.size()) {
    throw std::length_error("the run needs " + std::to_string(needed) +
                            " bytes of shared memory, and there are " + std::to_string(to.size()));
  }
  auto* at = to.data();
  const auto put = [&at](const void* from, std::size_t size) {
    if (size != 0) { // memcpy takes no null pointer, not even for 0 bytes
      std::memcpy(at, from, size);
    }
    at += size;
  };
  put(&sizes, sizeof sizes);
  put(trace.events.data(), event_bytes);
  put(tables.data(), tables.size());
  put(fields.bytes().data(), fields.bytes().size());
  return needed;
}

shared_run read_shared(std::span<const std::byte> from) {
  head sizes;
  if (from.size() < sizeof sizes) {
    damaged();
  }
  std::memcpy(&sizes, from.data(), sizeof sizes);
  auto rest = from.subspan(sizeof sizes);
  const auto take = [&rest](std::uint64_t size) {
    if (size > rest.size()) {
      damaged();
    }
    const auto found = rest.first(static_cast<std::size_t>(size));
    rest = rest.subspan(found.size());
    return found;
  };
  if (sizes.events > rest.size() / sizeof(event)) {
    damaged();
  }
  const auto events = take(sizes.events * sizeof(event));
  const auto table_bytes = take(sizes.tables);
  const auto summary_bytes = take(sizes.summary);
  const std::string tables(reinterpret_cast<const char*>(table_bytes.data()), table_bytes.size());
  const std::string fields(reinterpret_cast<const char*>(summary_bytes.data()),
                           summary_bytes.size());

  shared_run run;
  run.trace = decode(std::as_bytes(std::span(tables)), "the scene runner's answer");
  const auto* first = reinterpret_cast<const event*>(events.data());
  run.trace.events.assign(first, first + sizes.events);
  field_reader reader(fields);
  visit(reader, run.seen);
  return run;
}

} // namespace weir::trace

#pragma once

#include "weir/trace/event.hpp"
#include "weir/trace/recording.hpp"
#include "weir/trace/source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string_view>
#include <vector>

namespace weir::trace {

struct recorder_options {
  /// Events kept (rounded up to whole chunks of 1,024, at least four). A longer run keeps the first
  /// half and the latest events; a `gap` event in the recording marks what was left out. The hash
  /// covers all of them. Default 128 MiB.
  std::size_t max_events = std::size_t{1} << 22;
};

/// Collects the events of one run. Used by one thread at a time.
///
/// `append` is inline: a comparison, a 32-byte store, and an allocation once in 1,024 events.
/// `clear` keeps the memory, so that thousands of runs can share one recorder.
class recorder {
public:
  explicit recorder(recorder_options options = {});
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;
  ~recorder();

  void append(const event& happened) {
    if (next_ == end_) [[unlikely]] {
      grow();
    }
    *next_++ = happened;
  }

  /// Index of `text` in the string table.
  string_id intern(std::string_view text);

  /// The id of the source with this kind and name, added on first sight. A later declaration fills
  /// in what the first left empty, role and subject too. Past 65,534 sources, all further ones
  /// share the last id.
  source_id declare(const source_info& wanted);

  /// The site of `operation` (a string literal, remembered by its address) at `where`: cheap enough
  /// for every suspension.
  source_id site(const char* operation, const std::source_location& where);
  /// A site whose place in the code is not known.
  source_id site(const char* operation);

  /// The source behind an id of this recorder.
  [[nodiscard]] const source_info& source(source_id id) const noexcept;
  [[nodiscard]] std::string_view text(string_id id) const noexcept;

  /// Remembers the task for reports and appends `task_started`; for a task known already, its new
  /// name and `task_named`.
  void task_started(std::int64_t t_ns, std::uint32_t task, std::string_view name,
                    std::uint32_t parent = 0, source_id site = 0);

  /// Adds to the counter's total and appends the event.
  void count(std::int64_t t_ns, std::uint32_t task, source_id counter, std::int64_t increment);

  /// A fresh span id; appends `span_begin`. With parent 0 the innermost open span of the same task
  /// becomes it; with `no_parent` there is none.
  std::uint64_t begin_span(std::int64_t t_ns, std::uint32_t task, source_id span, span_role role,
                           std::uint64_t parent = 0);
  /// Appends `span_end`; does nothing for an id that is not open.
  void end_span(std::int64_t t_ns, std::uint32_t task, std::uint64_t id, outcome how);

  /// Appends a `note` or `promise_broken` event with its text.
  void note(std::int64_t t_ns, std::uint32_t task, std::string_view text);
  void promise_broken(std::int64_t t_ns, std::uint32_t task, std::string_view text,
                      source_id site = 0);

  /// Events appended since the last `clear`, including those no longer kept.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::size_t dropped() const noexcept;

  /// A 64-bit hash over every event appended and every text and source named: equal for equal runs,
  /// on every machine. Not cryptographic. O(texts + sources) plus at most one chunk of events.
  [[nodiscard]] std::uint64_t hash() const noexcept;

  /// Changes with every recorder and every `clear`: what a probe remembers is good only for one
  /// generation. Never 0.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  [[nodiscard]] trace::header& header() noexcept;
  [[nodiscard]] const trace::header& header() const noexcept;

  /// All tables, but only the latest `count` of the events that are still kept, oldest first; with
  /// the `gap` event where one lies among them.
  [[nodiscard]] recording latest(std::size_t count) const;

  /// Everything so far as a self-contained recording. The recorder goes on unchanged.
  [[nodiscard]] recording snapshot() const;

  /// Forgets everything but keeps the memory.
  void clear();

private:
  struct body;
  void grow();

  event* next_ = nullptr;
  event* end_ = nullptr;
  std::uint64_t generation_ = 0;
  std::unique_ptr<body> body_;
};

namespace detail {
// constinit spares each access the call of a TLS initialisation function.
extern constinit thread_local recorder* current;
} // namespace detail

/// Where this thread's probes report to; nullptr = nowhere.
[[nodiscard]] inline recorder* current_recorder() noexcept {
  return detail::current;
}

/// Redirects this thread's probes and returns where they went before. The recorder must outlive its
/// time as current one.
inline recorder* set_current_recorder(recorder* next) noexcept {
  auto* before = detail::current;
  detail::current = next;
  return before;
}

/// Redirects this thread's probes for a scope.
class scoped_recorder {
public:
  explicit scoped_recorder(recorder* next) noexcept : before_(set_current_recorder(next)) {}

  scoped_recorder(const scoped_recorder&) = delete;
  scoped_recorder& operator=(const scoped_recorder&) = delete;

  ~scoped_recorder() { set_current_recorder(before_); }

private:
  recorder* before_;
};

} // namespace weir::trace

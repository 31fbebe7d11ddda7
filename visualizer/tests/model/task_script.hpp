/// \file
/// Traces of tasks that start each other: written turn by turn, or drawn at random.
#pragma once

#include "model/trace_builder.hpp"

#include <source_location>
#include <string>
#include <string_view>

namespace weir::viz::test {

/// What a run of tasks records: `at(5 * ms).start(2, "fetch", 1).wait(2, "timer")`.
class task_script {
public:
  task_script& at(std::int64_t t_ns) {
    t_ = t_ns;
    to_.at(t_ns);
    return *this;
  }

  task_script& start(std::uint32_t task, std::string_view name, std::uint32_t parent = 0) {
    to_.recorder().task_started(t_, task, name, parent, 0);
    return *this;
  }

  task_script& wait(std::uint32_t task, const char* operation = "timer",
                    std::source_location where = std::source_location::current()) {
    to_.in(task).add(to_.recorder().site(operation, where), trace::event_kind::task_suspended);
    return *this;
  }

  task_script& go_on(std::uint32_t task) {
    to_.in(task).add(0, trace::event_kind::task_resumed);
    return *this;
  }

  task_script& end(std::uint32_t task, trace::task_end how = trace::task_end::completed) {
    to_.in(task).add(0, trace::event_kind::task_ended, 0, 0, static_cast<std::uint8_t>(how));
    return *this;
  }

  /// A span that owns the tasks that this one starts from here on; its id.
  std::uint64_t scope(std::uint32_t task, std::string_view name, std::uint64_t parent = 0) {
    const auto source = to_.source({.kind = trace::source_kind::span,
                                    .name = std::string(name),
                                    .role = trace::source_role::task_scope});
    return to_.recorder().begin_span(t_, task, source, trace::span_role::work, parent);
  }

  std::uint64_t span(std::uint32_t task, std::string_view name) {
    return to_.in(task).begin_span(name, trace::span_role::work);
  }

  task_script& close(std::uint64_t span, trace::outcome how = trace::outcome::ok) {
    to_.end_span(span, how);
    return *this;
  }

  task_script& over(std::string_view how = "completed") {
    to_.in(0).run_end(how);
    return *this;
  }

  trace_builder& builder() { return to_; }

  [[nodiscard]] trace::recording done() const { return to_.done(); }

private:
  trace_builder to_;
  std::int64_t t_ = 0;
};

/// A request asks three services in a scope, 0 to 100 ms. At 60 ms the second one fails: its
/// neighbours and the page that one of them reads end in that instant, the scope 10 ms later. A
/// record of the request (task 7), started in the scope, goes on to 90 ms; a meter (task 8),
/// started by the server before, never ends.
[[nodiscard]] trace::recording failed_request();

/// Tasks that start others, open scopes, wait, fail, leave others behind; `tasks` of them.
[[nodiscard]] trace::recording random_tree(std::uint64_t seed, std::uint32_t tasks);

} // namespace weir::viz::test

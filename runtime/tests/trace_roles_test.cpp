#include "testing/catch.hpp"

#include <weir/trace.hpp>
#include <weir/trace/shared.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace weir::trace;
using weir::test::has_text;

namespace {

recording decoded(const std::string& bytes) {
  return decode(std::as_bytes(std::span(bytes)));
}

/// A run with a role of every kind of source that can have one, and one of a weir to come.
recording with_roles(source_role unknown) {
  recorder to;
  const auto depth = to.declare({.kind = source_kind::gauge,
                                 .name = "orders on the rail",
                                 .capacity = 8,
                                 .role = source_role::queue,
                                 .subject = "rail"});
  const auto asked =
      to.declare({.kind = source_kind::counter, .name = "orders", .role = source_role::load});
  const auto fuse = to.declare({.kind = source_kind::state,
                                .name = "fuse",
                                .labels = {"closed", "open", "half-open"},
                                .role = source_role::breaker_state,
                                .subject = "fuse"});
  const auto window = to.declare({.kind = source_kind::outcomes,
                                  .name = "what the fuse saw",
                                  .role = source_role::breaker_window,
                                  .subject = "fuse"});
  const auto odd = to.declare({.kind = source_kind::gauge, .name = "odd", .role = unknown});
  to.append({1, 0, depth, event_kind::gauge, 0, to_bits(3), 0});
  to.count(2, 0, asked, 1);
  to.append({3, 0, fuse, event_kind::state, 0, 1, 0});
  to.append({4, 0, window, event_kind::outcome, 1, 0, 0});
  to.append({5, 0, odd, event_kind::gauge, 0, to_bits(7), 0});
  return to.snapshot();
}

const source_info& called(const recording& in, source_kind kind, std::string_view name) {
  const auto found = std::ranges::find_if(
      in.sources, [&](const source_info& one) { return one.kind == kind && one.name == name; });
  REQUIRE(found != in.sources.end());
  return *found;
}

/// The role that a source of the format 1 file got, and its subject: "queue of dependency".
std::string guessed(const recording& in, source_kind kind, std::string_view name) {
  const auto& source = called(in, kind, name);
  return std::string(to_string(source.role)) +
         (source.subject.empty() ? "" : " of " + source.subject);
}

constexpr auto of_a_later_weir = static_cast<source_role>(201);

} // namespace

TEST_CASE("roles and subjects come out of a file as they went in, unknown ones too", "[trace]") {
  const auto written = with_roles(of_a_later_weir);
  const auto read = decoded(encode(written));
  CHECK(read.sources == written.sources);
  CHECK(called(read, source_kind::gauge, "odd").role == of_a_later_weir);
  CHECK(to_string(of_a_later_weir) == "unknown");
  CHECK_FALSE(is_part_of_breaker(of_a_later_weir));
}

TEST_CASE("a summary says the role of what it counts, also through shared memory", "[trace]") {
  const auto trace = with_roles(of_a_later_weir);
  const auto seen = summarize(trace);
  CHECK(seen.gauge("orders on the rail").role == source_role::queue);
  CHECK(seen.counter("orders").role == source_role::load);
  CHECK(seen.state("fuse").role == source_role::breaker_state);
  CHECK(seen.outcome("what the fuse saw").role == source_role::breaker_window);
  std::vector<std::byte> memory(1 << 16);
  write_shared(memory, trace, seen);
  const auto back = read_shared(memory);
  CHECK(back.trace.sources == trace.sources);
  CHECK(back.seen.gauge("odd").role == of_a_later_weir);
  CHECK(back.seen.counter("orders").role == source_role::load);
  CHECK(back.seen.state("fuse").role == source_role::breaker_state);
  CHECK(back.seen.outcome("what the fuse saw").role == source_role::breaker_window);
}

TEST_CASE("text and chrome events name the roles", "[trace]") {
  const auto trace = with_roles(of_a_later_weir);
  std::ostringstream text;
  write_text(text, trace);
  CHECK_THAT(text.str(), has_text("source    orders on the rail: queue of rail\n"));
  CHECK_THAT(text.str(), has_text("source    what the fuse saw: breaker window of fuse\n"));
  CHECK_THAT(text.str(), has_text("source    odd: unknown\n"));
  std::ostringstream chrome;
  write_chrome(chrome, trace);
  CHECK_THAT(chrome.str(), has_text("\"cat\":\"queue\""));
  CHECK_THAT(chrome.str(), has_text("\"cat\":\"state,breaker state\""));
}

TEST_CASE("a source gets the role of whoever says it first", "[trace]") {
  recorder to;
  const auto id = to.declare({.kind = source_kind::gauge, .name = "depth"});
  to.declare({.kind = source_kind::gauge,
              .name = "depth",
              .role = source_role::queue,
              .subject = "the rail"});
  to.declare({.kind = source_kind::gauge, .name = "depth", .role = source_role::busy});
  CHECK(to.source(id).role == source_role::queue);
  CHECK(to.source(id).subject == "the rail");
}

TEST_CASE("every role has a name of its own", "[trace]") {
  std::vector<std::string_view> names;
  for (int i = 0; i < 256; ++i) {
    if (const auto name = to_string(static_cast<source_role>(i)); name != "unknown") {
      names.push_back(name);
    }
  }
  CHECK(names.size() == static_cast<std::size_t>(source_role::ledger_receipt) + 1);
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("a file of format 1 is read, with the roles that its names suggest", "[trace]") {
  using enum source_kind;
  const auto read = read_file(WEIR_TEST_DATA "/format-1.weirtrace");
  CHECK_FALSE(read.truncated);
  CHECK(read.header.exercise == "breaker");
  CHECK(guessed(read, counter, "requests offered") == "load");
  CHECK(guessed(read, place, "requests") == "none");
  CHECK(guessed(read, place, "waiting room") == "queue");
  CHECK(guessed(read, place, "dependency") == "in flight");
  CHECK(guessed(read, outcomes, "dependency") == "visits");
  CHECK(guessed(read, outcomes, "requests") == "none");
  CHECK(guessed(read, gauge, "dependency in flight") == "in flight");
  CHECK(guessed(read, gauge, "dependency queue") == "queue");
  CHECK(guessed(read, gauge, "link busy") == "busy");
  CHECK(guessed(read, gauge, "buffered") == "waiting");
  CHECK(guessed(read, gauge, "loop lag") == "loop lag");
  CHECK(guessed(read, gauge, "a share") == "none");
  CHECK(guessed(read, state, "door") == "none");
  CHECK(guessed(read, state, "gate") == "breaker state of gate");
  CHECK(guessed(read, gauge, "gate failure rate") == "breaker failure rate of gate");
  CHECK(guessed(read, gauge, "gate calls in window") == "breaker calls of gate");
  CHECK(guessed(read, gauge, "gate window size") == "breaker window size of gate");
  CHECK(guessed(read, gauge, "gate cooldown") == "breaker cooldown of gate");
  CHECK(guessed(read, gauge, "gate probes") == "breaker probes of gate");
  CHECK(guessed(read, outcomes, "gate window") == "breaker window of gate");
}

TEST_CASE("a place and the gauge of its name are one subject in a file of format 1", "[trace]") {
  const auto read = read_file(WEIR_TEST_DATA "/format-1.weirtrace");
  CHECK(guessed(read, source_kind::place, "limit") == "in flight of limit");
  CHECK(guessed(read, source_kind::gauge, "limit") == "in flight of limit");
}

TEST_CASE("a breaker of format 1 has its states numbered as today", "[trace]") {
  const auto read = read_file(WEIR_TEST_DATA "/format-1.weirtrace");
  const auto& gate = called(read, source_kind::state, "gate");
  CHECK(gate.labels == std::vector<std::string>{"closed", "open", "half-open"});
  const auto id = static_cast<source_id>(&gate - read.sources.data());
  std::vector<std::int64_t> entered;
  for (const auto& e : read.events) {
    if (e.kind == event_kind::state && e.source == id) {
      entered.push_back(e.a);
    }
  }
  CHECK(entered == std::vector<std::int64_t>{0, 1, 2, 0}); // closed, open, half-open, closed
}

TEST_CASE("a file of format 1 is written in today's format, with its roles", "[trace]") {
  const auto read = read_file(WEIR_TEST_DATA "/format-1.weirtrace");
  const auto again = decoded(encode(read));
  CHECK(again.sources == read.sources);
  CHECK(again.events == read.events);
}

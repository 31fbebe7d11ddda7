#include "testing/catch.hpp"

#include <weir/trace/chrome.hpp>
#include <weir/trace/summary.hpp>
#include <weir/trace/text.hpp>

#include <boost/json.hpp>

#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace weir::trace;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> texts(const std::vector<timeline_line>& lines) {
  std::vector<std::string> result;
  for (const auto& line : lines) {
    result.push_back(line.text);
  }
  return result;
}

boost::json::array chrome_events(const recording& trace) {
  std::ostringstream out;
  write_chrome(out, trace);
  return boost::json::parse(out.str()).at("traceEvents").as_array();
}

std::size_t count_phase(const boost::json::array& events, std::string_view phase) {
  return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const auto& e) {
    return e.at("ph").as_string() == phase;
  }));
}

} // namespace

TEST_CASE("a timeline tells what happened in words", "[trace]") {
  recorder to;
  const auto depth = to.declare(
      {.kind = source_kind::gauge, .name = "queue depth", .unit = "items", .capacity = 4});
  const auto breaker =
      to.declare({.kind = source_kind::state, .name = "breaker", .labels = {"closed", "open"}});
  const auto call = to.declare({.kind = source_kind::span, .name = "call"});
  const auto lost = to.declare({.kind = source_kind::counter, .name = "lost"});
  const auto ends = to.declare({.kind = source_kind::outcomes, .name = "requests"});
  const auto receive = to.site("channel receive");
  to.task_started(0, 1, "main");
  to.task_started(0, 2, "consumer", 1);
  to.append({1000, 2, receive, event_kind::task_suspended, 0, 0, 0});
  to.append({1000, 2, depth, event_kind::gauge, 0, to_bits(3), 0});
  to.append({1000, 2, breaker, event_kind::state, 0, 1, 0});
  const auto id = to.begin_span(1000, 2, call, span_role::attempt);
  to.end_span(2'501'000, 2, id, outcome::timed_out);
  to.count(2'501'000, 2, lost, 2);
  to.append({2'501'000, 2, ends, event_kind::outcome, 1 + 1, 7, 0});
  to.promise_broken(2'501'000, 2, "the queue held 5 items");
  CHECK(texts(timeline(to.snapshot())) ==
        std::vector<std::string>{
            "starts", "starts, started by main", "waits for channel receive",
            "queue depth = 3 of 4 items", "breaker: closed → open", "call [1] begins, attempt",
            "call [1] ends after 2.5 ms: timed out", "lost = 2 (+2)", "requests: rejected (item 7)",
            "PROMISE BROKEN: the queue held 5 items"});
}

TEST_CASE("a site shows its file without the path", "[trace]") {
  recorder to;
  const auto here = std::source_location::current();
  to.append({0, 1, to.site("timer", here), event_kind::task_suspended, 0, 0, 0});
  CHECK(timeline(to.snapshot()).front().text ==
        "waits for timer (trace_text_test.cpp:" + std::to_string(here.line()) + ")");
}

TEST_CASE("the last events skip the scheduler's book-keeping, however much there is", "[trace]") {
  recorder to;
  to.note(0, 0, "far away");
  for (int n = 0; n < 3000; ++n) {
    to.append({n, 1, 0, event_kind::choice, 0, 0, 2});
  }
  to.note(4000, 0, "near");
  CHECK(texts(last_events(to, 5)) == std::vector<std::string>{"far away", "near"});
  CHECK(texts(last_events(to, 1)) == std::vector<std::string>{"near"});
  CHECK(last_events(to, 5, timeline_detail::everything).size() == 5);
  CHECK(last_events(to, 0).empty());
}

TEST_CASE("times share a unit and show what tells them apart", "[trace]") {
  CHECK(format_timeline({{0, "", "a"}, {1'984'000'000, "", "b"}, {1'984'500'000, "", "c"}}, 1) ==
        "    0.0 ms  a\n"
        " 1984.0 ms  b\n"
        " 1984.5 ms  c\n");
  CHECK(format_timeline({{5, "", "a"}, {999, "", "b"}}, 0) == "  5 ns  a\n999 ns  b\n");
  CHECK(format_timeline({{30'000'000'000, "", "a"}}, 0) == "30 s  a\n");
  CHECK(format_timeline({{30'000'000'001, "", "a"}}, 0) == "30.000000001 s  a\n");
}

TEST_CASE("columns line up by characters, not bytes", "[trace]") {
  CHECK(format_timeline({{1'000, "größe", "a"}, {20'000, "b", "c"}}, 0) == " 1 µs  größe  a\n"
                                                                           "20 µs  b      c\n");
}

TEST_CASE("chrome events are valid JSON with names, pairs and microseconds", "[trace]") {
  recorder to;
  to.header().scenario = "quotes \" and \xFF bytes";
  const auto depth = to.declare({.kind = source_kind::gauge, .name = "depth"});
  const auto breaker =
      to.declare({.kind = source_kind::state, .name = "breaker", .labels = {"closed", "open"}});
  const auto call = to.declare({.kind = source_kind::span, .name = "call"});
  to.task_started(0, 1, "main");
  to.append({1'234'567, 1, depth, event_kind::gauge, 0, to_bits(0.1), 0});
  to.append({1'300'000, 1, breaker, event_kind::state, 0, 0, -1});
  to.append({1'400'000, 1, breaker, event_kind::state, 0, 1, 0});
  const auto ended = to.begin_span(1'400'000, 1, call, span_role::work);
  to.begin_span(1'400'000, 1, call, span_role::work);
  to.end_span(1'500'000, 1, ended, outcome::ok);
  to.append({1'500'000, 1, to.site("timer"), event_kind::task_suspended, 0, 0, 0});
  to.note(1'600'000, 1, "done");
  const auto events = chrome_events(to.snapshot());
  CHECK(count_phase(events, "b") == 2);
  CHECK(count_phase(events, "e") == 2); // the open one is closed at the end
  CHECK(count_phase(events, "C") == 1);
  CHECK(count_phase(events, "i") == 1);
  CHECK(count_phase(events, "X") == 3); // two states and the wait
  for (const auto& e : events) {
    if (e.at("ph").as_string() == "C") {
      CHECK(e.at("ts").to_number<double>() == Approx(1234.567));
      CHECK(e.at("args").at("value").to_number<double>() == 0.1);
    }
  }
}

TEST_CASE("the exporters survive events that make no sense", "[trace]") {
  std::mt19937_64 bits(7);
  recording trace;
  trace.sources.push_back({.kind = source_kind::state, .name = "s", .labels = {"x"}});
  for (int n = 0; n < 20'000; ++n) {
    event e;
    e.t_ns = static_cast<std::int64_t>(bits() >> 8);
    e.task = static_cast<std::uint32_t>(bits());
    e.source = static_cast<source_id>(bits() % 4);
    e.kind = static_cast<event_kind>(bits() % 40);
    e.detail = static_cast<std::uint8_t>(bits());
    e.a = static_cast<std::int64_t>(bits());
    e.b = static_cast<std::int64_t>(bits());
    trace.events.push_back(e);
  }
  CHECK(timeline(trace).size() == trace.events.size());
  CHECK(chrome_events(trace).size() > 1000);
  CHECK(summarize(trace).events == trace.events.size());
}

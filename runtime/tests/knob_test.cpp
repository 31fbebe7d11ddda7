#include "testing/catch.hpp"

#include <weir/knob.hpp>

#include <boost/json.hpp>

#include <random>

using namespace std::chrono_literals;
using weir::knob_error;
using weir::test::has_text;

namespace {

enum class overflow { reject, drop_newest, keep_latest };

const weir::knob<std::chrono::nanoseconds> latency{
    "latency", {.value = 20ms, .min = 0ms, .max = 2s, .documentation = "How long a call takes."}};
const weir::knob<double> arrival_rate{
    "arrival-rate",
    {.value = 100, .min = 1, .max = 1000, .unit = "/s", .documentation = "Items offered."}};
const weir::knob<int> capacity{"capacity",
                               {.value = 16,
                                .min = 1,
                                .max = 64,
                                .step = 1,
                                .unit = "items",
                                .documentation = "Slots of the queue."}};
const weir::knob<double> fault_rate{
    "fault-rate", {.value = 0.0, .min = 0, .max = 1, .documentation = "Share of calls that fail."}};
const weir::knob<std::size_t> buffer{
    "buffer",
    {.value = 1024, .min = 1, .max = 1 << 20, .unit = "B", .documentation = "Write buffer."}};
const weir::knob<std::size_t> line_rate{"line-rate",
                                        {.value = 65536,
                                         .min = 1024,
                                         .max = 10 << 20,
                                         .unit = "B/s",
                                         .documentation = "What the link takes."}};
const weir::knob<overflow> strategy{"strategy",
                                    {"reject", "drop-newest", "keep-latest"},
                                    overflow::reject,
                                    "What a full queue does."};

weir::knob_set all() {
  return weir::knob_set({latency, arrival_rate, capacity, fault_rate, buffer, line_rate, strategy});
}

template <class T>
T after(const weir::knob<T>& knob, std::string_view assignment) {
  auto knobs = all();
  knobs.set(assignment);
  return knobs.get(knob);
}

} // namespace

TEST_CASE("knobs begin at their defaults, in their own types", "[knob]") {
  const auto knobs = all();
  CHECK(knobs.get(latency) == 20ms);
  CHECK(knobs.get(arrival_rate) == 100);
  CHECK(knobs.get(capacity) == 16);
  CHECK(knobs.get(strategy) == overflow::reject);
  CHECK(knobs.command_line().empty());
}

TEST_CASE("values are read with their units", "[knob]") {
  CHECK(after(latency, "latency=20ms") == 20ms);
  CHECK(after(latency, "latency=1.5s") == 1500ms);
  CHECK(after(latency, "latency=0.1ms") == 100us);
  CHECK(after(latency, "latency=250us") == 250us);
  CHECK(after(latency, "latency=250 µs") == 250us);
  CHECK(after(latency, "latency=0") == 0ms);
  CHECK(after(arrival_rate, "arrival-rate=200/s") == 200);
  CHECK(after(arrival_rate, "arrival-rate=200") == 200);
  CHECK(after(arrival_rate, "arrival-rate=120/min") == Approx(2));
  CHECK(after(arrival_rate, "arrival-rate=0.5/ms") == Approx(500));
  CHECK(after(capacity, "capacity=8") == 8);
  CHECK(after(capacity, "capacity=8 items") == 8);
  CHECK(after(fault_rate, "fault-rate=5%") == Approx(0.05));
  CHECK(after(buffer, "buffer=64KiB") == 65536);
  CHECK(after(line_rate, "line-rate=64KiB/s") == 65536);
  CHECK(after(line_rate, "line-rate=2kB/s") == 2000);
  CHECK(after(line_rate, "line-rate=2000") == 2000);
  CHECK_THROWS_AS(after(line_rate, "line-rate=64KiB"), knob_error);
  CHECK(after(strategy, "strategy=keep-latest") == overflow::keep_latest);
}

TEST_CASE("what can't be a value is refused with the reason", "[knob]") {
  CHECK_THROWS_WITH(after(latency, "latency=20"),
                    "knob latency: '20' is not a duration: a number with ns, us, ms, s, min or h; "
                    "write it like latency=20ms");
  CHECK_THROWS_WITH(after(latency, "latency=3s"),
                    "knob latency: 3s is out of range; it goes from 0ns to 2s");
  CHECK_THROWS_WITH(after(capacity, "capacity=2.5"), has_text("not a whole number"));
  CHECK_THROWS_WITH(after(capacity, "capacity=65"), has_text("it goes from 1 to 64"));
  CHECK_THROWS_WITH(after(capacity, "capacity=8ms"), has_text("a number in 'items'"));
  CHECK_THROWS_WITH(after(strategy, "strategy=drop"), has_text("reject, drop-newest, keep-latest"));
  for (const auto* nonsense : {"capacity=", "capacity=many", "capacity=nan", "capacity=inf",
                               "capacity=1e999", "capacity", "=5", "capacity=5=5"}) {
    CAPTURE(nonsense);
    CHECK_THROWS_AS(after(capacity, nonsense), knob_error);
  }
}

TEST_CASE("an unknown knob gets the nearest one suggested", "[knob]") {
  CHECK_THROWS_WITH(after(capacity, "capacty=5"), has_text("did you mean capacity?"));
  CHECK_THROWS_WITH(after(capacity, "arival-rate=5"), has_text("did you mean arrival-rate?"));
  CHECK_THROWS_WITH(after(capacity, "colour=5"), has_text("latency, arrival-rate, capacity"));
  weir::knob_set none;
  CHECK_THROWS_WITH(none.set("a=1"), has_text("this scene has none"));
}

TEST_CASE("sizes are written in the largest binary unit that says them exactly", "[knob]") {
  const auto written = [](const auto& knob, double value) {
    return weir::format_knob(weir::knob_set({knob}).declared()[0], value);
  };
  CHECK(written(buffer, 65536) == "64KiB");
  CHECK(written(buffer, 1 << 20) == "1MiB");
  CHECK(written(buffer, 1536) == "1536B");
  CHECK(written(buffer, 1000) == "1000B");
  CHECK(written(buffer, 0) == "0B");
  CHECK(written(line_rate, 65536) == "64KiB/s");
  CHECK(written(line_rate, 1000) == "1000B/s");
}

TEST_CASE("every value survives being written and read", "[knob]") {
  std::mt19937_64 bits(3);
  const auto knobs = all();
  for (const auto& info : knobs.declared()) {
    for (int n = 0; n < 500; ++n) {
      const double share = static_cast<double>(bits() >> 11) / 9007199254740992.0;
      double value = info.min + share * (info.max - info.min);
      if (info.kind != weir::knob_kind::real) {
        value = std::nearbyint(value);
      }
      const auto text = weir::format_knob(info, value);
      CAPTURE(info.name, text);
      REQUIRE(weir::parse_knob(info, text) == value);
    }
  }
}

TEST_CASE("settings become a command line of what differs", "[knob]") {
  auto knobs = all();
  knobs.set("latency=1.5s");
  knobs.set("capacity", 8.0);
  CHECK(knobs.command_line() == "--set latency=1.5s --set capacity=8");
  CHECK(knobs.settings()[0] == std::pair<std::string, std::string>("latency", "1.5s"));
  knobs.reset();
  CHECK(knobs.command_line().empty());
  CHECK_THROWS_AS(knobs.set("capacity", 8.5), knob_error);
  CHECK_THROWS_AS(knobs.set("capacity", 100.0), knob_error);
}

TEST_CASE("the list of knobs is JSON", "[knob]") {
  const auto json = boost::json::parse(all().to_json()).as_array();
  REQUIRE(json.size() == 7);
  CHECK(json[0].at("name").as_string() == "latency");
  CHECK(json[0].at("kind").as_string() == "duration");
  CHECK(json[0].at("text").as_string() == "20ms");
  CHECK(json[0].at("max").to_number<double>() == 2e9);
  CHECK(json[0].at("step").to_number<double>() == 2e7);
  CHECK(json[6].at("choices").as_array().size() == 3);
}

TEST_CASE("declarations that make no sense are refused", "[knob]") {
  const auto declare = [](weir::knob_options<int> options, std::string name = "k") {
    return weir::knob_set({weir::knob<int>{std::move(name), std::move(options)}});
  };
  CHECK_NOTHROW(declare({.value = 1, .min = 0, .max = 2, .documentation = "d"}));
  CHECK_THROWS_AS(declare({.value = 1, .min = 0, .max = 2}), std::logic_error);
  CHECK_THROWS_AS(declare({.value = 3, .min = 0, .max = 2, .documentation = "d"}),
                  std::logic_error);
  CHECK_THROWS_AS(declare({.value = 1, .min = 1, .max = 1, .documentation = "d"}),
                  std::logic_error);
  CHECK_THROWS_AS(declare({.value = 1, .min = 0, .max = 2, .documentation = "d"}, "a b"),
                  std::logic_error);
  CHECK_THROWS_AS(weir::knob_set({capacity, capacity}), std::logic_error);
  CHECK_THROWS_AS(weir::knob_set({latency}).get(capacity), std::logic_error);
}

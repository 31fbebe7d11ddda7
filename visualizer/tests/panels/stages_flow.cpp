#include "stages.hpp"

#include <array>

namespace weir::viz::test {

namespace {

constexpr std::array kinds{trace::outcome::ok,        trace::outcome::rejected,
                           trace::outcome::timed_out, trace::outcome::failed,
                           trace::outcome::dropped,   trace::outcome::short_circuited};

/// `count` items in a place of that capacity; one has come through before.
void one_place(trace_builder& b, std::int64_t count, double capacity) {
  b.at(ms).enter("queue", 9999, capacity).at(2 * ms).end("jobs", trace::outcome::ok, 9999);
  for (std::int64_t item = 1; item <= count; ++item) {
    b.at(10 * ms + item * us).enter("queue", item, capacity);
  }
}

template <std::int64_t Count, std::int64_t Capacity>
std::unique_ptr<workbench> filled() {
  trace_builder b;
  one_place(b, Count, static_cast<double>(Capacity));
  return live_with(b);
}

std::unique_ptr<workbench> no_run() {
  return std::make_unique<workbench>(std::make_unique<fake_simulation>());
}

std::unique_ptr<workbench> no_items() {
  trace_builder b;
  for (std::int64_t t = 0; t < 50; ++t) {
    b.at(t * ms).gauge("temperature", static_cast<double>(t % 7));
  }
  return live_with(b);
}

std::unique_ptr<workbench> no_events() {
  return live_with(trace_builder{});
}

std::unique_ptr<workbench> nothing_yet() {
  trace_builder b;
  for (std::int64_t item = 1; item < 40; ++item) {
    b.at(item * ms).enter("source", item).at(item * ms + 10 * us).enter("queue", item, 8);
    b.at(item * ms + 500 * us).enter("workers", item, 4);
    b.at(item * ms + 900 * us).end("jobs", kinds[static_cast<std::size_t>(item) % 2], item);
  }
  return live_with(b, 0);
}

/// Every kind of end, of two things, in large numbers.
std::unique_ptr<workbench> full_bins() {
  trace_builder b;
  std::int64_t item = 0;
  for (const trace::outcome how : kinds) {
    for (int i = 0; i < 2500; ++i) {
      ++item;
      b.at(item * us).enter("queue", item, 32);
      b.end("requests of the shop", how, item);
      b.end("payments of the shop's customers", how, item);
    }
  }
  return live_with(b);
}

std::unique_ptr<workbench> one_kind_of_bins() {
  trace_builder b;
  for (std::int64_t item = 1; item <= 60; ++item) {
    b.at(item * ms).enter("queue", item, 16);
    if (item < 50) {
      b.at(item * ms + 1).end("jobs", kinds[static_cast<std::size_t>(item) % kinds.size()], item);
    }
  }
  return live_with(b);
}

std::unique_ptr<workbench> only_outcomes() {
  trace_builder b;
  for (std::int64_t item = 1; item <= 40; ++item) {
    b.at(item * ms).end("jobs", kinds[static_cast<std::size_t>(item) % 3]);
  }
  return live_with(b);
}

std::unique_ptr<workbench> chain(std::size_t places, const char* suffix) {
  trace_builder b;
  for (std::int64_t item = 1; item <= 30; ++item) {
    for (std::size_t place = 0; place < places; ++place) {
      // The later ones stay further back, so that every place holds some.
      if (item > 30 - static_cast<std::int64_t>(place) * 3) {
        break;
      }
      b.at(item * ms + static_cast<std::int64_t>(place) * 10 * us)
          .enter("stage " + std::to_string(place + 1) + suffix, item,
                 place % 3 == 0   ? 0
                 : place % 3 == 1 ? 12
                                  : 500);
    }
    if (item < 4) {
      b.end("jobs", trace::outcome::ok, item);
    }
  }
  return live_with(b);
}

std::unique_ptr<workbench> three_places() {
  return chain(3, "");
}

std::unique_ptr<workbench> eight_places() {
  return chain(8, "");
}

std::unique_ptr<workbench> long_names() {
  return chain(5, " of the warehouse's ordering department");
}

/// Four buffers side by side that lead to one place.
std::unique_ptr<workbench> side_by_side() {
  trace_builder b;
  const std::array names{"audit log", "telemetry", "dashboard", "payments"};
  for (std::int64_t item = 1; item <= 80; ++item) {
    const auto* const name = names[static_cast<std::size_t>(item) % names.size()];
    b.at(item * ms).enter(name, item, 16);
    if (item < 50) {
      b.at(item * ms + 100 * us).enter("takers", item, 7);
    }
    if (item < 44) {
      b.at(item * ms + 200 * us).end("items", trace::outcome::ok, item);
    }
  }
  return live_with(b);
}

std::unique_ptr<workbench> on_the_move() {
  trace_builder b;
  for (std::int64_t item = 1; item <= 400; ++item) {
    b.at(item * 10 * ms).enter("source", item);
    b.at(item * 10 * ms + 2 * ms).enter("queue", item, 16);
    b.at(item * 10 * ms + 4 * ms).enter("workers", item, 4);
    b.at(item * 10 * ms + 8 * ms).end("jobs", kinds[static_cast<std::size_t>(item) % 4], item);
  }
  auto bench = live_with(b, 2 * s);
  bench->clock.play(bench->shown()->trace());
  return bench;
}

/// The capacity is turned down below what is inside.
std::unique_ptr<workbench> shrunk() {
  trace_builder b;
  one_place(b, 20, 24);
  b.at(30 * ms).gauge("queue", 20, 24).at(31 * ms).limit("queue", 6);
  return live_with(b);
}

} // namespace

std::vector<stage> flow_stages() {
  return {{"flow: no run yet", no_run},
          {"flow: no events at all", no_events},
          {"flow: nothing that flows", no_items},
          {"flow: before the first item", nothing_yet},
          {"flow: one place without bound", filled<1, 0>},
          {"flow: 64 slots", filled<40, 64>},
          {"flow: 65 slots are a bar", filled<40, 65>},
          {"flow: one slot, full", filled<1, 1>},
          {"flow: over its capacity", filled<13, 8>},
          {"flow: a bar over its capacity", filled<260, 200>},
          {"flow: a capacity of a million", filled<12'000, 1'000'000>},
          {"flow: a pile without bound", filled<12'345, 0>},
          {"flow: 64 items without bound", filled<64, 0>},
          {"flow: capacity turned down", shrunk},
          {"flow: only outcomes", only_outcomes},
          {"flow: six kinds of ends", one_kind_of_bins},
          {"flow: six kinds of ends of two things", full_bins},
          {"flow: three places", three_places},
          {"flow: eight places", eight_places},
          {"flow: long names", long_names},
          {"flow: four buffers to one place", side_by_side},
          {"flow: items on the move", on_the_move}};
}

} // namespace weir::viz::test

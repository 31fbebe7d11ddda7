#include "stages_live.hpp"

#include <source_location>

namespace weir::viz::test {

namespace {

std::unique_ptr<workbench> no_run() {
  return opened(tab::events).bench;
}

std::unique_ptr<workbench> no_events() {
  trace_builder run;
  return recorded(run.done(), tab::events);
}

std::unique_ptr<workbench> bookkeeping_only() {
  trace_builder run;
  for (int i = 1; i < 30; ++i) {
    run.at(i * ms).add(0, trace::event_kind::clock_advanced, (i - 1) * ms);
  }
  return recorded(run.done(), tab::events);
}

std::unique_ptr<workbench> all() {
  return live(tab::events).bench;
}

std::unique_ptr<workbench> no_hit() {
  scripted made = live(tab::events);
  made.bench->screen.filter.text = "no event has these words";
  return std::move(made.bench);
}

std::unique_ptr<workbench> filtered() {
  scripted made = live(tab::events);
  made.bench->screen.filter.text = "timed out";
  return std::move(made.bench);
}

std::unique_ptr<workbench> million() {
  auto bench = recorded(random_trace(1, 1'000'000), tab::events);
  bench->screen.filter.bookkeeping = true;
  bench->clock.go_to(bench->shown()->trace(), bench->view.whole().length() / 2);
  return bench;
}

/// Tasks with names of templates, notes of many words, alarms, bytes.
trace::recording wordy() {
  trace_builder run;
  auto& to = run.recorder();
  const auto site = to.site("steady_timer::async_wait", std::source_location::current());
  const std::string name = "workbook::bounded_queue<workbook::order<std::string>>::push(const "
                           "workbook::order<std::string>&)::lambda#2";
  to.task_started(ms, 1, name, 0, site);
  to.task_started(ms, 2, "consumer", 1, site);
  const auto buffered = run.source(trace::source_kind::gauge, "buffered", 16 * 1024, "B");
  for (int i = 1; i < 12; ++i) {
    run.at(i * 10 * ms).in(1).add(site, trace::event_kind::task_resumed);
    run.add(buffered, trace::event_kind::gauge, trace::to_bits(4096.0 * i));
    run.note("a note of so many words that no line of the list can hold all of them, because "
             "whoever wrote it wanted to say everything at once and left nothing out, number " +
             std::to_string(i));
    run.add(site, trace::event_kind::task_suspended);
    run.in(2).add(site, trace::event_kind::task_resumed);
  }
  run.add(buffered, trace::event_kind::limit, trace::to_bits(64 * 1024));
  run.add(site, trace::event_kind::loop_blocked, 30 * ms);
  run.at(130 * ms).in(1).promise_broken("never more than 16 KiB are buffered: 45056 B were");
  run.add(0, trace::event_kind::gap, 4'000);
  run.in(0).run_end("assertion-failed");
  return run.done();
}

std::unique_ptr<workbench> long_texts() {
  return recorded(wordy(), tab::events);
}

std::unique_ptr<workbench> cause() {
  auto bench = recorded(wordy(), tab::events);
  bench->select_event(14);
  return bench;
}

/// What the cursor stands on does not pass the filter.
std::unique_ptr<workbench> selected_out_of_sight() {
  scripted made = live(tab::events);
  made.bench->screen.filter.text = "breaker open";
  made.bench->select_event(40);
  return std::move(made.bench);
}

} // namespace

std::vector<stage> event_stages() {
  return {{"events: no run", no_run},
          {"events: none", no_events},
          {"events: bookkeeping only", bookkeeping_only},
          {"events: all", all},
          {"events: no hit", no_hit},
          {"events: filtered", filtered},
          {"events: million", million, true},
          {"events: long texts", long_texts},
          {"events: cause", cause},
          {"events: selected out of sight", selected_out_of_sight}};
}

} // namespace weir::viz::test

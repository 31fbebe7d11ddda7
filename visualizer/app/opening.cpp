#include "app/opening.hpp"

#include "model/text.hpp"

#ifdef WEIR_VISUALIZER_LIVE
#include "process/scene_feed.hpp"
#endif

#include <weir/trace/file.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace weir::viz {

namespace {

std::unique_ptr<workbench> open_live(int feed, std::function<void()> wake) {
#ifdef WEIR_VISUALIZER_LIVE
  return std::make_unique<workbench>(open_scene_feed(feed), std::move(wake));
#else
  static_cast<void>(feed);
  static_cast<void>(wake);
  throw std::runtime_error("This weir-viz was built without live sessions.");
#endif
}

tab tab_named(const std::string& name) {
  constexpr std::pair<const char*, tab> names[] = {
      {"charts", tab::charts},   {"lanes", tab::lanes}, {"events", tab::events},
      {"compare", tab::compare}, {"sweep", tab::sweep}, {"flow", tab::flow},
      {"knobs", tab::knobs},     {"goal", tab::goal},   {"tree", tab::tree}};
  for (const auto& [text, which] : names) {
    if (name == text) {
      return which;
    }
  }
  return tab::charts;
}

} // namespace

std::unique_ptr<workbench> open_workbench(const options& asked, std::function<void()> wake) {
  if (asked.trace_file.empty()) {
    return open_live(asked.feed, std::move(wake));
  }
  auto recorded = std::make_shared<const trace::recording>(trace::read_file(asked.trace_file));
  if (recorded->truncated) {
    std::cerr << "weir-viz: " << recorded->remark << '\n';
  }
  auto bench = std::make_unique<workbench>(std::move(recorded), asked.trace_file);
  place(*bench, asked);
  return bench;
}

void place(workbench& bench, const options& asked) {
  bench.screen.presenter = asked.presenter;
  bench.screen.help_open = asked.help;
  if (!asked.tab.empty()) {
    bench.screen.tab = tab_named(asked.tab);
    bench.screen.second_tab =
        bench.screen.tab == tab::charts ? bench.screen.second_tab : bench.screen.tab;
  }
  if (bench.shown() == nullptr) {
    return;
  }
  const timeline& line = bench.shown()->line();
  if (asked.at_failure && !line.promises_broken().empty()) {
    bench.select_event(line.promises_broken().front().event);
  } else if (asked.text && !asked.at) {
    bench.clock.to_end(line.trace()); // where all has been counted
  } else if (asked.at) {
    bench.clock.go_to(line.trace(), *asked.at);
    bench.view.follow(bench.clock.at().t_ns);
  }
}

void wait_for_first_run(workbench& bench) {
  using namespace std::chrono_literals;
  const auto missing = [&] {
    return bench.shown() == nullptr || bench.waiting() ||
           (bench.against() != rival::none && bench.other() == nullptr);
  };
  while (missing()) {
    bench.poll();
    const banner& told = bench.banner();
    if (is_trouble(told.what)) {
      throw std::runtime_error(told.title + (told.text.empty() ? "" : "\n" + told.text));
    }
    std::this_thread::sleep_for(2ms);
  }
}

void print_text(workbench& bench) {
  run& shown = *bench.shown();
  if (const banner& told = bench.banner(); told.what != banner::kind::none) {
    std::cout << told.title << '\n' << told.text << "\n\n";
  }
  std::cout << picture_as_text(shown.line(), shown.state(), bench.clock.at(), shown.warnings());
}

} // namespace weir::viz

/// \file
/// Where the time of a re-simulation goes, stage by stage, and what dragging a knob feels like.
///
///     WEIR_VIZ=build/bin/weir_viz_stage_bench ./weir viz breaker
///
/// stands in the window's place, so that code, sandbox, scene runner and transfer are the real
/// ones. The scene's horizon is set so that a run has the wanted number of events.
#include "panels/panels.hpp"
#include "process/scene_feed.hpp"
#include "session/run.hpp"

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace weir::viz {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr auto frame = 16'667us;

double ms(nanoseconds length) {
  return std::chrono::duration<double, std::milli>(length).count();
}

/// A run as it came, and how long it took to derive what the window draws.
struct timed_run {
  run_finished run;
  nanoseconds built{};
};

/// ImGui without a window: everything but the graphics card's share of a frame.
class null_display {
public:
  null_display() {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.DisplaySize = {1280, 720};
    io.IniFilename = nullptr;
    with_.fonts = load_fonts(1);
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }

  null_display(const null_display&) = delete;
  null_display& operator=(const null_display&) = delete;

  ~null_display() { ImGui::DestroyContext(); }

  nanoseconds draw(workbench& bench) {
    const auto begun = clock::now();
    ImGui::GetIO().DeltaTime = 1.0F / 60;
    ImGui::NewFrame();
    draw_window(with_, bench);
    ImGui::Render();
    return clock::now() - begun;
  }

private:
  ui with_;
};

/// The window's side of a feed, one update at a time. Runs are made ready on the feed's thread, as
/// the window's inbox does it.
class bench_window {
public:
  explicit bench_window(int feed) : source_(open_scene_feed(feed)) {
    source_->listen([this](simulation_update update) { put(std::move(update)); });
  }

  void request(const run_request& wanted) { source_->request(wanted); }

  /// The runs that have come by now; waits at most until `until`.
  std::vector<timed_run> runs(clock::time_point until) {
    std::unique_lock lock(mutex_);
    arrived_.wait_until(lock, until, [this] { return news_; });
    news_ = false;
    if (!trouble_.empty()) {
      throw std::runtime_error(trouble_);
    }
    return std::exchange(runs_, {});
  }

  timed_run run(const run_request& wanted) {
    request(wanted);
    for (;;) {
      for (auto& each : runs(clock::now() + 60s)) {
        if (each.run.request.ticket == wanted.ticket) {
          return std::move(each);
        }
      }
    }
  }

  const scene_opened& opened() {
    while (!opened_) {
      (void)runs(clock::now() + 60s);
    }
    return *opened_;
  }

private:
  void put(simulation_update update) {
    std::optional<timed_run> made;
    if (auto* const run = std::get_if<run_finished>(&update)) {
      const auto begun = clock::now();
      const viz::run derived(*run, knobs_);
      made = timed_run{std::move(*run), clock::now() - begun};
    } else if (const auto* const scene = std::get_if<scene_opened>(&update)) {
      knobs_ = scene->scene.knobs;
    }
    const std::scoped_lock lock(mutex_);
    if (made) {
      const bool newest_counts = made->run.request.where != slot::sweep;
      if (newest_counts) {
        runs_.clear();
      }
      runs_.push_back(std::move(*made));
    } else if (auto* const scene = std::get_if<scene_opened>(&update)) {
      opened_ = std::move(*scene);
    } else if (const auto* const told = std::get_if<banner>(&update);
               told != nullptr && is_trouble(told->what)) {
      trouble_ = told->title + "\n" + told->text;
    }
    news_ = true;
    arrived_.notify_one();
  }

  std::vector<knob_info> knobs_; ///< the feed's thread's own
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool news_ = false;
  std::vector<timed_run> runs_;
  std::optional<scene_opened> opened_;
  std::string trouble_;
  std::unique_ptr<simulation> source_; // goes first: its thread puts into the others
};

struct stage {
  const char* name;
  std::vector<nanoseconds> took = {};

  [[nodiscard]] nanoseconds at(double quantile) {
    std::ranges::sort(took);
    return took[static_cast<std::size_t>(quantile * static_cast<double>(took.size() - 1))];
  }
};

/// Another seed for each, as another value of a knob would be another run.
run_request request_with(std::uint64_t ticket, nanoseconds horizon) {
  run_request wanted;
  wanted.ticket = ticket;
  wanted.horizon = horizon;
  wanted.seed = ticket;
  return wanted;
}

class stage_bench {
public:
  explicit stage_bench(int feed) : window_(feed) {}

  void run() {
    const auto& scene = window_.opened().scene;
    std::printf("%s: %s\n", scene.id.c_str(), scene.title.c_str());
    const auto first = window_.run(request_with(++ticket_, {}));
    const auto own = static_cast<double>(first.run.trace->events.size());
    for (const double wanted : {50'000.0, 500'000.0}) {
      const nanoseconds horizon(
          static_cast<std::int64_t>(static_cast<double>(scene.horizon.count()) * wanted / own));
      one_at_a_time(horizon, wanted > 100'000 ? 12 : 60);
      dragging(horizon);
    }
  }

private:
  void one_at_a_time(nanoseconds horizon, int runs) {
    stage simulate{"simulation in the child"};
    stage transfer{"shared memory: in and out"};
    stage rest{"requests, wake-ups"};
    stage build{"timeline, pyramids, advice"};
    stage draw{"panels, first frame (no display)"};
    stage again{"panels, each further frame"};
    stage whole{"whole"};
    std::size_t events = 0;
    for (int i = 0; i < runs; ++i) {
      const auto begun = clock::now();
      const auto [run, built] = window_.run(request_with(++ticket_, horizon));
      const auto arrived = clock::now() - begun;
      events = run.trace->events.size();
      simulate.took.push_back(run.timings.simulate);
      transfer.took.push_back(run.timings.transfer);
      build.took.push_back(built);
      rest.took.push_back(arrived - run.timings.simulate - run.timings.transfer - built);
      workbench shown(run.trace, "a run");
      draw.took.push_back(display_.draw(shown));
      again.took.push_back(display_.draw(shown));
      whole.took.push_back(arrived + draw.took.back());
    }
    std::printf("\n%zu events (%.1f MB), %d runs             best    median       p95\n", events,
                static_cast<double>(events * sizeof(trace::event)) / 1e6, runs);
    for (auto* each : {&simulate, &transfer, &rest, &build, &draw, &whole, &again}) {
      std::printf("  %-36s %8.2f  %8.2f  %8.2f ms\n", each->name, ms(each->at(0)),
                  ms(each->at(0.5)), ms(each->at(0.95)));
    }
    std::printf("  a frame at 60 Hz: 16.67 ms: %s\n",
                whole.at(0.5) <= frame ? "within it" : "not within it");
  }

  /// A knob's move in every frame for three seconds; the frames are those of an idle window.
  void dragging(nanoseconds horizon) {
    constexpr int frames = 180;
    std::vector<clock::time_point> shown;
    nanoseconds longest_poll{};
    const auto begun = clock::now();
    const auto last = ticket_ + frames;
    auto next = begun;
    for (int i = 0; i < frames || shown.empty(); ++i) {
      if (i < frames) {
        window_.request(request_with(++ticket_, horizon));
      }
      next += frame;
      const auto polled = clock::now();
      const auto runs = window_.runs(polled); // as a frame does: without waiting
      longest_poll = std::max<nanoseconds>(longest_poll, clock::now() - polled);
      shown.insert(shown.end(), runs.size(), clock::now());
      std::this_thread::sleep_until(next);
    }
    auto gap = nanoseconds{};
    for (std::size_t i = 1; i < shown.size(); ++i) {
      gap = std::max<nanoseconds>(gap, shown[i] - shown[i - 1]);
    }
    const auto dragged = std::chrono::duration<double>(clock::now() - begun).count();
    const auto released = clock::now();
    for (bool seen = false; !seen;) {
      for (const auto& each : window_.runs(clock::now() + 60s)) {
        seen = seen || each.run.request.ticket == last;
      }
      seen = seen || (shown.size() == frames);
    }
    std::printf("  dragged for %.1f s at 60 Hz: %zu of %d requests shown (%.0f a second), the rest "
                "dropped\n  longest time between two pictures %.1f ms, longest poll %.2f ms, last "
                "one %.0f ms after the end\n",
                dragged, shown.size(), frames, static_cast<double>(shown.size()) / dragged, ms(gap),
                ms(longest_poll), ms(clock::now() - released));
  }

  bench_window window_;
  null_display display_;
  std::uint64_t ticket_ = 0;
};

int feed_of(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--feed") {
      return std::atoi(argv[i + 1]);
    }
  }
  throw std::runtime_error("to be started by `WEIR_VIZ=weir_viz_stage_bench weir viz ID`");
}

} // namespace

} // namespace weir::viz

int main(int argc, char** argv) {
  try {
    weir::viz::stage_bench(weir::viz::feed_of(argc, argv)).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir_viz_stage_bench: %s\n", error.what());
    return 3;
  }
}

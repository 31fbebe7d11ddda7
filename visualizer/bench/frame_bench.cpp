/// \file
/// What a frame of the whole window costs while somebody zooms and pans, beside it the points that
/// the tracks and lanes looked at.
///
///     cmake --build build --target weir_viz_frame_bench
///     build/bin/weir_viz_frame_bench [EVENTS…]
///     xvfb-run -a -s "-screen 0 1280x720x24" build/bin/weir_viz_frame_bench --window [EVENTS…]
///
/// Without `--window` there is no display: layout and draw lists, everything but the graphics
/// card's share. With it the frames are drawn in a real window, 1280x720, through to glFinish after
/// the swap; under Xvfb the processor draws them (llvmpipe), which is the worst case. A quiet
/// machine is needed for figures that mean anything: the load is printed with them.
#include "app/glfw_window.hpp"
#include "panels/panels.hpp"
#include "tests/model/trace_builder.hpp"

#include <GLFW/glfw3.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz {

namespace {

using clock = std::chrono::steady_clock;

struct frame {
  double build_ms = 0; ///< layout and draw lists
  double draw_ms = 0;  ///< until the last pixel is there
  std::size_t visited = 0;
  int vertices = 0;
};

double ms_since(clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(clock::now() - begun).count();
}

class display {
public:
  display() = default;
  display(const display&) = delete;
  display& operator=(const display&) = delete;
  virtual ~display() = default;
  virtual frame draw(workbench& bench) = 0;
};

/// ImGui without a window.
class null_display final : public display {
public:
  null_display() {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.DisplaySize = {1280, 720};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset; // as the window has it
    io.IniFilename = nullptr;
    with_.fonts = load_fonts(1);
    apply_style(1);
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }

  ~null_display() override { ImGui::DestroyContext(); }

  frame draw(workbench& bench) override {
    const auto begun = clock::now();
    ImGui::GetIO().DeltaTime = 1.0F / 60;
    ImGui::NewFrame();
    draw_window(with_, bench);
    ImGui::Render();
    return {ms_since(begun), 0, with_.cost.visited, ImGui::GetDrawData()->TotalVtxCount};
  }

private:
  ui with_;
};

/// A window as the program opens it.
class real_display final : public display {
public:
  real_display()
      : window_(1280, 720, "Weir: frame bench", glfw_window::visibility::shown),
        finish_(reinterpret_cast<void (*)()>(glfwGetProcAddress("glFinish"))) {
    glfwSwapInterval(0); // the monitor's beat is no part of the cost
    window_.fit_to(1, with_);
  }

  frame draw(workbench& bench) override {
    window_.wait(0);
    const auto begun = clock::now();
    window_.begin_frame();
    draw_window(with_, bench);
    const double built = ms_since(begun);
    const auto drawing = clock::now();
    window_.end_frame(with_);
    finish_();
    return {built, ms_since(drawing), with_.cost.visited, ImGui::GetDrawData()->TotalVtxCount};
  }

private:
  ui with_;
  glfw_window window_;
  void (*finish_)();
};

/// What a hand does: 30 steps in towards the cursor, along the run and back, 30 steps out.
std::vector<action> zoom_and_pan() {
  std::vector<action> script(30, action::zoom_in);
  script.insert(script.end(), 60, action::pan_right);
  script.insert(script.end(), 60, action::pan_left);
  script.insert(script.end(), 30, action::zoom_out);
  return script;
}

template <class Of>
auto quantile(const std::vector<frame>& frames, double share, Of of) {
  std::vector<decltype(of(frames[0]))> values;
  std::ranges::transform(frames, std::back_inserter(values), of);
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void measure(display& on, const std::shared_ptr<const trace::recording>& trace, tab which,
             const char* name) {
  workbench bench{trace, "bench.weirtrace"};
  bench.screen.tab = which;
  bench.screen.second_tab = which;
  bench.clock.go_to(bench.shown()->trace(), bench.view.whole().length() / 2);
  on.draw(bench);
  on.draw(bench); // what is laid out once has been
  std::vector<frame> frames;
  for (int round = 0; round < 3; ++round) {
    bench.perform(action::fit);
    for (const action each : zoom_and_pan()) {
      bench.perform(each);
      frames.push_back(on.draw(bench));
    }
  }
  std::printf("%9zu  %-7s", trace->events.size(), name);
  const auto three = [&](auto of) {
    std::printf(" %7.2f %7.2f %7.2f ", quantile(frames, 0.5, of), quantile(frames, 0.99, of),
                quantile(frames, 1, of));
  };
  three([](const frame& one) { return one.build_ms; });
  three([](const frame& one) { return one.draw_ms; });
  three([](const frame& one) { return one.build_ms + one.draw_ms; });
  const auto visited = [](const frame& one) {
    return one.visited;
  };
  std::printf(" %8zu %8zu  %8d\n", quantile(frames, 0.5, visited), quantile(frames, 1, visited),
              quantile(frames, 1, [](const frame& one) { return one.vertices; }));
  std::fflush(stdout);
}

std::string load() {
  std::string line;
  std::getline(std::ifstream{"/proc/loadavg"}, line);
  return line.empty() ? "not known" : line;
}

int run_bench(int argc, char** argv) {
  bool in_window = false;
  std::vector<std::size_t> sizes;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view{argv[i]} == "--window") {
      in_window = true;
    } else {
      sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    }
  }
  if (sizes.empty()) {
    sizes = {50'000, 500'000, 1'000'000};
  }
  std::unique_ptr<display> on;
  if (in_window) {
    on = std::make_unique<real_display>();
  } else {
    on = std::make_unique<null_display>();
  }
  std::printf(
      "1280x720, 540 frames of zooming and panning each, %s; load %s\n\n"
      "                    build, ms               draw, ms                whole, ms       "
      "        points visited\n"
      "   events  tab         p50     p99     max      p50     p99     max      p50     p99 "
      "    max    median     most  vertices\n",
      in_window ? "in a window" : "without a display", load().c_str());
  for (const std::size_t events : sizes) {
    const auto trace =
        std::make_shared<const weir::trace::recording>(test::random_trace(1, events));
    measure(*on, trace, tab::charts, "charts");
    measure(*on, trace, tab::lanes, "lanes");
    measure(*on, trace, tab::events, "events");
  }
  std::printf("load afterwards: %s\n", load().c_str());
  return 0;
}

} // namespace

} // namespace weir::viz

int main(int argc, char** argv) {
  try {
    return weir::viz::run_bench(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir_viz_frame_bench: %s\n", error.what());
    return 3;
  }
}

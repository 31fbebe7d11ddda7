/// \file
/// What a frame of the whole window costs while somebody zooms and pans: layout and draw lists,
/// everything but the graphics card's share. Beside it the points that the tracks looked at.
///
///     build/bin/weir_viz_frame_bench
#include "panels/panels.hpp"
#include "tests/model/trace_builder.hpp"

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

namespace weir::viz {

namespace {

using clock = std::chrono::steady_clock;

/// ImGui without a window.
class null_display {
public:
  explicit null_display(ImVec2 size) {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.DisplaySize = size;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset; // as the window has it
    io.IniFilename = nullptr;
    with_.fonts = load_fonts(1);
    apply_style(1);
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }

  null_display(const null_display&) = delete;
  null_display& operator=(const null_display&) = delete;

  ~null_display() { ImGui::DestroyContext(); }

  struct frame {
    double ms = 0;
    std::size_t visited = 0;
    int vertices = 0;
  };

  frame draw(workbench& bench) {
    const auto begun = clock::now();
    ImGui::GetIO().DeltaTime = 1.0F / 60;
    ImGui::NewFrame();
    draw_window(with_, bench);
    ImGui::Render();
    const std::chrono::duration<double, std::milli> took = clock::now() - begun;
    return {took.count(), with_.cost.visited, ImGui::GetDrawData()->TotalVtxCount};
  }

private:
  ui with_;
};

/// What a hand does: 30 steps in towards the cursor, along the run and back, 30 steps out.
std::vector<action> zoom_and_pan() {
  std::vector<action> script(30, action::zoom_in);
  script.insert(script.end(), 60, action::pan_right);
  script.insert(script.end(), 60, action::pan_left);
  script.insert(script.end(), 30, action::zoom_out);
  return script;
}

template <class Value>
Value quantile(std::vector<Value> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void measure(null_display& display, const std::shared_ptr<const trace::recording>& trace, tab which,
             const char* name) {
  workbench bench{trace, "bench.weirtrace"};
  bench.tab = which;
  bench.second_tab = which;
  bench.clock.go_to(bench.shown()->trace(), bench.view.whole().length() / 2);
  const double first = display.draw(bench).ms;
  display.draw(bench); // what is laid out once has been
  std::vector<double> took;
  std::vector<std::size_t> visited;
  std::vector<int> vertices;
  for (int round = 0; round < 3; ++round) {
    bench.perform(action::fit);
    for (const action each : zoom_and_pan()) {
      bench.perform(each);
      const auto frame = display.draw(bench);
      took.push_back(frame.ms);
      visited.push_back(frame.visited);
      vertices.push_back(frame.vertices);
    }
  }
  std::printf("%9zu  %-7s %8.2f  %8.2f  %8.2f  %8.2f  %10zu  %10zu  %9d\n", trace->events.size(),
              name, first, quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1.0),
              quantile(visited, 0.5), quantile(visited, 1.0), quantile(vertices, 1.0));
}

} // namespace

} // namespace weir::viz

int main() {
  using namespace weir::viz;
  null_display display{{1280, 720}};
  std::printf("window 1280x720, 540 frames of zooming and panning each, without a display\n\n"
              "                       ms a frame                        points visited\n"
              "   events  tab        first    median       p99      most      median        most  "
              "vertices\n");
  for (const std::size_t events : {50'000U, 500'000U, 1'000'000U}) {
    const auto trace =
        std::make_shared<const weir::trace::recording>(test::random_trace(1, events));
    measure(display, trace, tab::charts, "charts");
    measure(display, trace, tab::lanes, "lanes");
    measure(display, trace, tab::events, "events");
  }
  return 0;
}

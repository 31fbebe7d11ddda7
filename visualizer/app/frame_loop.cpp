#include "app/frame_loop.hpp"

#include "app/opening.hpp"
#include "panels/panels.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>

namespace weir::viz {

namespace {

using steady = std::chrono::steady_clock;

constexpr double frame_time = 1.0 / 60;
constexpr int frames_after_input = 3; // ImGui answers to a click over as many frames

/// Written as a whole and renamed, so that a reader never sees half of it.
void write_widgets(const locator& places, const std::string& file) {
  const std::string half = file + ".new";
  {
    std::ofstream out{half};
    for (const auto& [name, what] : places.widgets()) {
      out << what.where.min.x << ' ' << what.where.min.y << ' ' << what.where.max.x << ' '
          << what.where.max.y << ' ' << (what.enabled ? "enabled" : "disabled") << ' ' << name
          << '\n';
    }
  }
  std::error_code ignored;
  std::filesystem::rename(half, file, ignored);
}

void write_state(const workbench& bench, const std::string& file) {
  std::ofstream out{file + ".state"};
  out << "t_ns " << bench.clock.at().t_ns << "\nevent " << bench.clock.at().event << "\nplaying "
      << bench.clock.playing() << "\ntitle " << bench.title() << "\nbanner " << bench.banner().title
      << "\nview " << bench.view.view().from_ns << ' ' << bench.view.view().to_ns << "\nsweep "
      << bench.sweep().done() << "\nother " << (bench.other() != nullptr) << "\nwaiting "
      << bench.waiting() << "\ntyping " << ImGui::GetIO().WantTextInput << "\nspeed "
      << bench.clock.speed() << "\nmarkers " << bench.markers.size() << "\nhelp "
      << bench.screen.help_open << "\npresenter " << bench.screen.presenter << "\nscale "
      << std::lround(bench.screen.text_scale * 100) << "\nfilter " << bench.screen.filter.text
      << "\nnotice " << bench.screen.notice << '\n';
  for (const knob_value& each : bench.scene().knobs) {
    out << "knob " << each.info.name << ' ' << each.value << '\n';
  }
}

/// Processor time of this program, all threads: on a busy machine it says more than the clock.
double processor_ms() {
  return static_cast<double>(std::clock()) * 1000.0 / static_cast<double>(CLOCKS_PER_SEC);
}

class loop {
public:
  loop(glfw_window& window, ui& with, workbench& bench, const options& asked)
      : window_(window), with_(with), bench_(bench), asked_(asked) {}

  void run() {
    with_.reduced_motion = asked_.reduced_motion;
    while (!window_.should_close()) {
      window_.wait(patience());
      if (window_.take_input()) { // also what came in while frames were still due
        frames_left_ = frames_after_input;
      }
      take_in();
      const auto begun = steady::now();
      const double worked = processor_ms();
      draw();
      took_.push_back(std::chrono::duration<double, std::milli>(steady::now() - begun).count());
      worked_.push_back(processor_ms() - worked);
      if (bench_.session_over()) {
        window_.close();
      }
    }
    report();
  }

private:
  /// How long nothing needs to be drawn.
  double patience() {
    if (bench_.clock.playing()) {
      const double since = std::chrono::duration<double>(steady::now() - last_frame_).count();
      return std::max(0.0, frame_time - since);
    }
    if (frames_left_ > 0) {
      return 0;
    }
    // Woken from here on by input, by news, or because a tooltip is due.
    const double until = with_.next_frame_in;
    frames_left_ = frames_after_input;
    return until;
  }

  void take_in() {
    // A field that was asked for takes the caret with the next frame; what is typed is its own.
    const auto field_has_keys = [&] {
      const bool filter = bench_.screen.focus_filter && bench_.shown() != nullptr;
      return ImGui::GetIO().WantTextInput || bench_.screen.typing || filter;
    };
    // A click or the slash may open a field: keys wait until that is known, and until the field has
    // the caret.
    constexpr int patience_for_field = 12; // frames
    const bool asked_for =
        bench_.screen.typing.has_value() || (bench_.screen.focus_filter && bench_.shown());
    if (ImGui::GetIO().WantTextInput || !(asked_for || frames_for_field_ > 0)) {
      frames_for_field_ = 0;
    } else {
      ++frames_for_field_;
    }
    const bool field_comes = frames_for_field_ > 0 && frames_for_field_ < patience_for_field;
    if (frames_for_field_ >= patience_for_field && !asked_for) {
      frames_for_field_ = 0;
    }
    if (!window_.clicked() && !field_comes) {
      window_.feed_keys();
    }
    if (window_.owes_frame()) {
      frames_left_ = frames_after_input;
    }
    for (const key_press& each : window_.take_keys()) {
      const bool typing = field_has_keys();
      if (each.ctrl && (each.character == U'q' || each.character == U'Q')) {
        window_.close(); // as the button in the window's own frame does
      }
      if (typing && each.special == special_key::escape) {
        // ImGui leaves the field at Esc as well, unless the key went up again within the frame.
        ImGui::ClearActiveID();
      }
      const auto what = typing ? std::nullopt : action_of(each);
      if (what) {
        bench_.perform(*what);
      }
    }
    if (bench_.screen.focus_filter && bench_.shown() != nullptr) {
      frames_for_field_ = 1;
    }
    const bool had_run = bench_.shown() != nullptr;
    if (bench_.poll()) {
      frames_left_ = frames_after_input;
      if (!had_run && bench_.shown() != nullptr && !placed_) {
        placed_ = true;
        place(bench_, asked_);
      }
    }
    const auto now = steady::now();
    const auto passed =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_frame_).count();
    last_frame_ = now;
    // A window that was dragged or hidden must not leap.
    bench_.advance(std::min<nanos>(passed, 100'000'000));
  }

  void draw() {
    const float base = asked_.scale > 0 ? asked_.scale : window_.display_scale();
    window_.fit_to(
        base * bench_.screen.text_scale * (bench_.screen.presenter ? presenter_scale : 1), with_);
    window_.begin_frame();
    const auto begun = steady::now();
    draw_window(with_, bench_);
    laid_out_.push_back(std::chrono::duration<double, std::milli>(steady::now() - begun).count());
    window_.end_frame(with_);
    frames_left_ = std::max(0, frames_left_ - 1);
    if (const auto text = std::exchange(bench_.screen.copied, {})) {
      window_.copy(*text);
    }
    if (bench_.title() != title_) {
      title_ = bench_.title();
      window_.set_title(title_ + " - Weir");
    }
    if (!asked_.widgets_file.empty() && with_.places != nullptr) {
      write_widgets(*with_.places, asked_.widgets_file);
      write_state(bench_, asked_.widgets_file);
    }
  }

  void report() {
    if (asked_.timings_file.empty() || took_.empty()) {
      return;
    }
    std::ofstream out{asked_.timings_file};
    const auto tell = [&](const char* name, std::vector<double>& figures) {
      std::ranges::sort(figures);
      const auto at = [&](double share) {
        return figures[static_cast<std::size_t>(share * static_cast<double>(figures.size() - 1))];
      };
      out << name << " p50_ms " << at(0.5) << " p99_ms " << at(0.99) << " max_ms " << figures.back()
          << '\n';
    };
    out << "frames " << took_.size() << '\n';
    tell("clock", took_);
    tell("processor", worked_);
    tell("layout", laid_out_);
  }

  glfw_window& window_;
  ui& with_;
  workbench& bench_;
  const options& asked_;
  steady::time_point last_frame_ = steady::now();
  int frames_left_ = frames_after_input;
  int frames_for_field_ = 0; ///< spent on waiting for one that was asked for
  bool placed_ = false;
  std::string title_;
  std::vector<double> took_;     ///< by the clock, for whole frames
  std::vector<double> worked_;   ///< processor time of whole frames
  std::vector<double> laid_out_; ///< without drawing
};

} // namespace

void run_window(glfw_window& window, ui& with, workbench& bench, const options& asked) {
  loop{window, with, bench, asked}.run();
}

} // namespace weir::viz

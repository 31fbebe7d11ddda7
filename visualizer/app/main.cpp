#include "app/frame_loop.hpp"
#include "app/glfw_window.hpp"
#include "app/opening.hpp"
#include "app/options.hpp"
#include "app/pictures.hpp"

#include <weir/trace/file.hpp>

#include <atomic>
#include <iostream>

namespace weir::viz {

namespace {

/// The session's thread may have news before there is a window to wake.
std::atomic<bool> window_open{false};

void wake() {
  if (window_open) {
    glfw_window::wake();
  }
}

exit_code show(const options& asked) {
  const auto bench = open_workbench(asked, wake);
  const bool picture = !asked.screenshot.empty() || !asked.record_folder.empty();
  if (asked.text || picture) {
    wait_for_first_run(*bench);
    place(*bench, asked);
  }
  if (asked.text) {
    print_text(*bench);
    return exit_code::passed;
  }
  glfw_window window{asked.width, asked.height, "Weir",
                     picture ? glfw_window::visibility::hidden : glfw_window::visibility::shown};
  locator places;
  ui with;
  with.reduced_motion = asked.reduced_motion;
  if (!asked.screenshot.empty()) {
    take_screenshot(window, with, *bench, asked);
    return exit_code::passed;
  }
  if (!asked.record_folder.empty()) {
    record_run(window, with, *bench, asked);
    return exit_code::passed;
  }
  with.places = asked.widgets_file.empty() ? nullptr : &places;
  window_open = true;
  run_window(window, with, *bench, asked);
  window_open = false;
  return exit_code::passed;
}

exit_code run_program(int argc, char** argv) {
  options asked;
  if (const auto done = parse(argc, argv, asked)) {
    return *done;
  }
  try {
    return show(asked);
  } catch (const no_window& error) {
    std::cerr << "weir-viz: " << error.what() << '\n';
    return exit_code::environment;
  } catch (const std::exception& error) {
    std::cerr << "weir-viz: " << error.what() << '\n';
    return exit_code::not_passed;
  }
}

} // namespace

} // namespace weir::viz

int main(int argc, char** argv) {
  return static_cast<int>(weir::viz::run_program(argc, argv));
}

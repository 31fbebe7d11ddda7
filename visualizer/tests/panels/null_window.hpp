/// \file
/// ImGui without a display: frames are laid out and thrown away, the mouse is a few numbers.
#pragma once

#include "panels/panels.hpp"
#include "tests/session/live_bench.hpp"

#include <imgui.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace weir::viz::test {

class null_window {
public:
  explicit null_window(ImVec2 size = {1280, 720}, float scale = 1) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = size;
    io.DeltaTime = 1.0F / 60;
    io.ConfigInputTextCursorBlink = false;
    with.scale = scale;
    with.fonts = load_fonts(scale);
    apply_style(scale);
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    with.places = &places;
  }

  null_window(const null_window&) = delete;
  null_window& operator=(const null_window&) = delete;

  ~null_window() { ImGui::DestroyContext(); }

  void frame(workbench& bench) {
    bench.poll();
    ImGui::NewFrame();
    draw_window(with, bench);
    ImGui::Render();
  }

  void settle(workbench& bench) {
    for (int i = 0; i < 4; ++i) {
      frame(bench);
    }
  }

  [[nodiscard]] const locator::widget& find(const std::string& name) const {
    const auto* found = places.find(name);
    if (found == nullptr) {
      throw std::logic_error("no widget is called '" + name + "'");
    }
    return *found;
  }

  void move_to(workbench& bench, ImVec2 at) {
    ImGui::GetIO().MousePos = at;
    frame(bench);
  }

  /// ImGui 1.86 has no queue of inputs: a press and its release need a frame each.
  void click(workbench& bench, const std::string& name) {
    move_to(bench, find(name).where.centre());
    press(bench);
    release(bench);
  }

  void press(workbench& bench) {
    ImGui::GetIO().MouseDown[0] = true;
    frame(bench);
  }

  void release(workbench& bench) {
    ImGui::GetIO().MouseDown[0] = false;
    frame(bench);
    frame(bench);
  }

  void drag(workbench& bench, const std::string& name, float from_share, float to_share) {
    const box area = find(name).where;
    const auto at = [&](float share) {
      return ImVec2{area.min.x + share * area.width(), area.centre().y};
    };
    move_to(bench, at(from_share));
    press(bench);
    move_to(bench, at((from_share + to_share) / 2));
    move_to(bench, at(to_share));
    release(bench);
  }

  /// What the window's loop does with a key: nothing while a text field has the caret.
  void key(workbench& bench, key_press pressed) {
    const auto what = ImGui::GetIO().WantTextInput ? std::nullopt : action_of(pressed);
    if (what) {
      bench.perform(*what);
    }
    frame(bench);
  }

  void key(workbench& bench, char32_t character) {
    key(bench, {.special = special_key::none,
                .character = character,
                .ctrl = false,
                .shift = false,
                .repeated = false});
  }

  void type(workbench& bench, std::string_view text) {
    for (const char each : text) {
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(each));
      frame(bench);
    }
  }

  /// A key that ImGui itself knows, down for one frame.
  void imgui_key(workbench& bench, ImGuiKey key) {
    ImGuiIO& io = ImGui::GetIO();
    io.KeyMap[key] = static_cast<int>(key);
    io.KeysDown[static_cast<int>(key)] = true;
    frame(bench);
    io.KeysDown[static_cast<int>(key)] = false;
    frame(bench);
  }

  ui with;
  locator places;
};

} // namespace weir::viz::test

#pragma once

#include "panels/actions.hpp"
#include "panels/ui.hpp"

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

struct GLFWwindow;

namespace weir::viz {

/// No display, no OpenGL 3.3, ... `what()` says what was expected, what was found, what to do.
class no_window : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// How much larger everything is in the presenter's mode.
inline constexpr float presenter_scale = 1.3F;

/// Pixels, row by row from the top, 4 bytes each (RGBA).
struct image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels = {};
};

/// A window with an OpenGL 3.3 context and ImGui on it. Only one at a time.
class glfw_window {
public:
  enum class visibility : std::uint8_t { shown, hidden };

  /// Throws no_window.
  glfw_window(int width, int height, const std::string& title, visibility how);
  glfw_window(const glfw_window&) = delete;
  glfw_window& operator=(const glfw_window&) = delete;
  ~glfw_window();

  /// Interrupts `wait` from any thread.
  static void wake();

  [[nodiscard]] bool should_close() const;
  void close();
  void set_title(const std::string& title);
  void copy(const std::string& text);
  /// Of the display the window is on.
  [[nodiscard]] float display_scale() const;

  /// Handles what has come in; sleeps until something does, at most for `seconds` (infinity: for as
  /// long as it takes; 0: not at all).
  void wait(double seconds);
  /// Hands the keys that have come in on to ImGui, as many as it can tell apart within a frame:
  /// what is typed after a key that edits waits for the next one. To be called once before each
  /// frame.
  void feed_keys();
  /// Keys that were fed since the last call.
  [[nodiscard]] std::vector<key_press> take_keys();

  /// Keys wait for a frame.
  [[nodiscard]] bool owes_frame() const { return !pending_.empty(); }

  /// Whether a mouse button went down or up since the last frame.
  [[nodiscard]] bool clicked() const { return clicked_; }

  /// Whether anything has come in since the last call that a frame may have to answer.
  [[nodiscard]] bool take_input();

  /// Makes type and measures fit `scale`; nothing happens if they do already.
  void fit_to(float scale, ui& with);

  void begin_frame();
  /// Draws and shows the frame.
  void end_frame(const ui& with);
  /// Draws the frame into memory instead, at the size of the window.
  [[nodiscard]] image end_frame_as_image(const ui& with);

private:
  /// A key that went down or up, or the character it made.
  struct key_event {
    bool character = false;
    int key = 0; ///< of a character: the character
    int scancode = 0;
    int what = 0;
    int mods = 0;
  };

  static void on_key(GLFWwindow* window, int key, int scancode, int what, int mods);
  static void stir(GLFWwindow* window);
  static void on_character(GLFWwindow* window, unsigned int character);
  void listen();
  void feed(const key_event& event);
  void render(const ui& with, int width, int height);

  GLFWwindow* window_ = nullptr;
  std::vector<key_press> keys_;
  std::deque<key_event> pending_;
  bool last_key_repeated_ = false;
  bool input_ = false;
  bool clicked_ = false;
  float fitted_scale_ = 0;
};

/// Throws std::runtime_error.
void write_png(const image& picture, const std::string& file);

} // namespace weir::viz

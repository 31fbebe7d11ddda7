#include "app/glfw_window.hpp"

#define GLFW_INCLUDE_GLCOREARB
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace weir::viz {

namespace {

std::string last_error;

void on_error(int, const char* text) {
  last_error = text;
}

/// Only what is needed beyond ImGui's own backend, fetched from the driver at run time: so the
/// program links to no libGL and can say in words what is missing.
struct gl_functions {
  PFNGLVIEWPORTPROC viewport;
  PFNGLCLEARCOLORPROC clear_color;
  PFNGLCLEARPROC clear;
  PFNGLENABLEPROC enable;
  PFNGLDISABLEPROC disable;
  PFNGLSCISSORPROC scissor;
  PFNGLREADPIXELSPROC read_pixels;
  PFNGLGENFRAMEBUFFERSPROC gen_framebuffers;
  PFNGLDELETEFRAMEBUFFERSPROC delete_framebuffers;
  PFNGLBINDFRAMEBUFFERPROC bind_framebuffer;
  PFNGLGENRENDERBUFFERSPROC gen_renderbuffers;
  PFNGLDELETERENDERBUFFERSPROC delete_renderbuffers;
  PFNGLBINDRENDERBUFFERPROC bind_renderbuffer;
  PFNGLRENDERBUFFERSTORAGEPROC renderbuffer_storage;
  PFNGLFRAMEBUFFERRENDERBUFFERPROC framebuffer_renderbuffer;
  PFNGLCHECKFRAMEBUFFERSTATUSPROC check_framebuffer_status;
};

template <class Function>
void load(Function& into, const char* name) {
  into = reinterpret_cast<Function>(glfwGetProcAddress(name));
  if (into == nullptr) {
    throw no_window(std::string{"The OpenGL driver has no "} + name + ".");
  }
}

gl_functions& gl() {
  static gl_functions functions = [] {
    gl_functions f{};
    load(f.viewport, "glViewport");
    load(f.clear_color, "glClearColor");
    load(f.clear, "glClear");
    load(f.enable, "glEnable");
    load(f.disable, "glDisable");
    load(f.scissor, "glScissor");
    load(f.read_pixels, "glReadPixels");
    load(f.gen_framebuffers, "glGenFramebuffers");
    load(f.delete_framebuffers, "glDeleteFramebuffers");
    load(f.bind_framebuffer, "glBindFramebuffer");
    load(f.gen_renderbuffers, "glGenRenderbuffers");
    load(f.delete_renderbuffers, "glDeleteRenderbuffers");
    load(f.bind_renderbuffer, "glBindRenderbuffer");
    load(f.renderbuffer_storage, "glRenderbufferStorage");
    load(f.framebuffer_renderbuffer, "glFramebufferRenderbuffer");
    load(f.check_framebuffer_status, "glCheckFramebufferStatus");
    return f;
  }();
  return functions;
}

special_key special_of(int key) {
  switch (key) {
  case GLFW_KEY_LEFT:
    return special_key::left;
  case GLFW_KEY_RIGHT:
    return special_key::right;
  case GLFW_KEY_UP:
    return special_key::up;
  case GLFW_KEY_DOWN:
    return special_key::down;
  case GLFW_KEY_HOME:
    return special_key::home;
  case GLFW_KEY_END:
    return special_key::end;
  case GLFW_KEY_ESCAPE:
    return special_key::escape;
  case GLFW_KEY_F1:
    return special_key::f1;
  case GLFW_KEY_F5:
    return special_key::f5;
  default:
    return special_key::none;
  }
}

/// With Ctrl held no character comes in, so the key's name on this layout stands for it.
char32_t letter_of(int key, int scancode) {
  switch (key) {
  case GLFW_KEY_KP_ADD:
    return U'+';
  case GLFW_KEY_KP_SUBTRACT:
    return U'-';
  case GLFW_KEY_KP_0:
    return U'0';
  default:
    break;
  }
  const char* name = glfwGetKeyName(key, scancode);
  return name != nullptr && name[0] != 0 && name[1] == 0
             ? static_cast<char32_t>(static_cast<unsigned char>(name[0]))
             : 0;
}

/// Keys that do something without making a character.
bool acts_alone(int key, int mods) {
  const bool modifier = key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER;
  const bool named = key >= GLFW_KEY_ESCAPE && key <= GLFW_KEY_END; // Enter, Backspace, arrows, ...
  return !modifier && (named || key == GLFW_KEY_KP_ENTER || (mods & GLFW_MOD_CONTROL) != 0);
}

} // namespace

glfw_window::glfw_window(int width, int height, const std::string& title, visibility how) {
  glfwSetErrorCallback(on_error);
  if (glfwInit() != GLFW_TRUE) {
    throw no_window("There is no display to open a window on (" + last_error +
                    ").\nStart it in a graphical session, or under xvfb-run, or print the picture "
                    "with --text.");
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHint(GLFW_VISIBLE, how == visibility::shown ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "weir-viz");
  window_ = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
  if (window_ == nullptr) {
    const std::string found = last_error;
    glfwTerminate();
    throw no_window("The window needs OpenGL 3.3, and this display does not offer it (" + found +
                    ").\nUpdate the graphics driver, or set LIBGL_ALWAYS_SOFTWARE=1 to draw "
                    "without one, or print the picture with --text.");
  }
  glfwSetWindowSizeLimits(window_, 480, 320, GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  glfwSetWindowUserPointer(window_, this);
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigInputTextCursorBlink = false; // a blinking caret would keep an idle window drawing
  ImGui_ImplGlfw_InitForOpenGL(window_, false);
  listen();
  ImGui_ImplOpenGL3_Init("#version 330 core");
}

glfw_window::~glfw_window() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void glfw_window::wake() {
  glfwPostEmptyEvent();
}

bool glfw_window::should_close() const {
  return glfwWindowShouldClose(window_) == GLFW_TRUE;
}

void glfw_window::close() {
  glfwSetWindowShouldClose(window_, GLFW_TRUE);
}

void glfw_window::set_title(const std::string& title) {
  glfwSetWindowTitle(window_, title.c_str());
}

void glfw_window::copy(const std::string& text) {
  glfwSetClipboardString(window_, text.c_str());
}

float glfw_window::display_scale() const {
  float x = 1;
  float y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::max(0.5F, x);
}

void glfw_window::wait(double seconds) {
  if (seconds <= 0) {
    glfwPollEvents();
  } else if (std::isinf(seconds)) {
    glfwWaitEvents();
  } else {
    glfwWaitEventsTimeout(seconds);
  }
}

void glfw_window::stir(GLFWwindow* window) {
  static_cast<glfw_window*>(glfwGetWindowUserPointer(window))->input_ = true;
}

bool glfw_window::take_input() {
  return std::exchange(input_, false);
}

std::vector<key_press> glfw_window::take_keys() {
  return std::exchange(keys_, {});
}

/// Keys go through a queue of our own, the rest at once to ImGui.
void glfw_window::listen() {
  glfwSetKeyCallback(window_, on_key);
  glfwSetCharCallback(window_, on_character);
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int button, int what, int mods) {
    auto& self = *static_cast<glfw_window*>(glfwGetWindowUserPointer(window));
    self.input_ = self.clicked_ = true;
    ImGui_ImplGlfw_MouseButtonCallback(window, button, what, mods);
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* window, double x, double y) {
    stir(window);
    ImGui_ImplGlfw_ScrollCallback(window, x, y);
  });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* window, int entered) {
    stir(window);
    ImGui_ImplGlfw_CursorEnterCallback(window, entered);
  });
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* window, int focused) {
    stir(window);
    ImGui_ImplGlfw_WindowFocusCallback(window, focused);
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double, double) { stir(window); });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* window, int, int) { stir(window); });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* window) { stir(window); });
}

void glfw_window::on_key(GLFWwindow* window, int key, int scancode, int what, int mods) {
  auto& self = *static_cast<glfw_window*>(glfwGetWindowUserPointer(window));
  self.input_ = true;
  self.pending_.push_back(
      {.character = false, .key = key, .scancode = scancode, .what = what, .mods = mods});
}

void glfw_window::on_character(GLFWwindow* window, unsigned int character) {
  auto& self = *static_cast<glfw_window*>(glfwGetWindowUserPointer(window));
  self.input_ = true;
  self.pending_.push_back({.character = true, .key = static_cast<int>(character)});
}

void glfw_window::feed(const key_event& event) {
  if (event.character) {
    const auto character = static_cast<unsigned>(event.key);
    ImGui_ImplGlfw_CharCallback(window_, character);
    keys_.push_back({.special = special_key::none,
                     .character = character,
                     .ctrl = false,
                     .shift = false,
                     .repeated = last_key_repeated_});
    return;
  }
  ImGui_ImplGlfw_KeyCallback(window_, event.key, event.scancode, event.what, event.mods);
  last_key_repeated_ = event.what == GLFW_REPEAT;
  if (event.what == GLFW_RELEASE) {
    return;
  }
  key_press pressed{.special = special_of(event.key),
                    .character = 0,
                    .ctrl = (event.mods & GLFW_MOD_CONTROL) != 0,
                    .shift = (event.mods & GLFW_MOD_SHIFT) != 0,
                    .repeated = event.what == GLFW_REPEAT};
  if (pressed.ctrl) {
    pressed.character = letter_of(event.key, event.scancode);
  }
  if (pressed.special != special_key::none || pressed.ctrl) {
    keys_.push_back(pressed);
  }
}

void glfw_window::feed_keys() {
  // ImGui 1.86 looks at keys once in a frame and takes all characters before them: after a key that
  // does something, neither another one nor its own release nor a character may follow.
  bool told = false;
  while (!pending_.empty()) {
    const key_event next = pending_.front();
    const bool press = !next.character && next.what != GLFW_RELEASE;
    const bool acts = press && acts_alone(next.key, next.mods);
    if (told && (next.character || acts || next.what == GLFW_RELEASE)) {
      return;
    }
    pending_.pop_front();
    feed(next);
    const bool opens_field = next.character && next.key == '/' && !ImGui::GetIO().WantTextInput;
    told = told || acts || opens_field;
  }
}

void glfw_window::fit_to(float scale, ui& with) {
  if (std::abs(scale - fitted_scale_) < 0.005F) {
    return;
  }
  fitted_scale_ = scale;
  with.scale = scale;
  with.fonts = load_fonts(scale);
  apply_style(scale);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void glfw_window::begin_frame() {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  clicked_ = false;
}

void glfw_window::render(const ui& with, int width, int height) {
  ImGui::Render();
  const auto clear = [](ImU32 colour) {
    const ImVec4 channels = ImGui::ColorConvertU32ToFloat4(colour);
    gl().clear_color(channels.x, channels.y, channels.z, 1);
    gl().clear(GL_COLOR_BUFFER_BIT);
  };
  gl().viewport(0, 0, width, height);
  clear(theme::ground);
  gl().enable(GL_SCISSOR_TEST);
  const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
  for (const ground& each : with.grounds) {
    const auto left = static_cast<GLint>(std::lround(each.where.min.x * pixels.x));
    const auto right = static_cast<GLint>(std::lround(each.where.max.x * pixels.x));
    const auto top = static_cast<GLint>(std::lround(each.where.min.y * pixels.y));
    const auto bottom = static_cast<GLint>(std::lround(each.where.max.y * pixels.y));
    gl().scissor(left, height - bottom, std::max(0, right - left), std::max(0, bottom - top));
    clear(each.colour);
  }
  gl().disable(GL_SCISSOR_TEST);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

void glfw_window::end_frame(const ui& with) {
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  render(with, width, height);
  glfwSwapBuffers(window_);
}

image glfw_window::end_frame_as_image(const ui& with) {
  image drawn;
  glfwGetFramebufferSize(window_, &drawn.width, &drawn.height);
  // What a hidden window holds is undefined; a buffer of our own is not.
  GLuint framebuffer = 0;
  GLuint colour = 0;
  gl().gen_framebuffers(1, &framebuffer);
  gl().gen_renderbuffers(1, &colour);
  gl().bind_renderbuffer(GL_RENDERBUFFER, colour);
  gl().renderbuffer_storage(GL_RENDERBUFFER, GL_RGBA8, drawn.width, drawn.height);
  gl().bind_framebuffer(GL_FRAMEBUFFER, framebuffer);
  gl().framebuffer_renderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
  if (gl().check_framebuffer_status(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    throw no_window("The OpenGL driver cannot draw a picture of this size into memory.");
  }
  render(with, drawn.width, drawn.height);
  const std::size_t row = static_cast<std::size_t>(drawn.width) * 4;
  std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(drawn.height));
  gl().read_pixels(0, 0, drawn.width, drawn.height, GL_RGBA, GL_UNSIGNED_BYTE, upside_down.data());
  gl().bind_framebuffer(GL_FRAMEBUFFER, 0);
  gl().delete_renderbuffers(1, &colour);
  gl().delete_framebuffers(1, &framebuffer);
  drawn.pixels.resize(upside_down.size());
  for (std::size_t y = 0; y < static_cast<std::size_t>(drawn.height); ++y) {
    const auto* from = upside_down.data() + (static_cast<std::size_t>(drawn.height) - 1 - y) * row;
    std::copy(from, from + row, drawn.pixels.data() + y * row);
  }
  for (std::size_t i = 3; i < drawn.pixels.size(); i += 4) {
    drawn.pixels[i] = 255;
  }
  return drawn;
}

void write_png(const image& picture, const std::string& file) {
  if (stbi_write_png(file.c_str(), picture.width, picture.height, 4, picture.pixels.data(),
                     picture.width * 4) == 0) {
    throw std::runtime_error("The picture could not be written to " + file +
                             ": is there such a folder, and may you write there?");
  }
}

} // namespace weir::viz

#include "contrast.hpp"
#include "panels/theme.hpp"
#include "testing/catch.hpp"

#include <array>
#include <string>

using namespace weir::viz;
using namespace weir::viz::test;

namespace {

struct named {
  const char* name;
  ImU32 colour;
};

constexpr std::array grounds{named{"ground", theme::ground}, named{"panel", theme::panel},
                             named{"plot", theme::plot}};
/// What buttons and lists lie on, at rest, under the mouse and pressed.
constexpr std::array surfaces{named{"raised", theme::raised}, named{"hovered", theme::hovered},
                              named{"pressed", theme::pressed}};
constexpr std::array outcomes{named{"closed", theme::closed},
                              named{"half-open", theme::half_open},
                              named{"open", theme::open},
                              named{"in flight", theme::in_flight},
                              named{"retry", theme::retry},
                              named{"timeout", theme::timeout},
                              named{"queue", theme::queue},
                              named{"refused", theme::refused},
                              named{"short-circuited", theme::short_circuit},
                              named{"lost", theme::lost}};

void check(const named& what, const named& on, double least) {
  CAPTURE(what.name, on.name);
  CHECK(contrast(what.colour, on.colour) >= least);
}

} // namespace

TEST_CASE("contrast is counted as WCAG counts it") {
  CHECK(contrast(theme::rgb(0x000000), theme::rgb(0xffffff)) == Approx(21));
  CHECK(contrast(theme::rgb(0x777777), theme::rgb(0xffffff)) == Approx(4.48).margin(0.01));
}

TEST_CASE("text can be read on every ground and on every surface") {
  for (const named& text : {named{"text", theme::text}, named{"soft text", theme::soft_text}}) {
    for (const named& on : grounds) {
      check(text, on, text_contrast);
    }
    for (const named& on : surfaces) {
      check(text, on, text_contrast);
    }
  }
  const named chosen{"chosen", theme::mixed(theme::raised, theme::accent, 0.22)};
  check({"text", theme::text}, chosen, text_contrast);
  check({"warning", theme::timeout}, {"panel", theme::panel}, text_contrast);
}

TEST_CASE("what stands in a coloured field can be read") {
  for (const named& state : {outcomes[0], outcomes[1], outcomes[2]}) { // the breaker's
    check({"dark text", theme::dark_text}, state, text_contrast);
  }
  for (const named& how : outcomes) {
    const named bin{how.name, theme::mixed(theme::panel, how.colour, 0.13)};
    check({"soft text", theme::soft_text}, bin, text_contrast);
    check(how, bin, mark_contrast);
  }
  for (const ImU32 colour : {theme::open, theme::in_flight}) {
    const named banner{"banner", theme::mixed(theme::ground, colour, 0.2)};
    check({"text", theme::text}, banner, text_contrast);
    check({"soft text", theme::soft_text}, banner, text_contrast);
  }
}

TEST_CASE("marks of meaning and outlines stand out from every ground") {
  for (const named& on : grounds) {
    for (const named& how : outcomes) {
      check(how, on, mark_contrast);
    }
    for (const named& mark : {named{"outline", theme::strong_line}, named{"ghost", theme::ghost},
                              named{"cursor", theme::accent}}) {
      check(mark, on, mark_contrast);
    }
  }
}

TEST_CASE("a button that cannot be pressed can still be read, less than one that can") {
  const ImU32 off = theme::mixed(theme::raised, theme::soft_text, theme::disabled);
  CHECK(contrast(off, theme::raised) >= mark_contrast);
  CHECK(contrast(off, theme::raised) < contrast(theme::soft_text, theme::raised));
}

TEST_CASE("the style's own colours hold the same contrasts") {
  ImGui::CreateContext();
  apply_style(1);
  const auto colour = [](ImGuiCol which) {
    return ImGui::ColorConvertFloat4ToU32(ImGui::GetStyle().Colors[which]) | IM_COL32_A_MASK;
  };
  for (const ImGuiCol on : {ImGuiCol_WindowBg, ImGuiCol_PopupBg, ImGuiCol_FrameBg,
                            ImGuiCol_HeaderHovered, ImGuiCol_ButtonActive}) {
    CHECK(contrast(colour(ImGuiCol_Text), colour(on)) >= text_contrast);
  }
  CHECK(contrast(colour(ImGuiCol_ScrollbarGrab), theme::panel) >= mark_contrast);
  CHECK(contrast(colour(ImGuiCol_SliderGrab), theme::panel) >= mark_contrast);
  CHECK(contrast(colour(ImGuiCol_Border), theme::ground) >= mark_contrast);
  ImGui::DestroyContext();
}

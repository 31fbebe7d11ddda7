#include "theme.hpp"

#ifdef WEIR_VISUALIZER_FREETYPE
#include <imgui_freetype.h>
#endif

#include <array>
#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <string>

namespace weir::viz {

namespace {

/// A family as the distributions install it. Digits must all have one width, or numbers that
/// change would make their neighbours tremble; so Roboto stands first.
struct family {
  const char* name;
  const char* regular;
  const char* bold;
};

constexpr std::array proportional{
    family{"Roboto", "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
           "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf"},
    family{"Roboto", "truetype/roboto/hinted/Roboto-Regular.ttf",
           "truetype/roboto/hinted/Roboto-Medium.ttf"},
    family{"Noto Sans", "truetype/noto/NotoSans-Regular.ttf", "truetype/noto/NotoSans-Bold.ttf"},
    family{"DejaVu Sans", "truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf"},
    family{"DejaVu Sans", "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"},
    family{"Liberation Sans", "truetype/liberation/LiberationSans-Regular.ttf",
           "truetype/liberation/LiberationSans-Bold.ttf"},
};

constexpr std::array fixed{"truetype/dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSansMono.ttf",
                           "truetype/liberation/LiberationMono-Regular.ttf"};

/// For what the text font lacks: arrows, mathematical and geometric signs.
constexpr std::array symbols{"truetype/dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans.ttf"};

std::string find(const char* relative) {
  for (const char* folder : {"/usr/share/fonts/", "/usr/local/share/fonts/"}) {
    std::error_code ignored;
    std::string path = std::string{folder} + relative;
    if (std::filesystem::is_regular_file(path, ignored)) {
      return path;
    }
  }
  return {};
}

std::string find_first(const auto& candidates) {
  for (const char* each : candidates) {
    if (auto path = find(each); !path.empty()) {
      return path;
    }
  }
  return {};
}

// Latin with its extension, Greek, punctuation, and what prose about queues needs.
constexpr ImWchar text_glyphs[] = {0x20,   0xff,   0x100,  0x17f,  0x370,  0x3ff, 0x2010,
                                   0x203a, 0x20ac, 0x20ac, 0x2260, 0x2265, 0};
constexpr ImWchar symbol_glyphs[] = {0x2070, 0x209c, 0x2190, 0x21ff, 0x2200, 0x22ff, 0x2580,
                                     0x25ff, 0x2605, 0x2606, 0x2713, 0x2717, 0};

constexpr ImWchar few_glyphs[] = {0x20, 0xff, 0x2010, 0x203a, 0};

ImFont* add(const std::string& file, float size, const std::string& symbol_file) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  ImFontConfig config;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = false;
  if (file.empty()) {
    config.SizePixels = size;
    return atlas.AddFontDefault(&config);
  }
  ImFont* font = atlas.AddFontFromFileTTF(file.c_str(), size, &config,
                                          symbol_file.empty() ? few_glyphs : text_glyphs);
  if (font != nullptr && !symbol_file.empty()) {
    ImFontConfig merge = config;
    merge.MergeMode = true;
    atlas.AddFontFromFileTTF(symbol_file.c_str(), size * 0.92F, &merge, symbol_glyphs);
  }
  return font;
}

} // namespace

font_set load_fonts(float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
#ifdef WEIR_VISUALIZER_FREETYPE
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
#endif
  std::string regular;
  std::string bold;
  font_set found;
  found.family = "built in";
  for (const family& each : proportional) {
    regular = find(each.regular);
    bold = find(each.bold);
    if (!regular.empty() && !bold.empty()) {
      found.family = each.name;
      break;
    }
  }
  if (found.family == "built in") {
    regular.clear();
    bold.clear();
  }
  const std::string mono = find_first(fixed);
  const std::string symbol = find_first(symbols);
  const auto size = [&](float at_one) {
    return std::round(at_one * scale);
  };
  found.body = add(regular, size(16), symbol);
  found.small = add(regular, size(13.5F), symbol);
  found.bold = add(bold, size(16), symbol);
  found.title = add(bold, size(19), symbol);
  found.big = add(bold, size(30), {});
  found.mono = add(mono.empty() ? regular : mono, size(13), symbol);
  atlas.Build();
  ImGui::GetIO().FontDefault = found.body;
  return found;
}

} // namespace weir::viz

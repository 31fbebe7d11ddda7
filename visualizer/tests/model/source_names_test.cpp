#include "testing/catch.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// What draws and judges: all rooms but process/, which speaks of messages.
std::vector<fs::path> sources() {
  const fs::path root = WEIR_VISUALIZER_SOURCES;
  std::vector<fs::path> found;
  for (const char* room : {"model", "session", "panels", "app"}) {
    if (!fs::exists(root / room)) {
      continue;
    }
    for (const auto& each : fs::recursive_directory_iterator(root / room)) {
      if (each.path().extension() == ".cpp" || each.path().extension() == ".hpp") {
        found.push_back(each.path());
      }
    }
  }
  return found;
}

/// Code that asks what a source is called, or how its states are, to find out what it is. Comparing
/// a name with a name (the same source in another run) is none of this.
bool asks_for_a_name(const std::string& line) {
  static const std::regex with_a_text(R"rx((name|label)(\([^()]*\))?\)? *[!=]= *")rx");
  static const std::regex of_a_text(R"rx("[!=]= *[a-z_.>-]*name)rx");
  static const std::regex part_of_a_name(
      R"rx(\b(name|label)(\([^()]*\))?\.(starts_with|ends_with|find|contains)\()rx");
  static const std::regex in_a_name(
      R"rx(\bhas\((gauge|place|counter|state|source|outcomes)[a-z]*(\.|->)name)rx");
  static const std::regex by_a_name(R"rx((\.|->)(gauge|counter|state|outcome|latency)\(")rx");
  return std::regex_search(line, with_a_text) || std::regex_search(line, of_a_text) ||
         std::regex_search(line, part_of_a_name) || std::regex_search(line, in_a_name) ||
         std::regex_search(line, by_a_name);
}

} // namespace

TEST_CASE("nothing in the visualizer decides by a source's name what the source is") {
  const auto files = sources();
  REQUIRE(files.size() > 100);
  for (const auto& file : files) {
    std::ifstream in(file);
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      INFO(file.string() << ':' << ++number << ": " << line);
      // Knobs have names, too.
      const bool of_a_knob = line.find("knob") != std::string::npos;
      CHECK((of_a_knob || !asks_for_a_name(line)));
    }
  }
}

TEST_CASE("the search for decisions by name finds them") {
  for (const char* bad :
       {R"(if (source.name == "loop lag") {)", R"(return gauge.name.ends_with(" queue");)",
        R"(words::has(gauge.name, "queue"))", R"(line.gauge("queue depth"))",
        R"(state.label(one.to) == "open")", R"(label.starts_with("half"))",
        R"(const auto title = name == "breaker" ? a : b;)"}) {
    INFO(bad);
    CHECK(asks_for_a_name(bad));
  }
  for (const char* good :
       {R"(const auto* same = theirs.gauge(gauge.name);)", R"(row.name = "throughput";)",
        R"(std::ranges::find(list, name, &List::value_type::name))"}) {
    INFO(good);
    CHECK_FALSE(asks_for_a_name(good));
  }
}

#include "../src/trace/json.hpp"
#include "testing/catch.hpp"

// Boost.JSON reads back what Weir writes; compiled here, once, so that the runtime's tests need no
// library for it.
#include <boost/json/src.hpp>

#include <limits>
#include <random>
#include <string>

using namespace weir::trace;

namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("any text becomes a JSON string that reads back", "[trace]") {
  std::mt19937 bits(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text(bits() % 12, ' ');
    for (auto& c : text) {
      c = static_cast<char>(bits() % 128);
    }
    const auto read = boost::json::parse(json_string(text)).as_string();
    REQUIRE(std::string_view(read.data(), read.size()) == text);
  }
}

TEST_CASE("bytes that are no UTF-8 are replaced, and the rest is kept", "[trace]") {
  CHECK(json_string("größe → 水 😀") == "\"größe → 水 😀\"");
  CHECK(json_string("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(json_string("\xC3") == "\"\xEF\xBF\xBD\"");
  for (const auto* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80"}) {
    CHECK_NOTHROW(boost::json::parse(json_string(bad)));
  }
  std::mt19937 bits(6);
  for (int round = 0; round < 5000; ++round) {
    std::string text(bits() % 8, ' ');
    for (auto& c : text) {
      c = static_cast<char>(128 + bits() % 128);
    }
    REQUIRE_NOTHROW(boost::json::parse(json_string(text)));
  }
}

TEST_CASE("numbers are short and exact, and what is no number is null", "[trace]") {
  const auto written = [](double value) {
    std::string out;
    append_json_number(out, value);
    return out;
  };
  CHECK(written(0.1) == "0.1");
  CHECK(written(64) == "64");
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("commas come by themselves", "[trace]") {
  std::string out;
  json_writer json(out);
  json.open('{').field("a", 1).key("b").open('[').value(true).value("x").open('{').close('}');
  json.close(']').field("c", 1.5).close('}');
  CHECK(out == R"({"a":1,"b":[true,"x",{}],"c":1.5})");
}

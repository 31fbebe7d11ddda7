#include "workbook/toml_reader.hpp"

#include "base/text_distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace weir::grader {

namespace {

std::string at(const std::filesystem::path& file, const toml::source_region& region) {
  return region.begin
             ? fmt::format("{}:{}:{}: ", file.string(), region.begin.line, region.begin.column)
             : fmt::format("{}:1:1: ", file.string());
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::string:
    return "a text";
  case toml::node_type::integer:
    return "an integer";
  case toml::node_type::floating_point:
    return "a number with a fraction";
  case toml::node_type::boolean:
    return "true or false";
  case toml::node_type::array:
    return "an array";
  case toml::node_type::table:
    return "a table";
  default:
    return "a date or time";
  }
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace

toml::table toml_reader::parse(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    throw environment_error{fmt::format(
        "{} can't be read, or is empty. Restore it from the repository (git checkout, or download "
        "the workbook again).",
        file.string())};
  }
  try {
    return toml::parse(text.str(), file.string());
  } catch (const toml::parse_error& error) {
    throw content_error{fmt::format("{}expected TOML, found: {}. Correct the file; the format is "
                                    "described at https://toml.io.",
                                    at(file, error.source()), error.description())};
  }
}

void toml_reader::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : table_) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) {
      continue;
    }
    const std::vector<std::string> candidates{known.begin(), known.end()};
    throw content_error{
        fmt::format("{}expected one of {}; found the unknown key '{}'.{} Rename or remove it.",
                    at(file_, value.source()), fmt::join(candidates, ", "), name_of(key.str()),
                    did_you_mean(nearest(key.str(), candidates)))};
  }
}

std::string toml_reader::text(std::string_view key) const {
  const toml::node& node = require(key, "a text");
  const auto* value = node.as_string();
  if (value == nullptr) {
    mismatch(key, node, "a text");
  }
  std::string result = trimmed(value->get());
  if (result.empty()) {
    complain(key, fmt::format("expected '{}' to be a text, found an empty one. Fill it in.",
                              name_of(key)));
  }
  return result;
}

std::string toml_reader::text_or(std::string_view key, std::string_view fallback) const {
  return has(key) ? text(key) : std::string{fallback};
}

int toml_reader::integer(std::string_view key, int least, int most) const {
  const toml::node& node = require(key, "an integer");
  const auto* value = node.as_integer();
  if (value == nullptr) {
    mismatch(key, node, "an integer");
  }
  if (value->get() < least || value->get() > most) {
    complain(key, fmt::format("expected '{}' to lie between {} and {}, found {}. Correct it.",
                              name_of(key), least, most, value->get()));
  }
  return static_cast<int>(value->get());
}

int toml_reader::integer_or(std::string_view key, int fallback, int least, int most) const {
  return has(key) ? integer(key, least, most) : fallback;
}

bool toml_reader::flag_or(std::string_view key, bool fallback) const {
  if (!has(key)) {
    return fallback;
  }
  const toml::node& node = require(key, "true or false");
  const auto* value = node.as_boolean();
  if (value == nullptr) {
    mismatch(key, node, "true or false");
  }
  return value->get();
}

std::vector<std::string> toml_reader::texts(std::string_view key) const {
  const toml::node& node = require(key, "an array of texts");
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    mismatch(key, node, "an array of texts");
  }
  std::vector<std::string> result;
  for (const toml::node& element : *array) {
    const auto* value = element.as_string();
    if (value == nullptr) {
      mismatch(key, element, "an array of texts");
    }
    result.push_back(trimmed(value->get()));
  }
  return result;
}

std::vector<std::string> toml_reader::texts_or_none(std::string_view key) const {
  return has(key) ? texts(key) : std::vector<std::string>{};
}

toml_reader toml_reader::table(std::string_view key) const {
  const toml::node& node = require(key, "a table");
  const toml::table* inner = node.as_table();
  if (inner == nullptr) {
    mismatch(key, node, "a table");
  }
  return {file_, *inner, fmt::format("[{}]", key)};
}

std::vector<toml_reader> toml_reader::tables(std::string_view key) const {
  std::vector<toml_reader> result;
  const toml::node* node = table_.get(key);
  if (node == nullptr) {
    return result;
  }
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    mismatch(key, *node, "an array of tables, [[...]]");
  }
  for (const toml::node& element : *array) {
    const toml::table* inner = element.as_table();
    if (inner == nullptr) {
      mismatch(key, element, "an array of tables, [[...]]");
    }
    result.emplace_back(file_, *inner, fmt::format("[[{}]] number {}", key, result.size() + 1));
  }
  return result;
}

void toml_reader::complain(std::string_view key, const std::string& what) const {
  const toml::node* node = table_.get(key);
  throw content_error{at(file_, (node != nullptr ? *node : table_).source()) + what};
}

void toml_reader::complain(const std::string& what) const {
  throw content_error{at(file_, table_.source()) + what};
}

void toml_reader::require_format(int supported) const {
  const int found = integer("format", 0, 1'000'000);
  if (found > supported) {
    complain("format", fmt::format("expected format {}, found {}: the file is newer than this "
                                   "weir. Update the workbook and build again.",
                                   supported, found));
  }
  if (found < supported) {
    complain("format",
             fmt::format("expected format {}, found {}. Update the file.", supported, found));
  }
}

const toml::node& toml_reader::require(std::string_view key, const char* expected) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) {
    complain(fmt::format("expected '{}', {}; found nothing of that name. Add it.", name_of(key),
                         expected));
  }
  return *node;
}

void toml_reader::mismatch(std::string_view key, const toml::node& found,
                           const char* expected) const {
  throw content_error{fmt::format("{}expected '{}' to be {}, found {}. Correct it.",
                                  at(file_, found.source()), name_of(key), expected,
                                  kind_of(found))};
}

std::string toml_reader::name_of(std::string_view key) const {
  return where_.empty() ? std::string{key} : fmt::format("{} {}", where_, key);
}

} // namespace weir::grader

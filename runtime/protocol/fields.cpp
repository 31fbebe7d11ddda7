#include "protocol/fields.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace weir::protocol::detail {

namespace {

/// As much of it as fits a message for people.
std::string excerpt(std::string text) {
  constexpr std::size_t enough = 60;
  if (text.size() > enough) {
    text = text.substr(0, enough) + "...";
  }
  return text;
}

/// Length of the UTF-8 sequence that `text` begins with; 0 for what is none (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  // Longer than need be, a surrogate, or beyond U+10FFFF.
  const bool wrong =
      length > 2 && ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                     (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f));
  return wrong ? 0 : length;
}

} // namespace

std::string line_of(const json::value& message) {
  std::string line;
  const std::string written = json::serialize(message);
  for (std::string_view rest = written; !rest.empty();) {
    const std::size_t length = sequence_length(rest);
    line += length != 0 ? rest.substr(0, length) : std::string_view{"\xef\xbf\xbd"};
    rest.remove_prefix(length != 0 ? length : 1);
  }
  return line;
}

json::object parse_object(std::string_view line, const std::string& what) {
  boost::system::error_code error;
  auto value = json::parse(line, error);
  if (error || !value.is_object()) {
    throw message_error(what + ": expected a JSON object, found '" + excerpt(std::string(line)) +
                        "'");
  }
  return std::move(value.get_object());
}

void fields::refuse(std::string_view name, const std::string& why) const {
  throw message_error(where_ + std::string(name) + ": " + why);
}

void fields::refuse_type(std::string_view name, std::string_view expected,
                         const json::value& found) const {
  refuse(name, "expected " + std::string(expected) + ", found " + excerpt(json::serialize(found)));
}

const json::value& fields::member(std::string_view name) const {
  const auto* const found = object_->if_contains(name);
  if (found == nullptr) {
    refuse(name, "it is missing");
  }
  return *found;
}

std::size_t fields::one_of(std::string_view name,
                           const std::vector<std::string_view>& words) const {
  const auto word = get<std::string>(name);
  const auto found = std::ranges::find(words, std::string_view(word));
  if (found == words.end()) {
    std::string known;
    for (const auto each : words) {
      known += (known.empty() ? "" : ", ") + std::string(each);
    }
    refuse(name, "expected one of " + known + ", found '" + excerpt(word) + "'");
  }
  return static_cast<std::size_t>(found - words.begin());
}

void fields::read(const json::value& from, std::string& into, std::string_view name) const {
  const auto* const text = from.if_string();
  if (text == nullptr) {
    refuse_type(name, "a text", from);
  }
  into = std::string_view(*text);
}

void fields::read(const json::value& from, bool& into, std::string_view name) const {
  const auto* const truth = from.if_bool();
  if (truth == nullptr) {
    refuse_type(name, "true or false", from);
  }
  into = *truth;
}

void fields::read(const json::value& from, double& into, std::string_view name) const {
  if (!from.is_number()) {
    refuse_type(name, "a number", from);
  }
  into = from.to_number<double>();
}

void fields::read(const json::value& from, std::int64_t& into, std::string_view name) const {
  boost::system::error_code error;
  const auto number = from.is_double() ? 0 : from.to_number<std::int64_t>(error);
  if (error || from.is_double()) {
    refuse_type(name, "a whole number", from);
  }
  into = number;
}

void fields::read(const json::value& from, std::uint64_t& into, std::string_view name) const {
  boost::system::error_code error;
  const auto number = from.is_double() ? 0 : from.to_number<std::uint64_t>(error);
  if (error || from.is_double()) {
    refuse_type(name, "a whole number that is not negative", from);
  }
  into = number;
}

void fields::read(const json::value& from, submission& into, std::string_view name) const {
  std::string word;
  read(from, word, name);
  const auto which = parse_submission(word);
  if (!which) {
    refuse_type(name, "one of mine, starter, solution, other", from);
  }
  into = *which;
}

} // namespace weir::protocol::detail

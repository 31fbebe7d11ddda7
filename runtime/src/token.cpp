#include <weir/random.hpp>
#include <weir/token.hpp>

#include <boost/asio/version.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace weir {

namespace {

constexpr std::string_view version = "w2";
constexpr std::string_view first_version = "w1"; // without ASIO and MODEL
/// A schedule longer than this is no schedule of ours: no run makes so many choices.
constexpr std::size_t most_choices = 50'000'000;

std::string in_base(std::uint64_t value, int base) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, base);
  return {buffer, end.ptr};
}

std::string check_of(std::string_view body) {
  std::string digits = in_base(stable_hash(body) & 0xffffU, 16);
  return std::string(4 - digits.size(), '0') + digits;
}

std::uint64_t number(std::string_view digits, int base, std::string_view what) {
  std::uint64_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || end.ec != std::errc() || end.ptr != digits.data() + digits.size())
    throw token_error("the token's " + std::string(what) + " should be a number, found '" +
                      std::string(digits) + "'. Copy the whole token from the report");
  return value;
}

std::string_view next_field(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto field = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return field;
}

} // namespace

std::string asio_version() {
  return in_base(BOOST_ASIO_VERSION / 100'000, 10) + '.' +
         in_base(BOOST_ASIO_VERSION / 100 % 1'000, 10);
}

std::string to_string(const schedule_token& token) {
  std::string body = std::string(version) + ':' + token.scenario + ':' + in_base(token.seed, 16) +
                     ':' + token.asio + ':' + to_string(token.model) + ':';
  std::size_t since = 0;
  bool first = true;
  for (const std::uint32_t choice : token.choices) {
    if (choice == 0) {
      ++since;
      continue;
    }
    if (!first)
      body += '.';
    first = false;
    body += in_base(since, 10);
    if (choice != 1)
      body += 'x' + in_base(choice, 10);
    since = 0;
  }
  if (first)
    body += '-';
  return body + ':' + check_of(body);
}

namespace {

std::vector<std::uint32_t> parse_choices(std::string_view list) {
  std::vector<std::uint32_t> choices;
  if (list == "-")
    return choices;
  while (!list.empty()) {
    std::string_view item = next_field(list, '.');
    const auto skipped = number(next_field(item, 'x'), 10, "list of choices");
    const auto choice = item.empty() ? 1 : number(item, 10, "list of choices");
    if (skipped > most_choices || choices.size() + skipped > most_choices ||
        choice > std::numeric_limits<std::uint32_t>::max())
      throw token_error("the token's list of choices is longer than any run. Copy the whole token "
                        "from the report");
    choices.resize(choices.size() + skipped, 0);
    choices.push_back(static_cast<std::uint32_t>(choice));
  }
  return choices;
}

schedule_model parse_model(std::string_view text) {
  try {
    return parse_schedule_model(text);
  } catch (const std::invalid_argument& error) {
    throw token_error(std::string("in the token, ") + error.what());
  }
}

} // namespace

schedule_token parse_token(std::string_view text) {
  const auto fields = std::count(text.begin(), text.end(), ':');
  std::string_view rest = text;
  const auto found_version = next_field(rest, ':');
  const bool first = found_version == first_version;
  const bool known = first || found_version == version;
  if (fields < 4 || (known && fields != (first ? 4 : 6)))
    throw token_error("a token looks like w2:scenario:seed:asio:model:choices:check, found '" +
                      std::string(text) + "'. Copy the whole token from the report");
  if (!known)
    throw token_error("this is a token of version '" + std::string(found_version) +
                      "', and this weir reads " + std::string(first_version) + " and " +
                      std::string(version) + ". Replay it with the weir that printed it");
  const auto last = text.rfind(':');
  if (check_of(text.substr(0, last)) != text.substr(last + 1))
    throw token_error("the token does not match its check '" + std::string(text.substr(last + 1)) +
                      "': some of it was changed or lost. Copy the whole token from the report");
  schedule_token token;
  token.scenario = next_field(rest, ':');
  token.seed = number(next_field(rest, ':'), 16, "seed");
  token.asio = first ? "" : std::string(next_field(rest, ':'));
  if (!first)
    token.model = parse_model(next_field(rest, ':'));
  token.choices = parse_choices(next_field(rest, ':'));
  return token;
}

std::string slug(std::string_view name) {
  std::string made;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (letter)
      made += c;
    else if (capital)
      made += static_cast<char>(c - 'A' + 'a');
    else if (!made.empty() && made.back() != '-')
      made += '-';
  }
  while (!made.empty() && made.back() == '-')
    made.pop_back();
  return made.empty() ? "scenario" : made;
}

} // namespace weir

#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

/// A writer of JSON text. The runtime depends on nothing but Asio, and writing is the easy half.
namespace weir::trace {

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// Appends the shortest text that reads back as `value`; null when it is not finite.
void append_json_number(std::string& out, double value);

/// Values in the order they are written; commas come by themselves.
///
///     json_writer json(out);
///     json.open('{').key("ts").value(1.5).close('}');
class json_writer {
public:
  explicit json_writer(std::string& out) : out_(out) {}

  json_writer& open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
  }

  json_writer& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }

  json_writer& key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    first_ = true;
    return *this;
  }

  json_writer& value(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
  }

  json_writer& value(const char* text) { return value(std::string_view(text)); }

  json_writer& value(double number) {
    separate();
    append_json_number(out_, number);
    return *this;
  }

  template <std::integral Number>
  json_writer& value(Number number) {
    separate();
    if constexpr (std::is_same_v<Number, bool>) {
      out_ += number ? "true" : "false";
    } else {
      out_ += std::to_string(number);
    }
    return *this;
  }

  /// Text that is JSON already.
  json_writer& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }

  template <class Value>
  json_writer& field(std::string_view name, const Value& held) {
    return key(name).value(held);
  }

private:
  void separate() {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

} // namespace weir::trace

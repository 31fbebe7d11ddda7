/// \file
/// Reads the JSON objects that messages are made of, and says what is wrong with one. For the
/// protocols' own sources.
#pragma once

#include "protocol/message_error.hpp"
#include "protocol/submission.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::protocol::detail {

namespace json = boost::json;

/// The value as one line. What is not UTF-8 in its texts (a reader's program may throw any bytes)
/// becomes U+FFFD, a byte at a time: JSON is UTF-8, and a reader of it may refuse anything else.
[[nodiscard]] std::string line_of(const json::value& message);

/// Throws message_error.
[[nodiscard]] json::object parse_object(std::string_view line, const std::string& what);

/// One JSON object, read member by member. It refers to the object.
class fields {
public:
  /// `where` names it in errors.
  fields(const json::object& object, std::string where)
      : object_(&object), where_(std::move(where)) {}

  /// The member of that name. Throws message_error when there is none or it is no T.
  template <class T>
  [[nodiscard]] T get(std::string_view name) const {
    T found{};
    read(member(name), found, name);
    return found;
  }

  /// As `get`, but T{} when there is none.
  template <class T>
  [[nodiscard]] T get_or_default(std::string_view name) const {
    return object_->if_contains(name) != nullptr ? get<T>(name) : T{};
  }

  /// One of those words; their number in the list.
  [[nodiscard]] std::size_t one_of(std::string_view name,
                                   const std::vector<std::string_view>& words) const;

  [[nodiscard]] bool has(std::string_view name) const {
    return object_->if_contains(name) != nullptr;
  }

  [[noreturn]] void refuse(std::string_view name, const std::string& why) const;

private:
  [[nodiscard]] const json::value& member(std::string_view name) const;
  [[noreturn]] void refuse_type(std::string_view name, std::string_view expected,
                                const json::value& found) const;

  void read(const json::value& from, std::string& into, std::string_view name) const;
  void read(const json::value& from, bool& into, std::string_view name) const;
  void read(const json::value& from, double& into, std::string_view name) const;
  void read(const json::value& from, std::int64_t& into, std::string_view name) const;
  void read(const json::value& from, std::uint64_t& into, std::string_view name) const;
  void read(const json::value& from, submission& into, std::string_view name) const;

  void read(const json::value& from, int& into, std::string_view name) const {
    std::int64_t wide = 0;
    read(from, wide, name);
    into = static_cast<int>(wide);
    if (into != wide) {
      refuse_type(name, "a small whole number", from);
    }
  }

  template <class Rep, class Period>
  void read(const json::value& from, std::chrono::duration<Rep, Period>& into,
            std::string_view name) const {
    std::int64_t count = 0;
    read(from, count, name);
    into = std::chrono::duration<Rep, Period>(count);
  }

  /// null is none.
  template <class T>
  void read(const json::value& from, std::optional<T>& into, std::string_view name) const {
    if (!from.is_null()) {
      read(from, into.emplace(), name);
    }
  }

  template <class T>
  void read(const json::value& from, std::vector<T>& into, std::string_view name) const {
    const auto* const list = from.if_array();
    if (list == nullptr) {
      refuse_type(name, "a list", from);
    }
    for (const auto& each : *list) {
      read(each, into.emplace_back(), std::string(name) + "[]");
    }
  }

  /// A list of a name and a value.
  template <class T>
  void read(const json::value& from, std::pair<std::string, T>& into, std::string_view name) const {
    const auto* const list = from.if_array();
    if (list == nullptr || list->size() != 2) {
      refuse_type(name, "a list of two", from);
    }
    read(list->front(), into.first, name);
    read(list->back(), into.second, name);
  }

  /// An object with a reader of its own, `void read_fields(const fields&, T&)`.
  template <class T>
    requires requires(const fields& f, T& t) { read_fields(f, t); }
  void read(const json::value& from, T& into, std::string_view name) const {
    const auto* const object = from.if_object();
    if (object == nullptr) {
      refuse_type(name, "an object", from);
    }
    read_fields(fields(*object, where_ + std::string(name) + '.'), into);
  }

  const json::object* object_;
  std::string where_; ///< in front of a member's name
};

template <class T>
[[nodiscard]] json::array to_array(const std::vector<T>& all) {
  json::array list;
  for (const auto& each : all) {
    if constexpr (std::same_as<T, submission>) {
      list.emplace_back(to_string(each));
    } else if constexpr (requires { to_object(each); }) {
      list.emplace_back(to_object(each));
    } else {
      list.emplace_back(each);
    }
  }
  return list;
}

} // namespace weir::protocol::detail

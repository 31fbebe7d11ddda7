#include "weir/trace/source.hpp"

#include <deque>
#include <unordered_map>

namespace weir::trace {

struct string_table::body {
  // A deque never moves its elements, so the map's keys can look into them.
  std::deque<std::string> texts{""};
  std::unordered_map<std::string_view, string_id> ids{{"", 0}};
};

string_table::string_table() : body_(std::make_unique<body>()) {}

string_table::string_table(string_table&&) noexcept = default;
string_table& string_table::operator=(string_table&&) noexcept = default;
string_table::~string_table() = default;

string_id string_table::intern(std::string_view text) {
  if (const auto known = body_->ids.find(text); known != body_->ids.end()) {
    return known->second;
  }
  const auto id = static_cast<string_id>(body_->texts.size());
  body_->ids.emplace(body_->texts.emplace_back(text), id);
  return id;
}

std::string_view string_table::operator[](string_id id) const noexcept {
  return id < body_->texts.size() ? std::string_view(body_->texts[id]) : std::string_view();
}

std::size_t string_table::size() const noexcept {
  return body_->texts.size();
}

void string_table::clear() {
  body_->ids.clear();
  body_->texts.resize(1);
  body_->ids.emplace("", 0);
}

} // namespace weir::trace

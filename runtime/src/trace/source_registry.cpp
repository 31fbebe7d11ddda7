#include "source_registry.hpp"

#include <limits>

namespace weir::trace {

namespace {

constexpr source_id last_source = std::numeric_limits<source_id>::max();

std::string identity_of(const source_info& source) {
  std::string key(1, static_cast<char>(source.kind));
  key += source.name;
  if (source.kind == source_kind::site) {
    key += '\0';
    key += source.file;
    key += '\0';
    key += std::to_string(source.line);
  }
  return key;
}

void fill_in(source_info& known, const source_info& wanted) {
  if (known.unit.empty()) {
    known.unit = wanted.unit;
  }
  if (known.capacity == 0) {
    known.capacity = wanted.capacity;
  }
  if (known.labels.empty()) {
    known.labels = wanted.labels;
  }
  if (known.role == source_role::none) {
    known.role = wanted.role;
  }
  if (known.subject.empty()) {
    known.subject = wanted.subject;
  }
}

} // namespace

source_id source_registry::declare(const source_info& wanted) {
  auto key = identity_of(wanted);
  if (const auto known = ids_.find(key); known != ids_.end()) {
    fill_in(sources_[known->second], wanted);
    return known->second;
  }
  if (sources_.size() >= last_source) {
    if (sources_.size() == last_source) {
      sources_.push_back({.name = "(more sources than a trace can hold)"});
    }
    return last_source;
  }
  const auto id = static_cast<source_id>(sources_.size());
  ids_.emplace(std::move(key), id);
  sources_.push_back(wanted);
  return id;
}

source_id source_registry::site(const char* operation, const std::source_location& where) {
  const site_key key{operation, where.file_name(), where.line()};
  if (const auto found = sites_.find(key); found != sites_.end()) {
    return found->second;
  }
  const auto id = declare({.kind = source_kind::site,
                           .name = operation,
                           .file = where.file_name(),
                           .function = where.function_name(),
                           .line = where.line()});
  sites_.emplace(key, id);
  return id;
}

void source_registry::clear() {
  sources_.assign(1, {});
  ids_.clear();
  sites_.clear();
}

} // namespace weir::trace

#pragma once

#include "hash.hpp"
#include "weir/trace/source.hpp"

#include <cstdint>
#include <source_location>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir::trace {

/// The sources of one run: each once, by kind and name, a site by its place in the code as well.
class source_registry {
public:
  source_id declare(const source_info& wanted);
  source_id site(const char* operation, const std::source_location& where);

  [[nodiscard]] const std::vector<source_info>& all() const noexcept { return sources_; }

  void clear();

private:
  struct site_key {
    const char* operation;
    const char* file;
    std::uint32_t line;
    friend bool operator==(const site_key&, const site_key&) = default;
  };

  struct site_key_hash {
    std::size_t operator()(const site_key& key) const noexcept {
      hasher h;
      h.add({reinterpret_cast<std::uintptr_t>(key.operation),
             reinterpret_cast<std::uintptr_t>(key.file), key.line, 0});
      return static_cast<std::size_t>(h.value());
    }
  };

  std::vector<source_info> sources_{{}};
  std::unordered_map<std::string, source_id> ids_; ///< by identity, see identity_of
  std::unordered_map<site_key, source_id, site_key_hash> sites_;
};

} // namespace weir::trace

#include <weir/detail/operation_name.hpp>

#include <cxxabi.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>

namespace weir::detail {

namespace {

struct pattern {
  std::string_view part;
  const char* name;
};

// The first that occurs in the demangled type counts.
constexpr std::array patterns{
    pattern{"initiate_async_wait", "timer"},
    pattern{"parallel_group", "parallel group"},
    pattern{"initiate_co_spawn", "child task"},
    pattern{"initiate_async_receive", "channel receive"},
    pattern{"initiate_async_send", "channel send"},
    pattern{"initiate_dispatch", "its turn"},
    pattern{"initiate_post", "its turn"},
    pattern{"initiate_defer", "its turn"},
    pattern{"initiate_composed_op", "composed operation"},
};

std::string describe(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), &std::free);
  const std::string_view full = demangled ? demangled.get() : type.name();
  // Of an adapted initiation, the adapter's name comes first and the operation's own in its
  // arguments.
  for (const auto& p : patterns)
    if (full.find(p.part) != std::string_view::npos)
      return p.name;
  // "queue::push(int)::{lambda(auto:1&&)#1}" and the like: keep what a person wrote.
  std::string_view rest = full.substr(0, full.find("::{lambda"));
  if (const auto open = rest.find('('); open != std::string_view::npos)
    rest = rest.substr(0, open);
  int depth = 0;
  for (std::size_t i = rest.size(); i-- > 1;) {
    if (rest[i] == '>')
      ++depth;
    if (rest[i] == '<')
      --depth;
    if (depth == 0 && rest[i] == ':' && rest[i - 1] == ':')
      return std::string(rest.substr(i + 1));
  }
  return rest.empty() ? "an operation" : std::string(rest);
}

} // namespace

const char* operation_name(const std::type_info* initiation) {
  if (initiation == nullptr)
    return "start";
  // Every run asks for the same handful; nodes of the map never move, so the pointers stay good.
  thread_local std::unordered_map<std::type_index, std::string> known;
  auto [it, fresh] = known.try_emplace(std::type_index(*initiation));
  if (fresh)
    it->second = describe(*initiation);
  return it->second.c_str();
}

} // namespace weir::detail

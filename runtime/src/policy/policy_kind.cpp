#include <weir/policy.hpp>

#include <array>
#include <stdexcept>
#include <string>

namespace weir {

namespace {

struct named_policy {
  policy_kind kind;
  std::string_view name;
};

constexpr std::array names{
    named_policy{policy_kind::mixed, "mixed"},     named_policy{policy_kind::fifo, "fifo"},
    named_policy{policy_kind::random, "random"},   named_policy{policy_kind::pct, "pct"},
    named_policy{policy_kind::depth_first, "dfs"},
};

} // namespace

std::string_view to_string(policy_kind kind) noexcept {
  for (const auto& known : names)
    if (known.kind == kind)
      return known.name;
  return "unknown";
}

policy_kind parse_policy(std::string_view name) {
  std::string all;
  for (const auto& known : names) {
    if (known.name == name)
      return known.kind;
    all += (all.empty() ? "" : ", ") + std::string(known.name);
  }
  throw std::invalid_argument("unknown policy '" + std::string(name) + "': expected one of " + all);
}

std::unique_ptr<policy> make_policy(policy_kind kind) {
  switch (kind) {
  case policy_kind::fifo:
    return make_fifo();
  case policy_kind::random:
    return make_random();
  case policy_kind::pct:
    return make_pct(3);
  case policy_kind::depth_first:
    return make_depth_first();
  case policy_kind::mixed:
    break;
  }
  return make_mixed();
}

} // namespace weir

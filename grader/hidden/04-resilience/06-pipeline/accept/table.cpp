// accept: a table of member functions, innermost first, and a fold over it
#include "pipeline.hpp"

#include <array>
#include <numeric>
#include <utility>

namespace {

using layer = std::unique_ptr<remote> (toolbox::*)(std::unique_ptr<remote>);

constexpr std::array<layer, 4> innermost_first{
    &toolbox::with_timeout,  // each attempt has its own
    &toolbox::with_retry,    // makes one call of them
    &toolbox::with_breaker,  // judges calls
    &toolbox::with_bulkhead, // counts calls; what it refuses is nobody else's business
};

} // namespace

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  const auto put_around = [&parts](std::unique_ptr<remote> inner, layer next) {
    return (parts.*next)(std::move(inner));
  };
  return std::accumulate(innermost_first.begin(), innermost_first.end(), std::move(dependency),
                         put_around);
}

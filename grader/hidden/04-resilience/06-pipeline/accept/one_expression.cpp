// accept: one nested expression, to be read from the outside in
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  return parts.with_bulkhead(
      parts.with_breaker(parts.with_retry(parts.with_timeout(std::move(dependency)))));
}

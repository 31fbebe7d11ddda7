// reject: complete
// The chapter recommends a deadline for the whole call as well: a second timeout outside.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = parts.with_timeout(std::move(dependency));
  client = parts.with_retry(std::move(client));
  client = parts.with_breaker(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  return parts.with_timeout(std::move(client));
}

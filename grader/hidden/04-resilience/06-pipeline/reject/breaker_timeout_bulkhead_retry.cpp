// reject: timeouts-are-failures failed
// From small to large: the wire, the time, the place, and again from the start.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = std::move(dependency);
  client = parts.with_breaker(std::move(client));
  client = parts.with_timeout(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  client = parts.with_retry(std::move(client));
  return client;
}

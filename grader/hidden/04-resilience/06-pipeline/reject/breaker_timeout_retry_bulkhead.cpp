// reject: timeouts-are-failures failed
// The breaker at the wire, where it sees the dependency itself and nothing of our own making.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = std::move(dependency);
  client = parts.with_breaker(std::move(client));
  client = parts.with_timeout(std::move(client));
  client = parts.with_retry(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  return client;
}

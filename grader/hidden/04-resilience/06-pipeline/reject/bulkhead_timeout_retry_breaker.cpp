// reject: waiting-is-free failed
// The place belongs to the connection, so the bulkhead is put around the dependency itself.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = std::move(dependency);
  client = parts.with_bulkhead(std::move(client));
  client = parts.with_timeout(std::move(client));
  client = parts.with_retry(std::move(client));
  client = parts.with_breaker(std::move(client));
  return client;
}

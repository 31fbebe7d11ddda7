// reject: under-way-is-under-way failed
// A pause needs no connection, so its place is given to somebody else in the meantime.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = std::move(dependency);
  client = parts.with_timeout(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  client = parts.with_retry(std::move(client));
  client = parts.with_breaker(std::move(client));
  return client;
}

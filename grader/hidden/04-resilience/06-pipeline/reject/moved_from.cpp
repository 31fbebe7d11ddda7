// reject: complete
// Copied the first line four times: from the second on, what is wrapped has been moved away.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = parts.with_timeout(std::move(dependency));
  client = parts.with_retry(std::move(dependency));
  client = parts.with_breaker(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  return client;
}

// reject: complete
// The limit on calls is thought to be somebody else's: the server has one of its own.
#include "pipeline.hpp"

#include <utility>

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = parts.with_timeout(std::move(dependency));
  client = parts.with_retry(std::move(client));
  return parts.with_breaker(std::move(client));
}

#include "pipeline.hpp"

#include <utility>

/// From the inside out, and why each part is where it is:
/// - the timeout limits one attempt, so it goes inside the retry, and what it ends is a failure
/// like
///   any other to all who are further out;
/// - the retry makes one call out of several attempts; whoever is outside sees calls;
/// - the breaker judges the dependency by calls that have failed for good, and its refusal is
/// final;
/// - the bulkhead counts a call as long as it is under way, pauses included, and what it refuses is
///   this program's own overload: nobody counts it, nobody tries it again.
std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  auto client = std::move(dependency);
  client = parts.with_timeout(std::move(client));
  client = parts.with_retry(std::move(client));
  client = parts.with_breaker(std::move(client));
  client = parts.with_bulkhead(std::move(client));
  return client;
}

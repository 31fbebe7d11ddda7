// accept: decorators as values, composed with an operator
#include "pipeline.hpp"

#include <functional>
#include <utility>

namespace {

using decorator = std::function<std::unique_ptr<remote>(std::unique_ptr<remote>)>;

/// The left one around the right one.
decorator operator*(decorator outer, decorator inner) {
  return [outer = std::move(outer), inner = std::move(inner)](std::unique_ptr<remote> core) {
    return outer(inner(std::move(core)));
  };
}

} // namespace

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  const decorator timeout = std::bind_front(&toolbox::with_timeout, std::ref(parts));
  const decorator retry = std::bind_front(&toolbox::with_retry, std::ref(parts));
  const decorator breaker = std::bind_front(&toolbox::with_breaker, std::ref(parts));
  const decorator bulkhead = std::bind_front(&toolbox::with_bulkhead, std::ref(parts));
  const decorator client = bulkhead * breaker * retry * timeout;
  return client(std::move(dependency));
}

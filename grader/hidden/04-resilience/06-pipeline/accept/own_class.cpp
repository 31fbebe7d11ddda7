// accept: a class of its own, whose members are made in the order of their declaration
#include "pipeline.hpp"

#include <utility>

namespace {

/// Passes calls on to what it is made of: attempts, then calls, then a limit on them.
class client final : public remote {
public:
  client(toolbox& parts, std::unique_ptr<remote> dependency)
      : attempt_(parts.with_timeout(std::move(dependency))),
        call_(parts.with_retry(std::move(attempt_))),
        judged_(parts.with_breaker(std::move(call_))),
        limited_(parts.with_bulkhead(std::move(judged_))) {}

  asio::awaitable<int> call(int request) override { return limited_->call(request); }

private:
  std::unique_ptr<remote> attempt_;
  std::unique_ptr<remote> call_;
  std::unique_ptr<remote> judged_;
  std::unique_ptr<remote> limited_;
};

} // namespace

std::unique_ptr<remote> make_client(toolbox& parts, std::unique_ptr<remote> dependency) {
  return std::make_unique<client>(parts, std::move(dependency));
}

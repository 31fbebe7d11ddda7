#pragma once

#include <weir/detail/engine.hpp>

namespace weir::detail {

/// For a scope, the calling thread is in no run: what the runtime itself asks the system for is not
/// what the code under test asks for.
class outside_run {
public:
  outside_run() noexcept;
  outside_run(const outside_run&) = delete;
  outside_run& operator=(const outside_run&) = delete;
  ~outside_run();

private:
  engine* inner_;
};

} // namespace weir::detail

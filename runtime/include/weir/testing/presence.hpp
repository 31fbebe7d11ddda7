/// \file
/// Whether the very object through which something was started is still there.
#pragma once

#include <memory>

namespace weir::testing {

/// A member of a function object in a test: each copy has a presence of its own. What the call has
/// started can so find out that the object it was called through is gone, which is what a coroutine
/// lambda dies of that has captured something.
///
///     child one = [here = presence(), this]() { return live(here.watch()); };
class presence {
public:
  presence() = default;

  presence(const presence& /*other*/) {}

  presence& operator=(const presence& /*other*/) { return *this; }

  ~presence() = default;

  /// Expires with this object.
  [[nodiscard]] std::weak_ptr<const void> watch() const { return here_; }

private:
  std::shared_ptr<const void> here_ = std::make_shared<char>();
};

} // namespace weir::testing

#pragma once

#include <stdexcept>

namespace weir::protocol {

/// A message that is not as its protocol has it. what() says which, where, what was expected and
/// what was found: "the feed's module: launch.argv: expected a list, found a text".
class message_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace weir::protocol

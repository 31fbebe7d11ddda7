#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace weir::grader {

/// Whether an operation threw because it was cancelled, which is nothing to tell of.
inline bool is_cancellation(const std::exception& thrown) {
  const auto* const error = dynamic_cast<const boost::system::system_error*>(&thrown);
  return error != nullptr && error->code() == boost::asio::error::operation_aborted;
}

/// The same of a captured exception, not null.
inline bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    return is_cancellation(thrown);
  } catch (...) {
    return false;
  }
}

} // namespace weir::grader

#pragma once

#include <boost/asio/awaitable.hpp>

#include <filesystem>

namespace weir::grader {

/// Brings the modules of the hidden tests in the build folder up to date with their sources, so
/// that what is handed out was made from what lies there. Returns false when there was nothing to
/// do.
///
/// Cancellation ends the build, which goes on from there the next time, and throws
/// operation_aborted. Throws environment_error with the compiler's words when they do not build.
boost::asio::awaitable<bool> refresh_modules(std::filesystem::path build);

} // namespace weir::grader

#pragma once

#include "judge/part.hpp"
#include "parts/part_queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>

namespace weir::grader::parts {

/// Where parts are built.
struct build_site {
  std::filesystem::path root;  ///< the repository
  std::filesystem::path build; ///< the build folder
};

/// Builds one part, unless it is built by now, and notes it. Waits for whoever else builds there.
///
/// `on_progress` is called at each step and about once a second, on the executor's thread; it may
/// be empty, and must not throw. Cancellation asks ninja to stop, waits for that and throws
/// operation_aborted; the next build goes on from there. Throws environment_error, whose message
/// says what is wrong, when the part can't be built. Single-threaded executor or strand.
boost::asio::awaitable<void> build_part(build_site where, part which, urgency how,
                                        part_progress_handler on_progress);

/// For `toolchain::provide`: builds at once what is not there, as `build_part` does.
std::function<boost::asio::awaitable<void>(part, part_progress_handler)>
provider_at(build_site where);

} // namespace weir::grader::parts

#pragma once

#include "judge/process.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

/// What a confined process may see besides the system's own programs and libraries.
struct sandbox_view {
  std::vector<std::filesystem::path>
      read_only; ///< files and folders, at their own paths; missing ones are skipped
  std::vector<std::filesystem::path> writable; ///< folders
  std::vector<std::filesystem::path>
      hidden; ///< folders that lie in a visible one and shall look empty
  enum class child_processes { allowed, forbidden };
  /// Compilers start others; a graded program may not.
  child_processes children{child_processes::forbidden};
};

/// Confines processes with bubblewrap where that works; says so where it doesn't.
///
/// Inside: no network, own process ids (so that whatever is left dies with the first), an empty
/// read-only file system with the system's folders and the view. Without bubblewrap the system-call
/// filter and the limits remain, and sources are not out of sight. A value; cheap to copy.
class sandbox {
public:
  enum class kind { bubblewrap, none };

  /// Limits and filter only.
  sandbox() = default;
  /// `program` with flags that were seen to work.
  sandbox(std::filesystem::path program, std::vector<std::string> flags, std::string remark);

  /// Finds bwrap in PATH and really runs it, with fewer namespaces when a container forbids some.
  /// Never fails.
  static boost::asio::awaitable<sandbox> probe();

  [[nodiscard]] kind type() const { return program_.empty() ? kind::none : kind::bubblewrap; }

  /// For reports: "bubblewrap", "bubblewrap (no own /proc)", "none (limits only)".
  [[nodiscard]] std::string describe() const;

  /// Why there is none, for `weir doctor`; empty when there is one.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// `spec`, to be run inside.
  [[nodiscard]] process_spec confine(process_spec spec, const sandbox_view& view) const;

private:
  std::filesystem::path program_;
  std::vector<std::string> flags_;
  std::string remark_;
  std::string problem_{"not probed"};
};

/// The arguments that give a process the system's folders and `view`. Exposed for its test.
std::vector<std::string> bubblewrap_mounts(const sandbox_view& view);

} // namespace weir::grader

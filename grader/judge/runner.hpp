#pragma once

#include "judge/process.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "workbook/exercise.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// A folder of our own while one program runs: two runs at once never share one. Gone, with all
/// that the program left in it, at the end of its scope.
class scratch_folder {
public:
  /// Creates `parent` if need be. Throws environment_error.
  explicit scratch_folder(const std::filesystem::path& parent);
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// One start of weir-runner.
struct runner_call {
  std::filesystem::path module;       ///< the reader's code
  std::filesystem::path against;      ///< the hidden tests or the scene that are loaded after it
  std::vector<std::string> arguments; ///< besides --reader, --record-fd and --nonce-fd
  std::filesystem::path scratch;      ///< working folder; all that it can write to
  std::string nonce;
  process_limits limits;
  std::function<void(std::string_view)> on_record; ///< bytes off the record's descriptor
};

/// The limits under which a graded program runs.
process_limits runner_limits(const toolchain& tools, search_depth depth);

/// What it may see of the file system.
sandbox_view runner_view(const toolchain& tools, const runner_call& call);

/// The environment it gets.
std::vector<std::string> runner_environment();

/// Throws environment_error when the runner or the module to load after the reader's is missing.
void require_runner_files(const toolchain& tools, const std::filesystem::path& against);

/// Runs it in the sandbox, with the runner, the runtime's libraries and the two modules in sight.
///
/// Cancellation ends it and throws operation_aborted. Throws environment_error when one of the
/// files is missing or the runner can't be started.
boost::asio::awaitable<process_result> call_runner(const toolchain& tools, const sandbox& box,
                                                   runner_call call);

/// Why the runner could not load the reader's code, when it says so and ended accordingly: a
/// function that the interface declares and nothing defines. Empty otherwise.
std::string find_link_error(const process_result& result);

/// 32 hexadecimal digits from the kernel's random source.
std::string make_nonce();

/// Moves a file that a graded program claims to have written out of its scratch folder. Nothing but
/// a regular file directly in it is taken, whatever the claim says. Empty when there is none.
std::filesystem::path keep_file(const std::filesystem::path& scratch, const std::string& claimed,
                                const std::filesystem::path& folder);

} // namespace weir::grader

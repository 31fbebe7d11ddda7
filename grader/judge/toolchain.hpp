#pragma once

#include "base/search_depth.hpp"
#include "judge/part.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir::grader {

/// How a reader's file is built and run: what CMake wrote to <build>/weir-toolchain.json.
struct toolchain {
  std::filesystem::path compiler;
  std::string compiler_id;      ///< "clang" or "gcc"
  std::string compiler_version; ///< may be empty
  std::vector<std::string> compile_flags;
  std::vector<std::string> deep_flags;
  std::vector<std::string> pch_flags;
  std::vector<std::string> deep_pch_flags;
  std::vector<std::string> link_flags;
  std::vector<std::filesystem::path> include_dirs;
  std::filesystem::path runner;
  std::filesystem::path tests_dir;
  std::filesystem::path scenes_dir;
  bool sanitized{}; ///< no limit on address space: sanitizers reserve terabytes
  std::shared_ptr<const toolchain> asan; ///< null unless the workbook was built with it

  /// Brings a part up to date before it is used. Throws environment_error when it can't be had.
  /// Empty: what there is counts.
  std::function<boost::asio::awaitable<void>(part which, part_progress_handler on_progress)>
      provide;

  /// Reads `<build>/weir-toolchain.json`. Throws environment_error when it is missing, malformed or
  /// of another format.
  static toolchain load(const std::filesystem::path& build);

  [[nodiscard]] const std::vector<std::string>& flags(search_depth depth) const {
    return depth == search_depth::deep ? deep_flags : compile_flags;
  }

  [[nodiscard]] const std::vector<std::string>& precompiled(search_depth depth) const {
    return depth == search_depth::deep ? deep_pch_flags : pch_flags;
  }

  [[nodiscard]] std::filesystem::path tests_of(const std::string& id) const {
    return tests_dir / (id + ".so");
  }

  [[nodiscard]] std::filesystem::path scene_of(const std::string& id) const {
    return scenes_dir / (id + ".so");
  }

  /// What was built ahead for readers' modules, precompiled headers and objects that are linked to
  /// them: for the sandbox and for the cache key.
  [[nodiscard]] std::vector<std::filesystem::path> built_ahead(search_depth depth) const;

  /// "clang 19.1.7".
  [[nodiscard]] std::string describe() const;

  /// What this compiler is known to translate into a program that crashes, though it is correct,
  /// and what to do; empty when nothing is known.
  [[nodiscard]] std::string miscompiles() const;
};

/// What `tools.provide` does, or nothing.
boost::asio::awaitable<void> provide(const toolchain& tools, part which,
                                     part_progress_handler on_progress);

} // namespace weir::grader

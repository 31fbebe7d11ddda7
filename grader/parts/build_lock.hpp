#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace weir::grader::parts {

/// Two locks on a build folder, which `./weir` takes as well. Both end with their process.
///
/// - The build lock is held by whoever runs ninja there.
/// - The wanted lock is held, shared, by everybody who waits for the build lock on a reader's
/// behalf,
///   until they have built. Whoever builds for later lets go of the build lock when it is held.
class build_lock {
public:
  /// Nullopt when somebody else builds. Throws environment_error when the folder can't be written.
  static std::optional<build_lock> try_take(const std::filesystem::path& build_folder);

  /// Never waits long. Throws environment_error.
  static build_lock want(const std::filesystem::path& build_folder);

  /// Whether anybody holds the wanted lock, this process included.
  static bool anybody_wants(const std::filesystem::path& build_folder);

  build_lock(build_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

  build_lock& operator=(build_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  build_lock(const build_lock&) = delete;
  build_lock& operator=(const build_lock&) = delete;
  ~build_lock();

private:
  explicit build_lock(int descriptor) : descriptor_{descriptor} {}

  int descriptor_{-1};
};

} // namespace weir::grader::parts

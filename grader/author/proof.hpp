#pragma once

#include "judge/toolchain.hpp"
#include "workbook/exercise.hpp"

#include <filesystem>
#include <string>

namespace weir::grader {

/// The notes in the build folder that say which exercises were proven as they are: by `weir author
/// check`, with every seed and sanitizer. Proving costs a minute or two an exercise, and comes to
/// the same as long as nothing has changed that it depends on.
class proofs {
public:
  proofs(std::filesystem::path repository_root, std::filesystem::path build,
         const toolchain& tools);

  /// A name for all that the proof depends on: the exercise, its solution, its hidden folder, the
  /// harness, the runtime, how files are judged, and the compiler. Throws environment_error for a
  /// file that can't be read.
  std::string key_of(const exercise& ex) const;

  /// Whether the exercise was proven with this key.
  bool hold(const exercise& ex) const;

  /// Notes that it was. Throws environment_error.
  void note(const exercise& ex) const;

private:
  std::filesystem::path root_;
  std::filesystem::path folder_;
  std::string compiler_;

  std::filesystem::path file_of(const exercise& ex) const;
};

} // namespace weir::grader

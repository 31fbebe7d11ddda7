#pragma once

#include "support/unique_fd.hpp"

#include <filesystem>
#include <string>

namespace weir::grader {

/// Where one content's files lie: <output>/<key>/{src/NN-chapter/MM-name/file.cpp, out/...}. The
/// key stands for all that the module depends on, so that a folder's module is good whenever it is
/// there.
struct build_folder {
  std::filesystem::path root;
  std::filesystem::path relative_source; ///< below src(): what messages show

  [[nodiscard]] std::filesystem::path src() const { return root / "src"; }

  [[nodiscard]] std::filesystem::path out() const { return root / "out"; }

  [[nodiscard]] std::filesystem::path module() const { return out() / "reader.so"; }

  [[nodiscard]] std::filesystem::path exports() const { return out() / "exports.map"; }

  [[nodiscard]] std::filesystem::path messages() const { return out() / "messages.txt"; }

  /// The folders, the snapshot of the source and the linker's version script.
  /// Throws environment_error.
  void create(const std::string& source) const;
};

/// Says that the folder of a build is used; it is not pruned as long as this lives, by this process
/// or another. On a file system without locks it says nothing.
class build_claim {
public:
  /// \throws environment_error
  explicit build_claim(const std::filesystem::path& root);

private:
  support::unique_fd lock_;
};

/// Whole or not at all, but not synced: a build can be had again. Throws environment_error.
void write_whole(const std::filesystem::path& file, const std::string& text);

/// Empty when it isn't there.
std::string read_if_there(const std::filesystem::path& file);

/// Keeps what is claimed and the few latest contents beside it; going back and forth between two
/// versions stays quick. What a run that was killed left behind goes too, once no run can still be
/// using it. A time stamp from the future, which a clock that was set back leaves, counts as the
/// oldest.
void prune_builds(const std::filesystem::path& output_folder);

} // namespace weir::grader

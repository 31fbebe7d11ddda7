#pragma once

#include "judge/part.hpp"

#include <filesystem>
#include <optional>

namespace weir::grader::parts {

/// The build folder, as far as parts go: which of them are built from the sources as they are.
///
/// `./weir` writes the stamp whenever it has looked at the sources: its time is the version of
/// them. A part's mark has exactly that time if the part was built since. Without a stamp (a
/// developer's build, a test's folder) whoever built the tree knows what is in it, and what is
/// there counts.
class build_tree {
public:
  explicit build_tree(std::filesystem::path folder) : folder_{std::move(folder)} {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Whether the part can be used as it is. No system call but a few stats and a short read.
  bool has(const part& which) const;

  /// The version of the sources, for `mark`; nullopt when there is no stamp.
  std::optional<std::filesystem::file_time_type> version() const;

  /// Notes that the part was built from sources of that version. Best effort: without the mark it
  /// is looked at once more.
  void mark(const part& which, std::filesystem::file_time_type version) const;

private:
  std::filesystem::path folder_;

  std::filesystem::path mark_of(const part& which) const;
  bool product_is_there(const part& which) const;
  bool stamp_says_all() const;
};

} // namespace weir::grader::parts

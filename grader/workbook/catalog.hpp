#pragma once

#include "base/errors.hpp"
#include "workbook/exercise.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// All exercises below `<root>/exercises`, in reading order. Immutable once loaded, but for the
/// places where paths are recognised; not synchronised.
class catalog {
public:
  /// Told what is wrong with an exercise that is left out.
  using problem_handler = std::function<void(const std::string&)>;

  /// Reads every `exercises/NN-chapter/MM-name/exercise.toml`.
  /// A malformed one is left out and told to `on_problem`; without that, or when no exercise is
  /// left, it throws content_error. Throws environment_error when there is no exercises folder.
  static catalog load(const std::filesystem::path& repository_root,
                      const problem_handler& on_problem = {});

  /// In order of chapter, then exercise.
  std::span<const exercise> exercises() const { return exercises_; }

  const std::filesystem::path& root() const { return root_; }

  /// The exercise's folder in the repository: exercise.toml, brief, interface, starter, scene.
  std::filesystem::path folder_of(const exercise& ex) const {
    return root_ / "exercises" / ex.folder;
  }

  /// Finds by id ("bounded-queue"), by number ("1.1", "01.01") or by path: the exercise's folder,
  /// or any file below it, in the repository or in a folder named to `recognise_below`. Null when
  /// nothing matches.
  const exercise* find(std::string_view id_or_number_or_path) const;

  /// Paths below `workspace_root` name exercises too, as `<workspace_root>/<folder>/...`.
  void recognise_below(const std::filesystem::path& workspace_root);

  /// At most three ids near to what was typed, nearest first; empty when nothing is near.
  std::vector<std::string> suggest(std::string_view typed) const;

private:
  std::filesystem::path root_;
  std::vector<exercise> exercises_;
  std::vector<std::filesystem::path> path_roots_;

  const exercise* find_by_path(const std::filesystem::path& typed) const;
};

} // namespace weir::grader

#pragma once

#include "workbook/catalog.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace weir::grader {

/// How a reader's file stands to the starter it was copied from.
enum class file_state {
  absent,   ///< never copied: the exercise is new to this workspace
  pristine, ///< as it was copied
  edited,
  deleted, ///< copied once, gone now
};

/// The folder where the reader works.
///
/// Layout: `.weir-workspace` (marker and version), `NN-chapter/MM-name/{<file>, interface copies,
/// brief.md}`, and
/// `.weir/` with `progress.json`, `lock`, `starters/` (each starter as it was copied) and
/// `backups/`.
///
/// The reader's file is never overwritten without a backup. All members throw environment_error
/// with advice when the file system refuses. Not synchronised; several processes may share a
/// workspace.
class workspace {
public:
  /// `tell` gets a sentence whenever something was done that the reader should know of.
  using notice = std::function<void(const std::string&)>;

  /// Touches nothing on disk.
  workspace(std::filesystem::path root, notice tell);

  const std::filesystem::path& root() const { return root_; }

  std::filesystem::path folder_of(const exercise& ex) const { return root_ / ex.folder; }

  /// Where the reader's file is or would be; see `require_file` for one that is certain to be
  /// there.
  std::filesystem::path file_of(const exercise& ex) const { return folder_of(ex) / ex.file; }

  std::filesystem::path state_folder() const { return root_ / ".weir"; }

  std::filesystem::path backup_folder() const { return state_folder() / "backups"; }

  /// Whether the marker is there.
  bool exists() const;

  /// Creates the marker and `.weir` if need be. Throws environment_error for a workspace of another
  /// version and for a non-empty folder that is no workspace.
  void open();

  /// Opens the workspace, gives every exercise that is new to it its files, and renews
  /// what the reader is not meant to edit. A starter that changed in the repository replaces only a
  /// pristine copy. Throws environment_error for a workspace of another version and for a non-empty
  /// folder that is no workspace.
  void prepare(const catalog& exercises);

  /// The reader's file after `prepare` for this one exercise: a regular file that can be read.
  /// Throws environment_error when the reader deleted it or put something else (a folder, a
  /// symbolic link) in its place.
  std::filesystem::path require_file(const catalog& exercises, const exercise& ex);

  file_state state_of(const exercise& ex) const;

  struct reset_outcome {
    file_state before{};
    std::optional<std::filesystem::path>
        backup; ///< where the reader's version went; empty when there was nothing to keep
  };

  /// Puts the starter back. A version that differs from it goes to `.weir/backups/<UTC
  /// time>/<folder>/` first; if that fails, nothing is changed.
  reset_outcome reset(const catalog& exercises, const exercise& ex,
                      std::chrono::system_clock::time_point now);

private:
  std::filesystem::path root_;
  notice tell_;

  void check_marker() const;
  void provide(const catalog& exercises, const exercise& ex);
  void provide_starter(const std::filesystem::path& starter, const exercise& ex);
  void provide_copy(const std::filesystem::path& from, const std::filesystem::path& to);
  std::filesystem::path pristine_copy_of(const exercise& ex) const;
  /// Where that is now which was there; empty: nothing was.
  std::optional<std::filesystem::path>
  put_in_place_of(const std::filesystem::path& file, const std::string& content,
                  const std::filesystem::path& backup_root) const;
};

} // namespace weir::grader

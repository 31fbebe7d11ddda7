#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace weir::grader {

/// A file's content at one moment, as far as "has it changed" needs it.
struct file_snapshot {
  bool exists{};
  std::uint64_t hash{}; ///< of the content; of the kind for what is no regular file

  bool operator==(const file_snapshot&) const = default;
};

/// Reads the file. A file that cannot be read (but is there) counts as existing, with a hash of its
/// own. Never throws, and never blocks on a pipe or a device.
file_snapshot take_snapshot(const std::filesystem::path& file) noexcept;

/// What a look at the watched file came to.
enum class file_change : std::uint8_t { changed, missing };

/// Tells a change from a look that found nothing new: touches, saves without an edit, events about
/// neighbours. Pure: snapshots in, changes out.
class change_filter {
public:
  /// This content is known; only another one is a change.
  void know(const file_snapshot& seen) { known_ = seen; }

  /// Empty when nothing is new. A file that comes back after it was missing has changed, whatever
  /// it holds.
  std::optional<file_change> look(const file_snapshot& seen) {
    if (seen == known_) {
      return std::nullopt;
    }
    known_ = seen;
    return seen.exists ? file_change::changed : file_change::missing;
  }

private:
  file_snapshot known_;
};

} // namespace weir::grader

#pragma once

#include "weir/trace/recording.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

// clang-format off
/// Trace files, format 2. All numbers are little-endian; nothing is padded.
///
///     bytes  what
///     8      magic: 89 57 45 49 52 0D 0A 1A
///     4      format version (2)
///     4      size of one event (32)
///     24     version of the weir that wrote it: text, filled up with NUL
///     8      size n of the tables
///     n      tables: header, strings, sources, tasks
///     8      checksum of the tables (src/trace/hash.hpp)
///     8      number k of events
///     32 k   events, as `struct event`
///     8      checksum of the events
///
/// The first 40 bytes keep this shape in every later version, so that an old weir can name the one it takes. The tables
/// stand before the events so that a file that breaks off can still be read as far as it goes.
///
/// Format 1 is read, too. Its sources have neither role nor subject; they are guessed by their names, as a weir of that
/// time did when it drew them (src/trace/roles_from_names.hpp).
// clang-format on
namespace weir::trace {

inline constexpr std::uint32_t file_version = 2;

/// Why a file could not be opened as a trace. `what()` names the file, what was expected, what was
/// found, what to do.
class file_error : public std::runtime_error {
public:
  enum class reason { cannot_read, cannot_write, not_a_trace, newer_version, damaged };

  file_error(reason why, const std::string& message) : std::runtime_error(message), why_(why) {}

  [[nodiscard]] reason why() const noexcept { return why_; }

private:
  reason why_;
};

/// The bytes of a trace file.
[[nodiscard]] std::string encode(const recording& trace);

/// The reverse. `name` is how error messages call the bytes. A trace that breaks off among its
/// events, or whose events do not match their checksum, is returned with `truncated` set and a
/// `remark`; damage before that throws. Throws file_error (not_a_trace, newer_version, damaged).
[[nodiscard]] recording decode(std::span<const std::byte> bytes,
                               const std::string& name = "the trace");

/// Writes beside `path` and renames over it, so that a reader sees the old file or the whole new
/// one. Throws file_error (cannot_write).
void write_file(const std::filesystem::path& path, const recording& trace);

/// Throws file_error.
[[nodiscard]] recording read_file(const std::filesystem::path& path);

} // namespace weir::trace

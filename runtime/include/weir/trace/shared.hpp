#pragma once

#include "weir/trace/recording.hpp"
#include "weir/trace/summary.hpp"

#include <cstddef>
#include <span>

/// How a finished run crosses from a scene runner to whoever asked for it: through memory that both
/// have mapped. Not a file format; both ends are built together.
namespace weir::trace {

/// A run as it comes out of shared memory.
struct shared_run {
  recording trace = {};
  summary seen = {};
};

/// Lays the run out in `to`: events as they are, tables, summary. Returns the bytes used. Throws
/// std::length_error when there is not enough room.
std::size_t write_shared(std::span<std::byte> to, const recording& trace, const summary& seen);

/// The reverse. The writer may be hostile and still writing: sizes are read once and checked, and
/// everything is copied before it is looked at. Throws file_error (damaged).
[[nodiscard]] shared_run read_shared(std::span<const std::byte> from);

} // namespace weir::trace

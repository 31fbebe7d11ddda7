#pragma once

#include "model/cursor.hpp"
#include "model/timeline.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir::viz {

/// What the trace knows of a task or a scope over its whole life, a sentence a line: who started it
/// and where, how long it lived, how it ended, whom it outlived. None says more than was recorded:
/// that several ended in one instant, not that somebody cancelled them.
[[nodiscard]] std::vector<std::string> tree_facts(const timeline& line, std::uint32_t node);

/// What it does at a cursor, in a line: "waits for timer (a.cpp:7), since 0.010 s; an orphan since
/// 0.070 s". Empty before its begin.
[[nodiscard]] std::string tree_now(const timeline& line, std::uint32_t node, cursor at);

/// "9 tasks, 1 scope, 1 orphan, 2 not ended"
[[nodiscard]] std::string tree_count(const task_tree& tree);

/// For a terminal: the tree at a cursor, at most `most` rows, of what has begun by then. Those that
/// are still there come before those that have ended where not all have room.
[[nodiscard]] std::vector<std::string> tree_as_text(const timeline& line, cursor at,
                                                    std::size_t most);

} // namespace weir::viz

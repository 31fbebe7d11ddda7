#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir::grader {

/// A promise as a brief states it.
struct brief_promise {
  std::string test; ///< the id of the test that judges it
  std::string text; ///< the brief's own words, Markdown and all, on one line
  int line{};       ///< where it begins, from 1
};

/// The promises of a brief.md, in order: the items of its numbered list that begin with the id of a
/// test, numbered from 1.
///
///     1. **push-waits** – `push` waits while the queue holds `capacity` items, and goes on in the
///        instant in which there is room for it.
///
///        A second paragraph explains, and is no part of the promise.
///
/// Code blocks and other lists are passed over. Throws content_error with file and line for an item
/// that is no promise although others are, a number out of turn, an id twice, or no words;
/// environment_error when the file can't be read.
std::vector<brief_promise> read_promises(const std::filesystem::path& brief);

} // namespace weir::grader

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn `a`
/// into `b` (optimal string alignment; Damerau 1964, Levenshtein 1966). O(|a| * |b|) time,
/// O(|b|) space. Counts bytes.
std::size_t text_distance(std::string_view a, std::string_view b);

/// At most three of `candidates` that `typed` may have been meant to be, nearest first: within a
/// third of its length in edits, or with `typed` as a part of at least three characters. Case is
/// ignored.
std::vector<std::string> nearest(std::string_view typed, std::span<const std::string> candidates);

/// " Did you mean 'a'?", " Did you mean 'a' or 'b'?", or nothing.
std::string did_you_mean(std::span<const std::string> suggestions);

} // namespace weir::grader

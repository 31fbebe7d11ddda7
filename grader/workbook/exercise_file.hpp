#pragma once

#include "workbook/exercise.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace weir::grader {

/// The words that `[starter] verdict` may hold.
std::span<const std::string_view> starter_verdicts();

/// Whether `text` is lower-case words and numbers joined by single hyphens: "bounded-queue".
bool is_kebab_case(std::string_view text);

/// Reads `folder`/exercise.toml, format 1, and the promises of its tests from `folder`/brief.md:
///
///     format = 1
///     id = "bounded-queue"         # the key of progress; kebab-case, unique in the workbook
///     title = "A queue that says wait"
///     summary = "One line for lists."
///     minutes = 20                 # 1..240
///     file = "queue.cpp"           # the starter, a plain file name
///     interface = ["queue.hpp"]    # may be absent
///     [starter]
///     verdict = "failed"           # one of starter_verdicts()
///     test = "push-waits"          # the test that must fail; needed when verdict is "failed"
///     [picture]                    # of the scene, for the chapter; may be absent
///     code = "naive"               # or "solution"
///     at = "4.4s"
///     set = ["batch=10"]           # may be absent
///     [[test]]                     # one or more, in the order of the brief's promises
///     id = "push-waits"            # unique in the file
///     points = 2                   # 1..100; 1 when absent
///     read = "heading-anchor"      # may be absent
///     [[hint]]                     # `weir author check` asks for three
///     text = "…"
///
/// `folder` has the shape …/NN-chapter/MM-name. The files that are named must be there. Throws
/// content_error.
exercise read_exercise_file(const std::filesystem::path& folder);

} // namespace weir::grader

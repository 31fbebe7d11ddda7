#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// One message of a compiler, with what belongs to it.
struct diagnostic {
  enum class severity { error, warning, note };
  severity level{severity::error};
  std::string file; ///< as the compiler printed it; empty for messages about no place
  std::size_t line{};
  std::size_t column{};
  std::string message;
  std::vector<std::string>
      preamble; ///< "In file included from", "In instantiation of", before the message
  std::vector<std::string> context; ///< source line, caret, after the message
  std::vector<diagnostic> notes;
};

/// Takes apart what clang or g++ printed (colours off). Text before the first message becomes its
/// preamble; text that belongs to no message at all becomes one error without a place.
std::vector<diagnostic> parse_diagnostics(std::string_view text);

struct folding {
  std::string own_file;     ///< the reader's file, as the compiler printed it: its notes are kept
  bool verbose{};           ///< keep everything
  std::size_t errors{3};    ///< more are counted, not shown
  std::size_t message{500}; ///< longer messages are cut; template names run to pages
};

/// For people: errors before warnings, each in the compiler's order, so that the first error comes
/// first; an error inside a library is placed at the reader's line that led to it; library notes
/// are counted, not shown; system paths shortened.
std::string fold_diagnostics(const std::vector<diagnostic>& all, const folding& how);

/// Whether a message shows a file below one of `roots`; relative paths are meant from
/// `working_directory`.
bool mentions_file_below(const std::vector<diagnostic>& all,
                         const std::vector<std::filesystem::path>& roots,
                         const std::filesystem::path& working_directory);

/// The first prerequisite below one of `roots` in what `-MD` wrote; empty when there is none.
std::string find_dependency_below(std::string_view makefile,
                                  const std::vector<std::filesystem::path>& roots,
                                  const std::filesystem::path& working_directory);

} // namespace weir::grader

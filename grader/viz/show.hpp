#pragma once

#include "protocol/submission.hpp"
#include "workbook/exercise.hpp"
#include "workbook/open_workbook.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader::viz {

using protocol::submission;

/// One word of `--compare`, or what the command line asks to be shown.
struct chosen_submission {
  submission which{submission::mine};
  std::filesystem::path file{}; ///< of submission::other, absolute

  bool operator==(const chosen_submission&) const = default;
};

/// "mine", "starter" (or "naive"), "solution", or a file. Throws usage_error for a file that is not
/// there.
chosen_submission parse_chosen(const std::string& word);

/// What a live window shows.
struct live_request {
  const exercise* ex{}; ///< has a scene
  submission shown{submission::mine};
  std::optional<submission> beside{};
  std::filesystem::path own_file{};   ///< stands in for the one in the workspace; empty: that one
  std::filesystem::path other_file{}; ///< of submission::other
  std::vector<std::string> settings{};
  std::optional<std::uint64_t> seed{};
  enum class solutions { after_a_pass, open };
  solutions gate{solutions::after_a_pass};
  std::vector<std::string> window_options{};
};

/// The visualizer's program. Throws environment_error, which says what to do, when it is not built.
std::filesystem::path require_window_program(const paths& where, const environment& env);

/// Whether the exercise has a scene; it may have to be built first.
bool has_scene(const paths& where, const exercise& ex);

/// Shows the scene until the window is closed; returns the window's exit status. SIGINT and SIGTERM
/// close it and come out as interrupted_error. Throws not_yet_error for a solution that is still
/// closed, environment_error.
int show_live(open_workbook& book, const environment& env, const live_request& request);

/// A token to be replayed against the code as it is now, and after every save.
struct replay_request {
  const exercise* ex{};
  std::string token{};
  std::filesystem::path file{}; ///< the code
  std::vector<std::string> window_options{};
};

/// Shows what the token's schedule comes to, until the window is closed; otherwise as `show_live`.
int show_replay(open_workbook& book, const environment& env, const replay_request& request);

/// Shows a recorded run.
int show_trace(const paths& where, const environment& env, const std::filesystem::path& trace,
               const std::vector<std::string>& window_options);

} // namespace weir::grader::viz

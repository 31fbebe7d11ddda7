#pragma once

#include "judge/verdict.hpp"
#include "workbook/exercise.hpp"

#include <string>

namespace weir::grader {

/// What a schedule that was run again came to, for people. Pure.
struct replay_report {
  enum class kind {
    held,       ///< no promise is broken in it now
    strayed,    ///< none is, but the code no longer has the choices that the token lists
    broken,     ///< one is broken, and there is a run to look at
    not_built,  ///< the compiler objects
    not_played, ///< there is no run to look at: a crash, a limit
  };
  kind what{};
  std::string title; ///< one line; empty where the run says it all
  std::string text;  ///< the rest; may be empty

  bool operator==(const replay_report&) const = default;
};

/// `before`: what the same token came to before the last save; null for the first replay.
replay_report report_replay(const verdict& now, const verdict* before, const exercise& ex);

} // namespace weir::grader

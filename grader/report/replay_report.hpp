#pragma once

#include "judge/verdict.hpp"
#include "protocol/feed.hpp"
#include "workbook/exercise.hpp"

#include <string>

namespace weir::grader {

/// What a schedule that was run again came to, for people. Pure.
struct replay_report {
  using kind = protocol::say_replayed::kind;

  kind what{kind::not_played};
  std::string title; ///< one line; empty where the run says it all
  std::string text;  ///< the rest; may be empty

  bool operator==(const replay_report&) const = default;
};

/// `before`: what the same token came to before the last save; null for the first replay.
replay_report report_replay(const verdict& now, const verdict* before, const exercise& ex);

} // namespace weir::grader

/// \file
/// Private to the advice: what its rules share. Each file `advice_*.cpp` holds the rules about one
/// subject.
#pragma once

#include "model/advice.hpp"
#include "model/words.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace weir::viz::rules {

/// Fewer observations than this are an anecdote.
inline constexpr std::uint64_t enough = 20;

/// What the rules look at, and what they have said so far.
class findings {
public:
  findings(const timeline& of, const run_facts& known)
      : line(of), facts(known), figures(headline_of(of)) {}

  const timeline& line;
  const run_facts& facts;
  headline figures;
  bool growing = false; ///< some queue grows: part of the evidence for overload
  bool stuck = false;   ///< it grows because next to nothing ends well any more, not from load

  /// As the scene's result says it, else as the trace does.
  [[nodiscard]] std::string_view ended() const noexcept {
    return facts.ended.empty() ? line.ended() : facts.ended;
  }

  /// The first knob whose name has one of these words in it, the first word first.
  [[nodiscard]] const knob_value* knob(std::initializer_list<std::string_view> parts) const;
  [[nodiscard]] const knob_info* info(std::initializer_list<std::string_view> parts) const;

  void give(std::string_view rule, urgency weight, std::string text, std::string evidence,
            const knob_info* knob = nullptr, std::string_view turn = {});

  /// Whether this rule has spoken.
  [[nodiscard]] bool gave(std::string_view rule) const noexcept;

  [[nodiscard]] std::vector<advice> take() { return std::move(given_); }

private:
  std::vector<advice> given_; ///< the most urgent first; among equals in the order of the rules
};

void judge_end(findings& so_far);      ///< how it ended, and what never does
void judge_gauges(findings& so_far);   ///< queues and limits
void judge_calls(findings& so_far);    ///< load, retries, timeouts, latency
void judge_losses(findings& so_far);   ///< what did not end well, where nothing else explains it
void judge_breakers(findings& so_far); ///< what they do, and what they don't
void judge_record(findings& so_far);   ///< the loop, and what the trace leaves out

} // namespace weir::viz::rules

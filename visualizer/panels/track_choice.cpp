#include "model/words.hpp"
#include "panels/track_drawing.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace weir::viz {

namespace {

/// Words of four letters or more, and numbers.
std::vector<std::string> telling_words(std::string_view name) {
  std::vector<std::string> found;
  std::string word;
  for (const char each : std::string{name} + ' ') {
    const auto c = static_cast<unsigned char>(each);
    if (std::isalnum(c) != 0) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    const bool number = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    if (word.size() >= 4 || number) {
      found.push_back(word);
    }
    word.clear();
  }
  return found;
}

/// Whether the goals speak of it: at least half of its words stand there.
bool is_asked_for(std::string_view name, std::string_view goals) {
  const auto words = telling_words(name);
  const auto there = std::ranges::count_if(
      words, [&](const std::string& word) { return words::has(goals, word); });
  return there > 0 && 2 * there >= static_cast<std::ptrdiff_t>(words.size());
}

/// The load is what a run is put to; no goal speaks of it.
bool is_load(const counter_series& counter) {
  return counter.role == trace::source_role::load;
}

/// Tracks in the order of reading: load first, then what became of it, then what the goals speak
/// of, then the rest; what stays at zero is told last.
class track_list {
public:
  track_list(const timeline& line, const track_request& request)
      : line_(line), request_(request), taken_(line.gauges().size(), false) {
    for (const breaker_sources& each : line.breakers()) {
      for (const std::int32_t own : {each.failure_rate, each.calls_in_window, each.window_size,
                                     each.cooldown, each.probes}) {
        if (own >= 0) {
          taken_[static_cast<std::size_t>(own)] = true;
        }
      }
    }
  }

  std::vector<track> list() {
    add_breakers();
    add_moving(main_queue(line_), theme::queue, 1.2F);
    add_moving(main_in_flight(line_), theme::in_flight, 1);
    add_ends();
    add_probes(true);
    add_states();
    add_probes(false);
    for (const counter_series& each : line_.counters()) {
      if (is_load(each) && each.total.extent().max > 0) {
        add(each);
      }
    }
    for (const gauge_series& each : line_.gauges()) {
      add(&each, theme::ghost, 0.4F);
    }
    return std::move(found_);
  }

private:
  void add(const gauge_series* gauge, ImU32 colour, float share) {
    if (gauge == nullptr) {
      return;
    }
    const auto index = static_cast<std::size_t>(gauge - line_.gauges().data());
    if (!taken_[index] && !gauge->value.empty()) {
      taken_[index] = true;
      found_.push_back({track_kind::gauge, index, std::string{gauge->name}, colour, 41, share});
    }
  }

  void add(const counter_series& counter) {
    const auto index = static_cast<std::size_t>(&counter - line_.counters().data());
    found_.push_back(
        {track_kind::counter, index, std::string{counter.name}, theme::short_circuit, 41, 0.6F});
  }

  void add_moving(const gauge_series* gauge, ImU32 colour, float share) {
    if (gauge != nullptr && (gauge->value.extent().max > 0 || gauge->value.extent().min < 0)) {
      add(gauge, colour, share);
    }
  }

  void add_band(std::size_t state) {
    found_.push_back({track_kind::breaker_band, state, {}, theme::closed, 42, 0});
  }

  void add_breakers() {
    for (const breaker_sources& each : line_.breakers()) {
      const bool wanted = request_.breaker.empty() || request_.breaker == each.name;
      if (each.state >= 0 && wanted) {
        add_band(static_cast<std::size_t>(each.state));
      }
    }
  }

  void add_ends() {
    if (const outcome_series* ends = line_.main_outcomes();
        ends != nullptr && !ends->times.empty()) {
      const outcome_counts all = ends->counts(0, ends->times.size());
      const auto kinds = std::ranges::count_if(shown_outcomes, [&](trace::outcome how) {
        return all[static_cast<std::size_t>(how)] > 0;
      });
      // The gutter is the legend: a line of its own for each kind.
      const float lines = 16.0F * static_cast<float>(kinds + 1) + 2;
      found_.push_back({track_kind::outcomes, 0, {}, theme::closed, std::max(62.0F, lines), 1.2F});
    }
    if (line_.main_latency() != nullptr) {
      found_.push_back({track_kind::latency, 0, {}, theme::timeout, 44, 1});
    }
    if (!line_.amplification().empty()) {
      found_.push_back({track_kind::amplification, 0, {}, theme::retry, 41, 0.6F});
    }
  }

  /// Gauges and counters that the goals speak of, or those that they don't.
  void add_probes(bool asked_for) {
    for (const gauge_series& each : line_.gauges()) {
      if (is_asked_for(each.name, request_.goals) == asked_for) {
        const bool lag = each.role == trace::source_role::loop_lag;
        add_moving(&each, lag ? theme::timeout : theme::in_flight, 0.8F);
      }
    }
    for (const counter_series& each : line_.counters()) {
      // One that stays at zero says something only where a goal wants it so.
      if (!is_load(each) && is_asked_for(each.name, request_.goals) == asked_for &&
          (asked_for || each.total.extent().max > 0)) {
        add(each);
      }
    }
  }

  void add_states() {
    for (const state_series& each : line_.states()) {
      const auto index = static_cast<std::size_t>(&each - line_.states().data());
      const bool is_breaker = std::ranges::any_of(line_.breakers(), [&](const auto& one) {
        return one.state == static_cast<std::int32_t>(index);
      });
      if (!is_breaker && !each.transitions.empty()) {
        add_band(index);
      }
    }
  }

  const timeline& line_;
  const track_request& request_;
  std::vector<bool> taken_;
  std::vector<track> found_;
};

} // namespace

std::vector<track> tracks_of(const timeline& line, const track_request& request) {
  return track_list{line, request}.list();
}

track_request track_request_of(const workbench& bench) {
  track_request request;
  if (const breaker_sources* chosen = bench.breaker(); chosen != nullptr) {
    request.breaker = chosen->name;
  }
  if (bench.shown() != nullptr) {
    for (const judged_goal& each : bench.shown()->goals()) {
      request.goals += each.text + '\n';
    }
  }
  return request;
}

} // namespace weir::viz

#pragma once

#include "model/axis.hpp"
#include "model/sweep.hpp"
#include "model/transport.hpp"
#include "panels/actions.hpp"
#include "process/simulation.hpp"
#include "session/run.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir::viz {

enum class tab : std::uint8_t { charts, lanes, events, compare, sweep, flow, knobs, goal };

/// What the run on show is compared with.
enum class rival : std::uint8_t { none, previous, yours, naive, mended, file };

[[nodiscard]] rival rival_of(submission which);
[[nodiscard]] std::string_view name_of(submission which); ///< "your code", "naive", ...
[[nodiscard]] std::string_view name_of(rival which);      ///< "the previous run", ...

/// Everything the window knows that is not on the screen: the run on show, where the cursor is,
/// what the knobs are set to, what was asked of the simulation. No ImGui, no window: panels read
/// it, and change it only through what is declared here.
class workbench {
public:
  /// A live session.
  explicit workbench(std::unique_ptr<simulation> source);
  /// A recorded run.
  workbench(std::shared_ptr<const trace::recording> recorded, std::string file_name);

  // --- time ---------------------------------------------------------------------------------
  viz::transport clock;
  viz::axis view{};
  std::vector<nanos> markers; ///< ascending

  // --- the picture --------------------------------------------------------------------------
  [[nodiscard]] run* shown() const noexcept { return shown_.get(); }

  [[nodiscard]] run* ghost() const noexcept { return ghost_.get(); } ///< the run before; null: none

  [[nodiscard]] run* other() const noexcept; ///< what is compared with; null: none

  /// A scene is played: there are knobs to turn. Not so where a schedule is replayed, although
  /// saves are followed there too.
  [[nodiscard]] bool live() const { return source_ != nullptr && !source_->scenes().empty(); }

  [[nodiscard]] const std::string& file_name() const noexcept { return file_name_; }

  [[nodiscard]] const scene_info& scene() const noexcept { return scene_; }

  [[nodiscard]] const std::vector<submission>& codes() const noexcept { return codes_; }

  [[nodiscard]] const std::vector<scene_entry>& scenes() const;

  [[nodiscard]] submission code() const noexcept { return code_; }

  [[nodiscard]] const viz::banner& banner() const noexcept { return banner_; }

  void dismiss_banner() { banner_ = {}; }

  /// The breaker that its panel, the charts' band and the steps from transition to transition are
  /// about: the one that was chosen, else the run's first; null when the run has none.
  [[nodiscard]] const breaker_sources* breaker() const;

  /// Runs to come keep to the one of this name, as long as they have it.
  void choose_breaker(std::string_view name) { breaker_ = name; }

  /// Where that breaker changes its state; of a run without breakers, whatever states it has.
  [[nodiscard]] std::span<const transition> transitions() const;

  /// A request is out that has not been answered.
  [[nodiscard]] bool waiting() const noexcept { return answered_ != asked_; }

  /// The session has ended: nothing will come any more.
  [[nodiscard]] bool session_over() const noexcept { return session_over_; }

  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::string caption() const;

  // --- knobs --------------------------------------------------------------------------------
  [[nodiscard]] const std::vector<knob_value>& knobs() const noexcept { return knobs_; }

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

  /// From here on the run on show becomes the ghost of those to come: a drag begins.
  void begin_change();
  /// Held within the knob's range, otherwise kept as it is given. Asks for a run.
  void set_knob(std::size_t index, double value);
  /// The same by a hand on a slider: goes to the knob's nearest step.
  void drag_knob(std::size_t index, double value);
  void reset_knobs();
  void set_seed(std::uint64_t seed);
  void show_code(submission which);
  void open_scene(const std::string& id, submission which);
  void rerun();
  /// `weir scene ID --seed 7 --set a=1`: what was shown, as a command.
  [[nodiscard]] std::string command_line() const;

  // --- compare and sweep --------------------------------------------------------------------
  [[nodiscard]] rival against() const noexcept { return against_; }

  void compare_with(rival which);

  /// Why the run that was asked for to compare with did not come: "naive crashed: ..."; empty while
  /// it may still come, or has.
  [[nodiscard]] const std::string& other_failure() const noexcept { return other_failure_; }

  [[nodiscard]] std::vector<rival> rivals() const; ///< those there are now

  std::size_t sweep_knob = 0;
  /// As many runs as suit the knob (sweep_count), or `count`.
  void start_sweep(std::optional<std::size_t> count = {});
  void stop_sweep();
  /// Sets the knob that was swept to the value of one of the points.
  void choose_swept(double value);
  /// Code, seed or another knob has been changed since: the curves show what was then.
  [[nodiscard]] bool sweep_is_old() const;

  [[nodiscard]] bool sweeping() const noexcept { return sweep_missing_ > 0; }

  [[nodiscard]] std::size_t sweep_done() const noexcept {
    return sweep_points_.size() + sweep_failures_.size();
  }

  [[nodiscard]] std::size_t sweep_total() const noexcept { return sweep_done() + sweep_missing_; }

  /// A value for which there is no point: its run crashed, hung or ended badly.
  struct sweep_failure {
    double value = 0;
    std::string why = {};
  };

  [[nodiscard]] const std::vector<sweep_failure>& sweep_failures() const noexcept {
    return sweep_failures_;
  }

  /// Of what has come in so far; null before the first.
  [[nodiscard]] const sweep_result* sweep() const noexcept { return sweep_ ? &*sweep_ : nullptr; }

  [[nodiscard]] const knob_info* swept() const noexcept { return swept_ ? &*swept_ : nullptr; }

  // --- what the panels remember -------------------------------------------------------------
  viz::tab tab = viz::tab::charts;
  viz::tab second_tab =
      viz::tab::lanes; ///< of the lower half, where the window is tall enough for two
  bool presenter = false;
  bool help_open = false;
  bool menu_open = false;
  bool banner_open = true;
  bool focus_filter = false; ///< the events' filter takes the caret in the next frame
  event_filter filter{};
  std::optional<std::size_t> selected_event;
  std::optional<std::uint32_t> selected_span;
  /// A value that is being typed: a knob by index, or `typing_seed`.
  static constexpr std::size_t typing_seed = static_cast<std::size_t>(-1);
  std::optional<std::size_t> typing;
  std::string typed;
  std::string typing_error;
  std::string latency_of; ///< name of the spans that the charts' latency is about; empty: main
  std::string highlighted_knob; ///< an advice points at it
  bool scroll_to_knob = false;  ///< it comes into view with the next frame
  float text_scale = 1;         ///< times the display's: Ctrl +, Ctrl -

  // --- doing --------------------------------------------------------------------------------
  void perform(action what);
  /// Takes in what the simulation has to tell. True when anything changed.
  bool poll();
  /// `real_ns` went by. True when the cursor moved.
  bool advance(nanos real_ns);
  /// Text for the clipboard, once.
  [[nodiscard]] std::optional<std::string> take_copied();

  /// A line to show for a moment ("copied"); empty when there is none.
  [[nodiscard]] const std::string& notice() const noexcept { return notice_; }

  /// There is something that Esc would close or clear.
  [[nodiscard]] bool can_clear() const;

  void drop_notice() { notice_.clear(); }

  void select_event(std::size_t index);

private:
  void show(std::shared_ptr<run> next);
  void show_recorded(std::shared_ptr<const trace::recording> recorded);
  void take(const scene_opened& what);
  void take(const run_finished& what);
  void take(const run_replayed& what);
  void take(const viz::banner& what);
  void ask_main();
  void ask_other();
  [[nodiscard]] run_request request_for(slot where, submission which) const;
  void toggle_marker();
  void to_transition(action which);
  void clear();

  std::unique_ptr<simulation> source_;
  std::string file_name_;
  scene_info scene_;
  std::vector<submission> codes_;
  submission code_ = submission::mine;
  std::vector<knob_value> knobs_;
  std::uint64_t seed_ = 1;
  std::shared_ptr<run> shown_;
  std::shared_ptr<run> ghost_;
  std::shared_ptr<run> other_;
  bool change_begun_ = false;
  rival against_ = rival::none;
  bool other_awaited_ = false;
  std::string failure_;       ///< of this or the other run, while both are awaited
  std::string other_failure_; ///< known to be the other's
  viz::banner banner_;
  bool session_over_ = false;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t asked_ = 0;    ///< ticket of the latest request for `slot::main`
  std::uint64_t answered_ = 0; ///< ticket of the latest answer to one

  std::optional<knob_info> swept_;
  run_request swept_with_; ///< code, seed and the other knobs
  std::vector<sweep_point> sweep_points_;
  std::vector<sweep_failure> sweep_failures_;
  std::vector<double> sweep_values_;
  std::optional<sweep_result> sweep_;
  std::size_t sweep_missing_ = 0;
  std::uint64_t sweep_first_ticket_ = 0;

  std::string breaker_;             ///< name of the chosen one
  std::optional<nanos> quiet_from_; ///< of a recorded run, see run::quiet_from
  std::optional<std::string> copied_;
  std::string notice_;
};

} // namespace weir::viz

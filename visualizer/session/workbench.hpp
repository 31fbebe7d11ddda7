#pragma once

#include "model/axis.hpp"
#include "model/transport.hpp"
#include "process/simulation.hpp"
#include "session/action.hpp"
#include "session/inbox.hpp"
#include "session/knob_sweep.hpp"
#include "session/rival.hpp"
#include "session/run.hpp"
#include "session/screen_state.hpp"
#include "session/tuned_scene.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir::viz {

/// Everything the window knows that is not on the screen: the run on show, where the cursor is,
/// what the knobs are set to, what was asked of the simulation. No ImGui, no window: panels read
/// it, and change it only through what is declared here.
class workbench {
public:
  /// A live session. `wake` is called from any thread when `poll` has something to take in.
  explicit workbench(std::unique_ptr<simulation> source, std::function<void()> wake = {});
  /// A recorded run.
  workbench(std::shared_ptr<const trace::recording> recorded, std::string file_name);

  viz::transport clock;
  viz::axis view{};
  std::vector<nanos> markers; ///< ascending
  screen_state screen;

  // --- the runs -----------------------------------------------------------------------------
  [[nodiscard]] run* shown() const noexcept { return shown_.get(); }

  [[nodiscard]] run* ghost() const noexcept { return ghost_.get(); } ///< the run before; null: none

  [[nodiscard]] run* other() const noexcept; ///< what is compared with; null: none

  /// The breaker that its panel, the charts' band and the steps from transition to transition are
  /// about: the one that was chosen, else the run's first; null when the run has none.
  [[nodiscard]] const breaker_sources* breaker() const;

  /// Where that breaker changes its state; of a run without breakers, whatever states it has.
  [[nodiscard]] std::span<const transition> transitions() const;

  // --- the session --------------------------------------------------------------------------
  /// A scene is played: there are knobs to turn. Not so where a schedule is replayed, although
  /// saves are followed there too.
  [[nodiscard]] bool live() const { return source_ != nullptr && !source_->scenes().empty(); }

  [[nodiscard]] const std::vector<scene_entry>& scenes() const;

  [[nodiscard]] const tuned_scene& scene() const noexcept { return scene_; }

  [[nodiscard]] const viz::banner& banner() const noexcept { return banner_; }

  void dismiss_banner() { banner_ = {}; }

  /// A request is out that has not been answered.
  [[nodiscard]] bool waiting() const noexcept { return answered_ != asked_; }

  /// The session has ended: nothing will come any more.
  [[nodiscard]] bool session_over() const noexcept { return session_over_; }

  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::string caption() const;
  /// `weir viz ID --seed 7 --set a=1`: what was shown, as a command.
  [[nodiscard]] std::string command_line() const;

  // --- knobs --------------------------------------------------------------------------------
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

  // --- compare and sweep --------------------------------------------------------------------
  [[nodiscard]] rival against() const noexcept { return against_; }

  void compare_with(rival which);

  /// Why the run that was asked for to compare with did not come: "The starter crashed: ..."; empty
  /// while it may still come, or has.
  [[nodiscard]] const std::string& other_failure() const noexcept { return other_failure_; }

  [[nodiscard]] std::vector<rival> rivals() const; ///< those there are now

  [[nodiscard]] const knob_sweep& sweep() const noexcept { return sweep_; }

  /// Of the knob that `screen.sweep_knob` says: as many runs as suit it (sweep_count), or `count`.
  void start_sweep(std::optional<std::size_t> count = {});
  void stop_sweep();
  /// Sets the knob that was swept to the value of one of the points.
  void choose_swept(double value);
  /// Code, seed or another knob has been changed since: the curves show what was then.
  [[nodiscard]] bool sweep_is_old() const;

  // --- doing --------------------------------------------------------------------------------
  void perform(action what);
  /// Takes in what the simulation has to tell. True when anything changed.
  bool poll();
  /// `real_ns` went by. True when the cursor moved.
  bool advance(nanos real_ns);
  void select_event(std::size_t index);
  /// Of the tree: the cursor goes to its begin, or stays where it is.
  enum class move_cursor : std::uint8_t { to_begin, not_at_all };
  void select_node(std::uint32_t node, move_cursor how = move_cursor::to_begin);
  /// Hides what is below it, or shows it again.
  void fold_node(std::uint32_t node);

private:
  void show(std::shared_ptr<run> next);
  void show_recorded(std::shared_ptr<const trace::recording> recorded);
  void take(const scene_opened& what);
  void take(const run_ready& what);
  void take(const run_replayed& what);
  void take(const viz::banner& what);
  void forget_runs();
  void ask_main();
  void ask_other();
  void perform_on_run(action what);
  void toggle_marker();
  void to_transition(action which);
  void open_tree();
  void to_task(action which);
  void fold_selected();
  void toggle_orphans();

  inbox inbox_;
  std::unique_ptr<simulation> source_; // goes first: its thread puts into the inbox
  std::string file_name_;
  tuned_scene scene_;
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
  knob_sweep sweep_;
  std::optional<nanos> quiet_from_; ///< of a recorded run, see run::quiet_from
};

} // namespace weir::viz

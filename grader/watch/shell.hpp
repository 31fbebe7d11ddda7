#pragma once

#include "base/task_group.hpp"
#include "terminal/frame_painter.hpp"
#include "terminal/key_decoder.hpp"
#include "terminal/terminal.hpp"
#include "terminal/text.hpp"
#include "terminal/tty.hpp"
#include "watch/editor.hpp"
#include "watch/machine.hpp"
#include "watch/services.hpp"
#include "workbook/file_watcher.hpp"
#include "workbook/watch_plan.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader::watch {

/// What the watch loop needs to know before it starts.
struct shell_settings {
  std::vector<watched_exercise> exercises; ///< Not empty.
  std::size_t current{};
  watch_request how_to_watch;
  text_style style;
  environment env;
};

/// The watch loop on a terminal: performs what watch_machine decides.
///
/// One scope owns the keyboard, the signals, the file watcher, the run under way and the background
/// search; `run` returns when all of them have ended. Everything happens on the executor's one
/// thread.
class watch_shell {
public:
  /// Throws boost::system::system_error when there is no terminal.
  watch_shell(asio::any_io_executor executor, shell_settings settings, watch_services services);

  /// The loop, until the reader quits, SIGINT, SIGTERM, SIGHUP, or the end of input. The terminal
  /// is as before afterwards.
  asio::awaitable<void> run();

private:
  asio::awaitable<void> read_keys();
  asio::awaitable<void> flush_lone_escape();
  asio::awaitable<void> obey_signals();
  asio::awaitable<void> follow_file();
  asio::awaitable<void> tick();
  asio::awaitable<void> judge_one(start_run wanted);
  asio::awaitable<void> judge_all(start_check wanted);
  asio::awaitable<void> judge_deeply(start_deep wanted);
  asio::awaitable<void> show_window(open_visualizer wanted);
  asio::awaitable<void> edit_in_terminal();
  asio::awaitable<void> edit_in_window(editor_command command);

  waiting_handler waiting_in(generation run);
  void feed(event happened);
  void press(const std::vector<key>& keys);
  void suspend();
  void begin_ticking();
  void remember(const std::function<void()>& write);

  void perform(const watch_file& wanted);
  void perform(const start_run& wanted);
  void perform(const start_check& wanted);
  void perform(const cancel_run&);
  void perform(const start_deep& wanted);
  void perform(const cancel_deep&);
  void perform(const record_result& wanted);
  void perform(const record_hints& wanted);
  void perform(const record_current& wanted);
  void perform(const load_page& wanted);
  void perform(const reset_file& wanted);
  void perform(const open_editor& wanted);
  void perform(const open_visualizer& wanted);
  void perform(const draw&);
  void perform(const redraw&);
  void perform(const quit&);

  asio::any_io_executor executor_;
  watch_request how_to_watch_;
  text_style style_;
  environment env_;
  watch_services services_;
  watch_machine machine_;
  tty terminal_;
  frame_painter painter_;
  key_decoder decoder_;
  file_watcher watcher_;
  asio::signal_set signals_;
  asio::steady_timer escape_timer_;
  task_group group_;
  latest_task run_;
  latest_task deep_;
  latest_task window_;
  std::deque<event> events_;
  bool feeding_{};
  bool ticking_{};
  bool told_of_plan_{};
  std::optional<editor_command>
      terminal_editor_; // to be run by the keyboard's task, which then reads no keys
  bool handed_over_{};  // to that editor
};

} // namespace weir::grader::watch

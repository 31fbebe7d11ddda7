#pragma once

#include "base/task_group.hpp"
#include "judge/runner.hpp"
#include "judge/verdict.hpp"
#include "viz/outbox.hpp"
#include "workbook/exercise.hpp"
#include "workbook/file_watcher.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace weir::grader::viz {

/// A token, and the code that it is replayed against.
struct replay_source {
  const exercise* ex{};
  std::filesystem::path file;         ///< is followed
  std::filesystem::path build_folder; ///< where traces lie while they are read
  /// The verdict of the token's schedule on the file as it is now. May throw std::exception, whose
  /// message is then shown in the window.
  std::function<asio::awaitable<verdict>()> judge;
};

/// Says to the window what a token's schedule comes to: at once, and again after every save. One
/// thread.
class replay_feeder {
public:
  replay_feeder(asio::any_io_executor executor, outbox::socket connection, replay_source source);
  replay_feeder(const replay_feeder&) = delete;
  replay_feeder& operator=(const replay_feeder&) = delete;

  /// Until the window hangs up, or cancelled. Ends what it has started.
  asio::awaitable<void> run();

private:
  void replay_later();
  asio::awaitable<void> replay();
  asio::awaitable<void> follow();
  asio::awaitable<void> wait_for_hang_up();
  void tell(verdict judged);
  std::filesystem::path keep_trace(const verdict& judged);

  outbox::socket connection_;
  replay_source source_;
  task_group group_;
  latest_task replay_;
  file_watcher watcher_;
  outbox outbox_;
  scratch_folder traces_;
  std::uint64_t replays_{};
  std::optional<verdict> before_; ///< of the last replay that came to one
};

} // namespace weir::grader::viz

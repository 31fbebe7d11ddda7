#pragma once

#include "base/task_group.hpp"
#include "judge/build_folder.hpp"
#include "judge/runner.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "protocol/feed.hpp"
#include "viz/outbox.hpp"
#include "workbook/exercise.hpp"
#include "workbook/file_watcher.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::grader::viz {

using protocol::submission;

/// What the feeder asks of the rest of the grader. May throw std::exception, whose message is then
/// shown in the window.
struct feed_services {
  std::function<const exercise&(const std::string& id)> exercise_of;
  std::function<std::vector<submission>(const exercise& ex)> submissions_of;
  /// The file behind a submission. Throws not_yet_error for a solution that is still closed.
  std::function<std::filesystem::path(const exercise& ex, submission which)> source_of;
  /// Below the workspace.
  std::function<std::filesystem::path(const exercise& ex)> build_folder_of;
  std::function<toolchain()> load_toolchain;
  std::filesystem::path repository_root;
};

/// Says to the window which modules to run: builds what is shown, once more on every save, and what
/// the window asks for. One thread.
class feeder {
public:
  using socket = asio::local::stream_protocol::socket;

  feeder(asio::any_io_executor executor, socket connection, sandbox box, feed_services services);

  feeder(const feeder&) = delete;
  feeder& operator=(const feeder&) = delete;

  /// Says these first, and opens the scene. To be called once, before `run`.
  void begin(protocol::say_scenes scenes, const protocol::say_open& first);

  /// Until the window hangs up, or cancelled. Ends what it has started.
  asio::awaitable<void> run();

private:
  void open(const protocol::say_open& what);
  void build_later(submission which);
  void watch(submission which);
  asio::awaitable<void> read_requests();
  asio::awaitable<void> follow(submission which);
  asio::awaitable<void> build(submission which);
  asio::awaitable<protocol::feed_message> built(const exercise& ex, submission which);
  void handle(const protocol::feed_request& asked);
  void answer(const protocol::ask_open& asked);

  void answer(const protocol::ask_module& asked) { build_later(asked.which); }

  asio::any_io_executor executor_;
  socket connection_;
  sandbox box_;
  feed_services services_;
  task_group group_;
  std::array<latest_task, 4> builds_;
  file_watcher own_file_;
  file_watcher other_file_;
  outbox outbox_;
  const exercise* open_{};
  submission shown_{};
  std::uint64_t openings_{};
  bool other_watched_{};
  std::map<submission, std::shared_ptr<const build_claim>> in_use_; ///< what the window runs
  std::optional<scratch_folder> scratch_;                           ///< the runners' working folder
};

} // namespace weir::grader::viz

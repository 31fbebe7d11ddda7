#pragma once

#include "workbook/file_snapshot.hpp"
#include "workbook/watch_plan.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <string_view>

namespace weir::grader {
namespace asio = boost::asio;

/// Reports changes of one file at a time.
///
/// Watches the file's folder, because editors replace a file by renaming another one over it.
/// Events that come close together are one change; content decides whether it is one at all. Where
/// inotify cannot be had (no descriptors left, a kernel without it, a folder that is gone) the file
/// is looked at every half second instead, until events are back.
class file_watcher {
public:
  /// `quiet`: how long events must pause before the file is looked at. 30 ms covers
  /// truncate-and-write and rename pairs.
  explicit file_watcher(asio::any_io_executor executor,
                        std::chrono::milliseconds quiet = std::chrono::milliseconds{30});
  ~file_watcher();

  file_watcher(const file_watcher&) = delete;
  file_watcher& operator=(const file_watcher&) = delete;

  /// Watches this file from now on, by this plan; its content now is known. False when the file is
  /// not there. May be called while `next` waits.
  bool watch(std::filesystem::path file, watch_plan plan);

  /// The content now is known: for changes that the loop itself made.
  void resync();

  /// Waits for the next change. One caller at a time. Throws system_error(operation_aborted) when
  /// cancelled.
  asio::awaitable<file_change> next();

private:
  enum class woken { by_event, by_time };

  asio::awaitable<woken> wait();
  asio::awaitable<woken> wait_for_event();
  asio::awaitable<woken> wait_for_time(std::chrono::milliseconds duration);
  asio::awaitable<woken> wait_for_event_or_time(std::chrono::milliseconds duration);
  asio::awaitable<void> wait_for_quiet();
  bool watching_folder();
  void leave_folder();
  bool concerns_file(std::string_view events);

  asio::posix::stream_descriptor inotify_;
  asio::steady_timer timer_;
  std::chrono::milliseconds quiet_;
  std::filesystem::path file_;
  watch_plan plan_;
  change_filter filter_;
  int folder_{-1}; // inotify's number for the folder, while it is watched
};

} // namespace weir::grader

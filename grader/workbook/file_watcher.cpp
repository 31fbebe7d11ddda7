#include "workbook/file_watcher.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <sys/inotify.h>

#include <array>
#include <cstring>
#include <exception>
#include <utility>

namespace weir::grader {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t interesting = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE |
                                      IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                      IN_ONLYDIR;
constexpr auto without_events = 500ms; // between looks while the folder cannot be watched
constexpr int most_pauses = 10;        // a file that never rests is looked at all the same

} // namespace

file_watcher::file_watcher(asio::any_io_executor executor, std::chrono::milliseconds quiet)
    : inotify_{executor}, timer_{executor}, quiet_{quiet} {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor >= 0) {
    inotify_.assign(descriptor);
  }
}

file_watcher::~file_watcher() = default;

bool file_watcher::watch(std::filesystem::path file, watch_plan plan) {
  leave_folder();
  file_ = std::move(file);
  plan_ = std::move(plan);
  watching_folder(); // before the content is read, so that no change falls between
  const auto seen = take_snapshot(file_);
  filter_.know(seen);
  timer_.cancel(); // whoever waits looks at the new plan
  if (inotify_.is_open()) {
    inotify_.cancel();
  }
  return seen.exists;
}

void file_watcher::resync() {
  filter_.know(take_snapshot(file_));
}

asio::awaitable<file_change> file_watcher::next() {
  for (;;) {
    const auto why = co_await wait();
    if (why == woken::by_event) {
      co_await wait_for_quiet();
    }
    const auto found = filter_.look(take_snapshot(file_));
    if (found) {
      co_return *found;
    }
  }
}

// Until something may have happened to the file.
asio::awaitable<file_watcher::woken> file_watcher::wait() {
  const auto interval = plan_.interval > 0ms ? plan_.interval : without_events;
  const bool watched_before = folder_ >= 0;
  if (!watching_folder()) {
    co_return co_await wait_for_time(interval);
  }
  if (!watched_before) {
    co_return woken::by_time;
  } // what happened before the watch sent no event
  if (plan_.mode == watch_mode::events) {
    co_return co_await wait_for_event();
  }
  co_return co_await wait_for_event_or_time(interval);
}

asio::awaitable<file_watcher::woken> file_watcher::wait_for_event() {
  alignas(inotify_event) std::array<char, 4096> events;
  for (;;) {
    const auto into = asio::buffer(events);
    const auto [error, count] =
        co_await inotify_.async_read_some(into, asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error{asio::error::operation_aborted};
    }
    if (error) {
      co_return woken::by_time;
    } // another file is watched now, or inotify failed: look, then wait anew
    if (concerns_file({events.data(), count})) {
      co_return woken::by_event;
    }
  }
}

asio::awaitable<file_watcher::woken>
file_watcher::wait_for_time(std::chrono::milliseconds duration) {
  timer_.expires_after(duration);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  co_return woken::by_time;
}

asio::awaitable<file_watcher::woken>
file_watcher::wait_for_event_or_time(std::chrono::milliseconds duration) {
  using namespace asio::experimental::awaitable_operators;
  try {
    const auto first = co_await (wait_for_event() || wait_for_time(duration));
    co_return first.index() == 0 ? std::get<0>(first) : std::get<1>(first);
  } catch (const asio::multiple_exceptions& both) { // thrown by `||` when both sides were cancelled
    std::rethrow_exception(both.first_exception());
  }
}

asio::awaitable<void> file_watcher::wait_for_quiet() {
  for (int pause = 0; pause < most_pauses; ++pause) {
    if (co_await wait_for_event_or_time(quiet_) == woken::by_time) {
      co_return;
    }
  }
}

// True when events will tell; tries to watch the folder where that is not so yet.
bool file_watcher::watching_folder() {
  if (plan_.mode != watch_mode::events && plan_.mode != watch_mode::events_and_polls) {
    return false;
  }
  if (folder_ < 0 && inotify_.is_open()) {
    folder_ =
        ::inotify_add_watch(inotify_.native_handle(), file_.parent_path().c_str(), interesting);
  }
  return folder_ >= 0;
}

void file_watcher::leave_folder() {
  if (folder_ >= 0) {
    ::inotify_rm_watch(inotify_.native_handle(), folder_);
  }
  folder_ = -1;
}

bool file_watcher::concerns_file(std::string_view events) {
  bool concerned = false;
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event each{};
    std::memcpy(&each, events.data(), sizeof each);
    const char* name = events.data() + sizeof each;
    const bool ours = each.wd == folder_;
    if (ours && (each.mask & (IN_IGNORED | IN_MOVE_SELF | IN_DELETE_SELF)) != 0) {
      if ((each.mask & IN_IGNORED) == 0) {
        ::inotify_rm_watch(inotify_.native_handle(), folder_);
      }
      folder_ = -1; // the folder went away; a new one may come in its place
      concerned = true;
    }
    concerned = concerned || (each.mask & IN_Q_OVERFLOW) != 0 ||
                (ours && each.len > 0 && file_.filename() == name);
    events.remove_prefix(sizeof each + each.len);
  }
  return concerned;
}

} // namespace weir::grader

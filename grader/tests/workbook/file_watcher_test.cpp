#include "testing/catch.hpp"
#include "workbook/file_snapshot.hpp"
#include "workbook/file_watcher.hpp"
#include "workbook/watch_plan.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace weir::grader;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

class scratch_folder {
public:
  scratch_folder() {
    std::string name = (fs::temp_directory_path() / "weir-watch-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"no temporary folder"};
    }
    path_ = name;
  }

  ~scratch_folder() { fs::remove_all(path_); }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }

private:
  fs::path path_;
};

void write(const fs::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

const watch_plan by_events{watch_mode::events, {}, {}};
const watch_plan by_polling{watch_mode::polling, 1ms, {}};

asio::awaitable<void> note_changes(file_watcher& watcher, std::size_t count,
                                   std::vector<file_change>& found,
                                   const std::function<void()>& act) {
  while (found.size() < count) {
    act();
    found.push_back(co_await watcher.next());
  }
}

/// Runs `act` before each wait, until `count` changes were reported. Ends by events, not by time;
/// the deadline only turns a hang into a failure.
std::vector<file_change> changes(file_watcher& watcher, asio::io_context& context,
                                 std::size_t count, const std::function<void()>& act) {
  std::vector<file_change> found;
  asio::co_spawn(context, note_changes(watcher, count, found, act),
                 [](const std::exception_ptr& error) {
                   if (error) {
                     std::rethrow_exception(error);
                   }
                 });
  context.restart();
  context.run_for(20s);
  return found;
}

} // namespace

TEST_CASE("a snapshot tells contents apart, and what is no file from what is not there",
          "[watch]") {
  const scratch_folder folder;
  write(folder / "a.cpp", "one");
  write(folder / "b.cpp", "two");
  CHECK(take_snapshot(folder / "a.cpp") == take_snapshot(folder / "a.cpp"));
  CHECK(take_snapshot(folder / "a.cpp") != take_snapshot(folder / "b.cpp"));
  CHECK_FALSE(take_snapshot(folder / "c.cpp").exists);
  fs::create_symlink(folder / "nowhere", folder / "dangling.cpp");
  CHECK(take_snapshot(folder / "dangling.cpp").exists);
  REQUIRE(::mkfifo((folder / "pipe.cpp").c_str(), 0600) == 0);
  CHECK(take_snapshot(folder / "pipe.cpp").exists); // and does not wait for a writer
  fs::create_symlink("/dev/zero", folder / "zero.cpp");
  CHECK(take_snapshot(folder / "zero.cpp").exists);
}

TEST_CASE("only new content is a change; a return from the dead always is", "[watch]") {
  change_filter filter;
  filter.know({true, 1});
  CHECK_FALSE(filter.look({true, 1}));
  CHECK(filter.look({true, 2}) == file_change::changed);
  CHECK_FALSE(filter.look({true, 2}));
  CHECK(filter.look({}) == file_change::missing);
  CHECK_FALSE(filter.look({}));
  CHECK(filter.look({true, 2}) == file_change::changed);
}

TEST_CASE("the plan follows the reader's request first, then the file system", "[watch]") {
  const watch_request none;
  CHECK(plan_watch({{}, true}, {}).mode == watch_mode::manual);
  CHECK(plan_watch({250ms, false}, {}) == watch_plan{watch_mode::polling, 250ms, {}});
  CHECK(plan_watch({0ms, false}, {}).interval > 0ms);
  CHECK(plan_watch(none, {0xef53, false}) == watch_plan{watch_mode::events, {}, {}}); // ext4
  CHECK(plan_watch(none, {0x794c7630, false}).mode == watch_mode::events_and_polls);  // overlay
  CHECK(plan_watch(none, {0xef53, true}).mode == watch_mode::polling);
  for (const std::uint32_t remote : {0x6969U, 0x01021997U, 0x65735546U, 0xff534d42U, 0x786f4256U}) {
    const auto plan = plan_watch(none, {remote, false});
    CHECK(plan.mode == watch_mode::polling);
    CHECK_FALSE(plan.notice.empty());
  }
}

TEST_CASE("the watcher reports writes, replacements by rename, deletion and return", "[watch]") {
  const scratch_folder folder;
  const auto file = folder / "queue.cpp";
  write(file, "starter");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  const auto plan = GENERATE(true, false) ? by_events : by_polling;
  REQUIRE(watcher.watch(file, plan));
  int step = 0;
  const auto found = changes(watcher, context, 4, [&] {
    switch (step++) {
    case 0:
      return write(file, "written in place");
    case 1: // as vim and VS Code do
      write(folder / "queue.cpp~", "written aside");
      return fs::rename(folder / "queue.cpp~", file);
    case 2:
      fs::remove(file);
      return;
    default:
      write(file, "back");
    }
  });
  CHECK(found == std::vector{file_change::changed, file_change::changed, file_change::missing,
                             file_change::changed});
}

TEST_CASE("saves without an edit and neighbours' saves are no changes", "[watch]") {
  const scratch_folder folder;
  const auto file = folder / "queue.cpp";
  write(file, "starter");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  REQUIRE(watcher.watch(file, by_events));
  // Were one of the first two a change, it would be reported first, and the file would still be
  // there.
  std::vector<bool> there;
  std::vector<file_change> found;
  const auto act = [&] {
    write(folder / "4913", "vim asks whether it may write here");
    write(file, "starter");
    asio::post(context, [&] { fs::remove(file); });
  };
  found = changes(watcher, context, 1, act);
  CHECK(found == std::vector{file_change::missing});
}

TEST_CASE("what the loop wrote itself is known", "[watch]") {
  const scratch_folder folder;
  const auto file = folder / "queue.cpp";
  write(file, "starter");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  REQUIRE(watcher.watch(file, by_events));
  const auto found = changes(watcher, context, 1, [&] {
    write(file, "reset");
    watcher.resync();
    asio::post(context, [&] { fs::remove(file); });
  });
  CHECK(found == std::vector{file_change::missing});
}

TEST_CASE("a watcher that waits can be turned to another file", "[watch]") {
  const scratch_folder folder;
  fs::create_directory(folder / "one");
  fs::create_directory(folder / "two");
  write(folder / "one/a.cpp", "a");
  write(folder / "two/b.cpp", "b");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  const auto first = GENERATE(true, false) ? by_events : watch_plan{watch_mode::polling, 1h, {}};
  REQUIRE(watcher.watch(folder / "one/a.cpp", first));
  const auto found = changes(watcher, context, 1, [&] {
    asio::post(context, [&] {
      watcher.watch(folder / "two/b.cpp", by_events);
      write(folder / "one/a.cpp", "changed, but nobody asks");
      asio::post(context, [&] { fs::remove(folder / "two/b.cpp"); });
    });
  });
  CHECK(found == std::vector{file_change::missing});
}

TEST_CASE("a folder that goes away and comes back is followed", "[watch]") {
  const scratch_folder folder;
  const auto file = folder / "exercise/queue.cpp";
  fs::create_directory(folder / "exercise");
  write(file, "starter");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  REQUIRE(watcher.watch(file, by_events));
  int step = 0;
  const auto found = changes(watcher, context, 3, [&] {
    switch (step++) {
    case 0:
      fs::remove_all(folder / "exercise");
      return;
    case 1:
      fs::create_directory(folder / "exercise");
      return write(file, "back");
    default:
      write(file, "and edited");
    }
  });
  CHECK(found == std::vector{file_change::missing, file_change::changed, file_change::changed});
}

TEST_CASE("a cancelled wait ends as cancelled", "[watch]") {
  const scratch_folder folder;
  write(folder / "queue.cpp", "starter");
  asio::io_context context;
  file_watcher watcher{context.get_executor(), 1ms};
  const auto plan = GENERATE(watch_mode::events, watch_mode::polling, watch_mode::events_and_polls);
  watcher.watch(folder / "queue.cpp", {plan, 1h, {}});
  asio::cancellation_signal stop;
  std::exception_ptr ended;
  asio::co_spawn(context, watcher.next(),
                 asio::bind_cancellation_slot(
                     stop.slot(), [&](std::exception_ptr error, file_change) { ended = error; }));
  asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
  context.run_for(20s);
  REQUIRE(ended);
  // Not `multiple_exceptions`, which `||` makes of two cancelled sides.
  CHECK_THROWS_AS(std::rethrow_exception(ended), boost::system::system_error);
}

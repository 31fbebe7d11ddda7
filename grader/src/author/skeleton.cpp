#include "author/skeleton.hpp"

#include "catalog.hpp"
#include "errors.hpp"
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr const char* manifest = R"(format = 1
id = "@ID@"
title = "A latch that opens once"
summary = "What the exercise is about, in one line."
minutes = 15
file = "@FILE@.cpp"
interface = ["@FILE@.hpp"]

[starter]
verdict = "failed"
test = "wait-waits"

[[test]]
id = "wait-waits"
promise = "`wait` returns once `open` has been called, and no earlier."
points = 2

[[hint]]
text = "A nudge: where to look."

[[hint]]
text = "What is wrong there."

[[hint]]
text = "Nearly the answer."

[[goal]]
text = "nobody passes before the latch is open"
)";

constexpr const char* brief = R"(# A latch that opens once

A story from production, with figures: what was built, what happened, what it cost.

## Your task

What `@FILE@.cpp` holds, and what it shall do. Everything that is graded stands here, in the words of
`exercise.toml`:

1. **wait-waits** – `wait` returns once `open` has been called, and no earlier.
)";

constexpr const char* interface_header = R"(#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace asio = boost::asio;

/// Lets coroutines wait until it is opened. Thread: one executor, one thread.
class latch {
public:
  virtual ~latch() = default;

  /// Waits until `open` has been called; returns at once after that. Cancellation: terminal.
  virtual asio::awaitable<void> wait() = 0;
  virtual void open() = 0;
};

std::unique_ptr<latch> make_latch(asio::any_io_executor executor);
)";

constexpr const char* code = R"(@HEAD@#include "@FILE@.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

class timer_latch final : public latch {
public:
  explicit timer_latch(asio::any_io_executor executor)
      : opened_(executor, @EXPIRY@) {}

  asio::awaitable<void> wait() override {
    boost::system::error_code ignored;
    co_await opened_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  void open() override { opened_.expires_at(asio::steady_timer::time_point::min()); }

private:
  asio::steady_timer opened_;
};

} // namespace

std::unique_ptr<latch> make_latch(asio::any_io_executor executor) {
  return std::make_unique<timer_latch>(executor);
}
)";

constexpr const char* scene = R"(#include "@FILE@.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

using namespace std::chrono_literals;

namespace {

const weir::knob<std::chrono::nanoseconds> opens_after{
    "opens-after",
    {.value = 20ms,
     .min = 1ms,
     .max = 100ms,
     .step = 1ms,
     .documentation = "When the latch is opened."}};

struct evening {
  latch& door;
  bool open = false;
  int inside = 0;
  int early = 0;
  weir::gauge guests_inside{"guests inside"};
  weir::gauge too_early{"guests who came in too early"};
};

asio::awaitable<void> guest(evening& tonight) {
  co_await tonight.door.wait();
  tonight.guests_inside.set(++tonight.inside);
  if (!tonight.open)
    tonight.too_early.set(++tonight.early);
}

asio::awaitable<void> party(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto door = make_latch(executor);
  evening tonight{*door};
  tonight.guests_inside.set(0);
  tonight.too_early.set(0);
  for (int i = 0; i < 8; ++i)
    asio::co_spawn(executor, guest(tonight), asio::detached);
  asio::steady_timer timer(executor, scene[opens_after]);
  co_await timer.async_wait(asio::use_awaitable);
  weir::note("the latch is opened");
  tonight.open = true;
  door->open();
  timer.expires_after(10ms);
  co_await timer.async_wait(asio::use_awaitable);
}

} // namespace

WEIR_SCENE(.title = "Guests at a latch",
           .caption = "Watch when the guests come in; open the latch later.",
           .knobs = {opens_after},
           .goals = {{"nobody passes before the latch is open",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("guests who came in too early").max == 0;
                      }}},
           .body = party, .horizon = 200ms);
)";

constexpr const char* hidden_tests = R"(#include "@FILE@.hpp"
#include "weir_catch.hpp"

using namespace std::chrono_literals;

namespace {

asio::awaitable<void> pause(std::chrono::nanoseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> guest(latch& door, int& passed) {
  weir::name_this_task("guest");
  co_await door.wait();
  ++passed;
}

} // namespace

TEST_CASE("wait returns once open has been called, and no earlier", "[wait-waits]") {
  WEIR_EXPLORE("three guests wait", []() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto door = make_latch(executor);
    int passed = 0;
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(executor, guest(*door, passed), asio::detached);
    co_await pause(5ms);
    weir::expect(passed == 0, "{} of 3 guests passed a latch that nobody had opened", passed);
    door->open();
    co_await pause(1ms);
    weir::expect(passed == 3, "1 ms after open, {} of 3 guests had passed", passed);
    asio::co_spawn(executor, guest(*door, passed), asio::detached);
    co_await pause(1ms);
    weir::expect(passed == 4, "a guest who came after open still waits 1 ms later");
  });
}
)";

std::string replaced(std::string text, const std::string& mark, const std::string& by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

/// The folder beside `wanted` that begins with its number; empty when there is none.
fs::path folder_with_number(const fs::path& wanted) {
  if (fs::is_directory(wanted.parent_path())) {
    const std::string number = wanted.filename().string().substr(0, 3);
    for (const auto& entry : fs::directory_iterator{wanted.parent_path()}) {
      if (entry.path().filename().string().starts_with(number)) {
        return entry.path();
      }
    }
  }
  return {};
}

std::string code_with(const std::string& expiry, const std::string& head) {
  return replaced(replaced(code, "@EXPIRY@", expiry), "@HEAD@", head);
}

} // namespace

std::vector<fs::path> write_skeleton(const fs::path& root, std::string_view name) {
  static const std::regex shape{
      "([0-9]{2}-[a-z0-9]+(?:-[a-z0-9]+)*)/([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)"};
  std::cmatch parts;
  if (!std::regex_match(name.data(), name.data() + name.size(), parts, shape)) {
    throw usage_error{fmt::format(
        "'{}': expected NN-chapter/MM-name in lower case, like 01-back-pressure/07-credit", name)};
  }
  const std::string id = parts[3];
  const catalog known = catalog::load(root);
  if (const exercise* taken = known.find(id)) {
    throw usage_error{
        fmt::format("the id '{}' belongs to exercises/{}: ids are for good, choose another", id,
                    taken->folder)};
  }
  const fs::path folder{name};
  // Readers may type a number, so it has to mean one exercise. A folder without an exercise.toml
  // counts too.
  if (const fs::path taken = folder_with_number(root / "exercises" / folder); !taken.empty()) {
    throw usage_error{fmt::format("{} has that number already: choose another",
                                  taken.lexically_relative(root).string())};
  }
  const std::string early = "asio::steady_timer::time_point::min()";
  const std::string never = "asio::steady_timer::time_point::max()";
  const fs::path exercises = fs::path{"exercises"} / folder;
  const fs::path calibration = fs::path{"grader/calibration"} / folder;
  std::string stem = id;
  std::ranges::replace(stem, '-', '_');
  const std::vector<std::pair<fs::path, std::string>> files{
      {exercises / "exercise.toml", replaced(manifest, "@ID@", id)},
      {exercises / "brief.md", brief},
      {exercises / (stem + ".hpp"), interface_header},
      {exercises / (stem + ".cpp"), code_with(early, "")},
      {exercises / "scene.cpp", scene},
      {fs::path{"solutions"} / folder / (stem + ".cpp"), code_with(never, "")},
      {fs::path{"grader/hidden"} / folder / "tests.cpp", hidden_tests},
      {calibration / "accept" / "timer.cpp",
       code_with(never, "// accept: a timer that never expires\n\n")},
      {calibration / "reject" / "open_from_the_start.cpp",
       code_with("asio::steady_timer::time_point{}",
                 "// reject: wait-waits failed\n// A timer that has expired when it is made.\n\n")},
  };
  std::vector<fs::path> written;
  for (const auto& [file, content] : files) {
    make_folders((root / file).parent_path());
    replace_file(root / file, replaced(content, "@FILE@", stem));
    written.push_back(file);
  }
  return written;
}

} // namespace weir::grader

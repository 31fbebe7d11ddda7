#include "base/errors.hpp"
#include "parts/background_builder.hpp"
#include "parts/build_lock.hpp"
#include "parts/build_tree.hpp"
#include "parts/ninja_output.hpp"
#include "support/line_buffer.hpp"
#include "testing/catch.hpp"
#include "tests/async_support.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

using namespace weir::grader;
using namespace weir::grader::parts;
using namespace std::chrono_literals;
using weir::grader::testing::temporary_folder;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

const part limiter{part_kind::tests, "limiter"};
const part retry{part_kind::tests, "retry"};
const part deep{part_kind::deep_header, ""};

/// Of a build folder that has a stamp.
auto version_of(const build_tree& tree) {
  const auto version = tree.version();
  if (!version) {
    throw std::logic_error{"there is no stamp"};
  }
  return *version;
}

/// Runs an operation on a loop of its own; what it throws comes out.
void run_void(asio::io_context& context, asio::awaitable<void> operation) {
  std::exception_ptr error;
  asio::co_spawn(context, std::move(operation),
                 [&](const std::exception_ptr& thrown) { error = thrown; });
  context.run();
  if (error) {
    std::rethrow_exception(error);
  }
}

/// A build folder in which a script plays ninja's part.
class fake_site {
public:
  explicit fake_site(const std::string& ninja) {
    folder.write("bin/ninja", "#!/bin/sh\n" + ninja);
    fs::permissions(folder.path() / "bin/ninja", fs::perms::owner_all);
    folder.write("build/build.ninja", "");
    folder.write("build/.weir-stamp", "/root\nreader\n/usr/bin/c++\n");
    const std::string before = std::getenv("PATH");
    path_before_ = before;
    ::setenv("PATH", ((folder.path() / "bin").string() + ":" + before).c_str(), 1);
  }

  fake_site(const fake_site&) = delete;
  fake_site& operator=(const fake_site&) = delete;

  ~fake_site() { ::setenv("PATH", path_before_.c_str(), 1); }

  build_site where() const { return {.root = WEIR_SOURCE_ROOT, .build = build()}; }

  fs::path build() const { return folder.path() / "build"; }

  temporary_folder folder;

private:
  std::string path_before_;
};

/// The rest of the world, as the builder's tests have it: a build ends when the test says so.
struct fake_world {
  asio::io_context context;
  std::vector<std::string> journal;
  std::vector<std::string> told;
  std::vector<part> there;
  bool outsider{};
  asio::steady_timer build_over{context, asio::steady_timer::time_point::max()};
  std::string problem;

  builder_services services() {
    builder_services all;
    all.build = [this](part which, urgency how, part_progress_handler tell) {
      return build(std::move(which), how, std::move(tell));
    };
    all.has = [this](const part& which) {
      return std::ranges::find(there, which) != there.end();
    };
    all.outsider_waits = [this] {
      return outsider;
    };
    all.on_problem = [this](const std::string& what) {
      told.push_back(what);
    };
    return all;
  }

  asio::awaitable<void> build(part which, urgency how, part_progress_handler tell) {
    const std::string name = target_of(which);
    journal.push_back(name + (how == urgency::now ? " now" : " later"));
    tell({.which = which, .seconds_left = 7});
    boost::system::error_code ended; // by the test, or by the builder
    co_await build_over.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      journal.push_back(name + " stopped");
      throw boost::system::system_error{asio::error::operation_aborted};
    }
    if (!problem.empty()) {
      throw environment_error{problem};
    }
    journal.push_back(name + " built");
    there.push_back(which);
  }

  void end_build() { build_over.cancel(); }

  /// Lets everything happen that needs no time.
  void settle() {
    context.restart();
    context.poll();
  }
};

using journal = std::vector<std::string>;

/// A builder under way in a fake world, ended with it.
class running_builder {
public:
  running_builder(fake_world& world, std::vector<part> wanted)
      : world_{world}, builder{world.context.get_executor(), world.services(), std::move(wanted)} {
    asio::co_spawn(world.context, builder.run(),
                   asio::bind_cancellation_slot(
                       stop_.slot(), [this](const std::exception_ptr&) { ended_ = true; }));
    world.settle();
  }

  running_builder(const running_builder&) = delete;
  running_builder& operator=(const running_builder&) = delete;

  ~running_builder() {
    stop();
    REQUIRE(ended_);
  }

  void stop() {
    stop_.emit(asio::cancellation_type::terminal);
    world_.settle();
  }

  /// Asks for the part; what came of it is in `said`.
  void need(const part& which) {
    asio::co_spawn(
        world_.context,
        builder.need(which,
                     [this](const part_progress& how_far) { said.push_back(to_string(how_far)); }),
        asio::bind_cancellation_slot(leave.slot(), [this](const std::exception_ptr& thrown) {
          try {
            if (thrown) {
              std::rethrow_exception(thrown);
            }
            said.emplace_back("there");
          } catch (const std::exception& error) {
            said.emplace_back(error.what());
          }
        }));
    world_.settle();
  }

private:
  fake_world& world_;
  asio::cancellation_signal stop_;
  bool ended_{};

public:
  background_builder builder;
  std::vector<std::string> said;
  asio::cancellation_signal leave;
};

} // namespace

TEST_CASE("a part is there if its mark is as old as the stamp", "[parts]") {
  temporary_folder folder;
  const build_tree tree{folder.path()};
  folder.write(".weir-stamp", "/root\nreader viz\n/usr/bin/c++\n");
  CHECK_FALSE(tree.has(limiter));
  tree.mark(limiter, version_of(tree));
  CHECK(tree.has(limiter));
  CHECK_FALSE(tree.has(retry));
  fs::last_write_time(folder.path() / ".weir-stamp",
                      version_of(tree) + 1s); // the sources changed
  CHECK_FALSE(tree.has(limiter));
}

TEST_CASE("a stamp that says that everything was built is believed", "[parts]") {
  temporary_folder folder;
  folder.write(".weir-stamp", "/root\nreader grading viz\n/usr/bin/c++\n");
  CHECK(build_tree{folder.path()}.has(limiter));
}

TEST_CASE("without a stamp, what is there counts", "[parts]") {
  temporary_folder folder;
  const build_tree tree{folder.path()};
  CHECK(tree.has(limiter)); // not a folder that ninja builds in
  folder.write("build.ninja", "");
  CHECK_FALSE(tree.has(limiter));
  CHECK_FALSE(tree.has(deep));
  folder.write("tests/limiter.so", "");
  folder.write("reader/prelude-deep.hpp.gch", "");
  CHECK(tree.has(limiter));
  CHECK(tree.has(deep));
}

TEST_CASE("one builds at a time, and lets go when others want to", "[parts]") {
  temporary_folder folder;
  auto mine = build_lock::try_take(folder.path());
  REQUIRE(mine);
  CHECK_FALSE(build_lock::try_take(folder.path()));
  CHECK_FALSE(build_lock::anybody_wants(folder.path()));
  {
    const auto one = build_lock::want(folder.path());
    const auto other = build_lock::want(folder.path());
    CHECK(build_lock::anybody_wants(folder.path()));
  }
  CHECK_FALSE(build_lock::anybody_wants(folder.path()));
  mine.reset();
  CHECK(build_lock::try_take(folder.path()));
}

TEST_CASE("a build folder that is not there is the machine's fault", "[parts]") {
  CHECK_THROWS_AS(build_lock::try_take("/nowhere/at/all"), environment_error);
}

TEST_CASE("ninja's lines are read whatever pieces they come in", "[parts]") {
  weir::support::line_buffer lines;
  std::vector<std::optional<ninja_step>> seen;
  for (const char* piece : {"[1/", "3] Building\n[2/3] Lin", "king\n", "[3/3] End"}) {
    lines.add(piece);
    while (const auto line = lines.next()) {
      seen.push_back(parse_step(*line));
    }
  }
  CHECK(seen == std::vector<std::optional<ninja_step>>{ninja_step{1, 3}, ninja_step{2, 3}});
}

TEST_CASE("a line of ninja's says how many steps are done", "[parts]") {
  CHECK(parse_step("[3/12] Linking CXX") == ninja_step{3, 12});
  CHECK(parse_step("[0/1]") == ninja_step{0, 1});
  for (const char* other :
       {"", "[", "[3", "[3/", "[3/12", "ninja: no work to do.", "[4/3] x", "[a/b]"}) {
    CHECK_FALSE(parse_step(other));
  }
}

TEST_CASE("the time left is what is expected less what is past, in seconds", "[parts]") {
  CHECK(seconds_left(std::nullopt, 0s, 12s) == 12);
  CHECK(seconds_left(ninja_step{1, 3}, 4500ms, 12s) == 8);
  CHECK(seconds_left(ninja_step{2, 3}, 20s, 12s) == 1);
}

TEST_CASE("the time left of a long build is told from its steps", "[parts]") {
  CHECK(seconds_left(ninja_step{10, 40}, 20s, 12s) == 60);
}

TEST_CASE("what a part takes is told from ninja's log", "[parts]") {
  temporary_folder folder;
  const auto log = folder.write(".ninja_log", "# ninja log v5\n"
                                              "0\t12000\t1\te/compiled-tests-a.dir/t.o\tf0\n"
                                              "12000\t22000\t1\te/compiled-tests-b.dir/t.o\tf1\n"
                                              "22000\t22010\t1\te/compiled-tests-c.dir/t.o\tf2\n"
                                              "0\t900\t1\tlib/libweir.so\tf3\n");
  CHECK(mean_duration(log, "/compiled-tests-", 3s) == 11s);
  CHECK(mean_duration(log, "/scene-", 3s) == 3s);
  CHECK(mean_duration(folder.path() / "none", "/scene-", 3s) == 3s);
}

TEST_CASE("of a failed build the full disk is what counts", "[parts]") {
  CHECK(what_failed("[1/2] x\nFAILED: a.o\nfatal error: No space left on device\n")
            .starts_with("the disk is full"));
  CHECK(what_failed("[1/2] x\nFAILED: a.o\nerror: y\n") == "FAILED: a.o\nerror: y");
}

TEST_CASE("a part is built, noted, and its time told", "[parts]") {
  const fake_site site{"echo \"$*\" >\"$2/said\"; echo '[1/3] one'; echo '[3/3] three'"};
  asio::io_context context;
  std::vector<part_progress> told;
  run_void(context, build_part(site.where(), limiter, urgency::now,
                               [&](const part_progress& how_far) { told.push_back(how_far); }));
  CHECK(build_tree{site.build()}.has(limiter));
  CHECK_FALSE(build_lock::anybody_wants(site.build()));
  REQUIRE_FALSE(told.empty());
  CHECK(told.front() == part_progress{limiter, 16, false});
  std::ifstream file{site.build() / "said"};
  std::string said;
  std::getline(file, said);
  CHECK(said == "-C " + site.build().string() + " weir_judging_base judge-limiter");
}

TEST_CASE("a part that was built meanwhile is not built again", "[parts]") {
  const fake_site site{"exit 1"};
  const build_tree tree{site.build()};
  tree.mark(limiter, version_of(tree));
  asio::io_context context;
  CHECK_NOTHROW(run_void(context, build_part(site.where(), limiter, urgency::now, {})));
}

TEST_CASE("a part that can't be built says why, and is not noted", "[parts]") {
  const fake_site site{"echo 'write error: No space left on device'; exit 1"};
  asio::io_context context;
  try {
    run_void(context, build_part(site.where(), limiter, urgency::background, {}));
    FAIL("it was built");
  } catch (const environment_error& error) {
    CHECK(std::string{error.what()} == "limiter's tests could not be built: the disk is full (No "
                                       "space left on device); make room and try again");
  }
  CHECK_FALSE(build_tree{site.build()}.has(limiter));
  CHECK(build_lock::try_take(site.build()));
}

TEST_CASE("a build that is stopped lets ninja end its own", "[parts]") {
  const fake_site site{"trap 'touch \"$2/tidied\"; exit 2' TERM; echo '[0/9] up'\n"
                       "while :; do sleep 0.01; done"};
  asio::io_context context;
  asio::cancellation_signal stop;
  std::exception_ptr thrown;
  asio::co_spawn(context,
                 build_part(site.where(), limiter, urgency::now,
                            [&, calls = 0](const part_progress&) mutable {
                              if (++calls == 2) { // it has said that it is up
                                stop.emit(asio::cancellation_type::terminal);
                              }
                            }),
                 asio::bind_cancellation_slot(
                     stop.slot(), [&](const std::exception_ptr& error) { thrown = error; }));
  context.run();
  CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
  CHECK(fs::exists(site.build() / "tidied"));
  CHECK(build_lock::try_take(site.build()));
}

TEST_CASE("whoever waits for a lock says so, and goes on when it is free", "[parts]") {
  const fake_site site{"exit 0"};
  asio::io_context context;
  auto others = build_lock::try_take(site.build());
  std::vector<std::string> told;
  run_void(context,
           build_part(site.where(), limiter, urgency::now, [&](const part_progress& how_far) {
             told.push_back(to_string(how_far));
             CHECK(build_lock::anybody_wants(site.build()));
             others.reset();
           }));
  REQUIRE(told.size() == 2);
  CHECK(told[0] == "limiter's tests are waiting for another ./weir, which is building");
  CHECK(build_tree{site.build()}.has(limiter));
}

TEST_CASE("the builder goes through what is missing", "[parts]") {
  fake_world world;
  world.there = {limiter};
  running_builder running{world, {limiter, retry, deep}};
  CHECK(world.journal == journal{"judge-retry later"});
  world.end_build();
  world.settle();
  CHECK(world.journal ==
        journal{"judge-retry later", "judge-retry built", "weir_deep_header later"});
}

TEST_CASE("need is answered at once for what is there", "[parts]") {
  fake_world world;
  world.there = {limiter};
  running_builder running{world, {}};
  running.need(limiter);
  CHECK(running.said == std::vector<std::string>{"there"});
}

TEST_CASE("who needs a part hears of its time, and when it is there", "[parts]") {
  fake_world world;
  running_builder running{world, {limiter}};
  running.need(retry);
  CHECK(world.journal ==
        journal{"judge-limiter later", "judge-limiter stopped", "judge-retry now"});
  world.end_build();
  world.settle();
  CHECK(running.said ==
        std::vector<std::string>{"retry's tests are being built: 7 s left", "there"});
  CHECK(world.journal.back() == "judge-limiter later");
}

TEST_CASE("what will be needed in a moment is built at once, once", "[parts]") {
  fake_world world;
  world.there = {deep};
  background_builder builder{world.context.get_executor(), world.services(), {retry, limiter}};
  builder.ask(deep);
  builder.ask(limiter);
  asio::cancellation_signal stop;
  asio::co_spawn(world.context, builder.run(),
                 asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
  world.settle();
  CHECK(world.journal == journal{"judge-limiter now"});
  world.end_build();
  world.settle();
  CHECK(world.journal == journal{"judge-limiter now", "judge-limiter built", "judge-retry later"});
  stop.emit(asio::cancellation_type::terminal);
  world.settle();
}

TEST_CASE("who needs a part that fails is told why", "[parts]") {
  fake_world world;
  world.problem = "the disk is full";
  running_builder running{world, {}};
  running.need(retry);
  world.end_build();
  world.settle();
  CHECK(running.said.back() == "the disk is full");
}

TEST_CASE("who needs a part may leave; it is built all the same", "[parts]") {
  fake_world world;
  running_builder running{world, {}};
  running.need(retry);
  running.leave.emit(asio::cancellation_type::terminal);
  world.settle();
  world.end_build();
  world.settle();
  CHECK(world.journal == journal{"judge-retry now", "judge-retry built"});
  CHECK(running.said.size() == 2);
}

TEST_CASE("a builder that is stopped ends its build first", "[parts]") {
  fake_world world;
  running_builder running{world, {limiter}};
  running.stop();
  CHECK(world.journal == journal{"judge-limiter later", "judge-limiter stopped"});
}

TEST_CASE("that nothing is built ahead any more is told once, with the reason", "[parts]") {
  fake_world world;
  world.problem = "the disk is full";
  running_builder running{world, {limiter, retry}};
  world.end_build();
  world.settle();
  running.need(deep);
  world.end_build();
  world.settle();
  CHECK(world.told == journal{"the disk is full"});
}

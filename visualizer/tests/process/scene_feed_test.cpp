#include "feeder.hpp"
#include "testing/catch.hpp"

#include <weir/trace/file.hpp>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

using namespace weir::viz;
using namespace weir::viz::test;
namespace protocol = weir::protocol;
using namespace std::chrono_literals;

namespace {

constexpr double crash = 1;
constexpr double hang = 2;
constexpr double leave = 3;
constexpr double complain = 4;
constexpr double kill_parent = 5;
constexpr double fork_one = 6;
constexpr double escape = 7;

run_request with(std::vector<std::pair<std::string, double>> knobs, std::uint64_t ticket = 1) {
  run_request wanted;
  wanted.knobs = std::move(knobs);
  wanted.ticket = ticket;
  return wanted;
}

} // namespace

TEST_CASE("an opened scene says what it is", "[process]") {
  session live;
  const auto opened = live.open();
  CHECK(opened.code == submission::mine);
  CHECK(opened.codes == std::vector{submission::mine, submission::starter});
  CHECK(opened.scene.id == "climb");
  CHECK(opened.scene.title == "A climb");
  CHECK(opened.scene.caption == "Watch it climb.");
  CHECK(opened.scene.goals == std::vector<std::string>{"never above 50 m"});
  CHECK(opened.scene.horizon == 100ms);
  REQUIRE(opened.scene.knobs.size() == 2);
  CHECK(opened.scene.knobs[0].name == "steps");
  CHECK(opened.scene.knobs[0].kind == weir::knob_kind::integer);
  CHECK(opened.scene.knobs[0].value == 100);
  CHECK(opened.scene.knobs[0].max == 1e6);
  CHECK(opened.scene.knobs[1].choices.size() == 8);
  REQUIRE(live.window().scenes().size() == 1);
  CHECK(live.window().scenes()[0].title == "A climb");
}

TEST_CASE("a changed knob gives a new recording", "[process]") {
  session live;
  live.open();
  const auto before = live.run(with({}, 1));
  CHECK(before.healthy);
  CHECK(before.ended == "completed");
  CHECK(before.summary.gauge("height").max == 100);
  REQUIRE(before.goals.size() == 1);
  CHECK_FALSE(before.goals[0].met);
  CHECK(before.goals[0].seen == "up to 100 m");

  const auto after = live.run(with({{"steps", 40}}, 2));
  CHECK(after.summary.gauge("height").max == 40);
  CHECK(after.goals[0].met);
  CHECK(after.trace->events.size() < before.trace->events.size());
  CHECK(after.trace->header.knobs.front() == std::pair<std::string, std::string>{"steps", "40"});
  CHECK(after.timings.simulate > 0ns);
  CHECK(after.timings.round_trip > after.timings.simulate);
  // What was handed out earlier is untouched.
  CHECK(before.trace->header.knobs.front().second == "100");
}

TEST_CASE("the same request gives the same recording", "[process]") {
  session live;
  live.open();
  const auto first = live.run(with({{"steps", 1000}}, 1));
  const auto second = live.run(with({{"steps", 1000}}, 2));
  CHECK(first.trace->events == second.trace->events);
  CHECK(first.trace->strings == second.trace->strings);
  CHECK(first.trace->sources == second.trace->sources);
}

TEST_CASE("what a run leaves in the code's variables is not there in the next", "[process]") {
  session live;
  live.open();
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
    CHECK(live.run(with({}, ticket)).summary.gauge("visits").last == 1);
  }
}

TEST_CASE("a horizon cuts the run off", "[process]") {
  session live;
  live.open();
  auto wanted = with({{"steps", 1000}});
  wanted.horizon = 10us;
  const auto cut = live.run(wanted);
  CHECK(cut.ended == "reached the horizon");
  CHECK(cut.summary.gauge("height").max == 11);
}

TEST_CASE("of requests in a hurry only the newest waits", "[process]") {
  session live;
  live.open();
  constexpr std::uint64_t asked = 200;
  for (std::uint64_t ticket = 1; ticket <= asked; ++ticket) {
    live.window().request(with({{"steps", static_cast<double>(1000 + ticket)}}, ticket));
  }
  std::size_t shown = 0;
  std::uint64_t latest = 0;
  while (latest != asked) {
    const auto run = live.next<run_finished>();
    CHECK(run.request.ticket > latest);
    latest = run.request.ticket;
    ++shown;
  }
  CHECK(shown < asked);
  CHECK(live.silent());
}

TEST_CASE("a crash is a banner with the signal, and the next run is fine", "[process]") {
  session live;
  live.open();
  live.window().request(with({{"trouble", crash}}, 1));
  const auto seen = live.next_banner(banner::kind::crash);
  CHECK(seen.title ==
        "Your code crashed: SIGSEGV, invalid memory access, or a stack that ran over");
  CHECK(seen.text == "about to crash");
  CHECK(live.run(with({}, 2)).healthy);
  CHECK(live.next<banner>().what == banner::kind::none);
}

TEST_CASE("leaving the program is a crash too", "[process]") {
  session live;
  live.open();
  live.window().request(with({{"trouble", leave}}));
  CHECK(live.next_banner(banner::kind::crash).title == "Your code crashed: exit status 7");
}

TEST_CASE("what the code prints disturbs nothing", "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({{"trouble", complain}})).healthy);
}

TEST_CASE("a crash tells what this run printed, not what those before did", "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({{"trouble", complain}}, 1)).healthy);
  live.window().request(with({{"trouble", crash}}, 2));
  CHECK(live.next_banner(banner::kind::crash).text == "about to crash");
}

TEST_CASE("a crash or a bad value costs one run, and not the scene runner", "[process]") {
  session live;
  live.open();
  const auto before = session::children();
  live.window().request(with({{"trouble", crash}}, 1));
  live.next_banner(banner::kind::crash);
  live.window().request(with({{"steps", 0}}, 2));
  live.next_banner(banner::kind::problem);
  CHECK(live.run(with({}, 3)).healthy);
  CHECK(session::children() == before);
}

TEST_CASE("the code can't end the scene runner, and starts no process", "[process]") {
  if (FIXTURE_SANITIZED) {
    return; // its reports are made by another process
  }
  session live;
  live.open();
  const auto before = session::children();
  CHECK(live.run(with({{"trouble", kill_parent}}, 1)).healthy);
  live.window().request(with({{"trouble", fork_one}}, 2));
  CHECK(live.next_banner(banner::kind::crash).title ==
        "Your code crashed: SIGSYS, a system call that is not allowed here, such as starting a "
        "process");
  CHECK(live.run(with({}, 3)).healthy);
  CHECK(session::children() == before);
}

TEST_CASE("a run that hangs is stopped, and the next one is fine", "[process]") {
  session live;
  live.say_open();
  live.say_module(submission::mine, first_build(), 500ms);
  live.next<scene_opened>();
  live.window().request(with({{"trouble", hang}}, 1));
  const auto seen = live.next_banner(banner::kind::timed_out);
  CHECK(seen.title == "Your code did not finish its run within 0.5 s and was stopped");
  CHECK(live.run(with({}, 2)).healthy);
}

TEST_CASE("a child killed from outside is a crash, and the next run is fine", "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({}, 1)).healthy);
  const auto children = session::children();
  REQUIRE(children.size() == 1);
  ::kill(children.front(), SIGKILL);
  CHECK(live.next_banner(banner::kind::crash).title ==
        "Your code crashed: SIGKILL, killed from outside, most often because the machine ran out "
        "of memory");
  CHECK(live.run(with({}, 2)).healthy);
}

TEST_CASE("a value out of range is a banner that says so", "[process]") {
  session live;
  live.open();
  live.window().request(with({{"steps", 0}}));
  const auto seen = live.next_banner(banner::kind::problem);
  CHECK(seen.title == "A setting that the scene does not take");
  CHECK(seen.text.find("steps") != std::string::npos);
}

TEST_CASE("what the command line asked for is told once", "[process]") {
  session live;
  const auto opened =
      live.open({.settings = {"steps=40"}, .seed = 7, .beside = submission::starter});
  CHECK(opened.knobs == std::vector<std::pair<std::string, double>>{{"steps", 40}});
  CHECK(opened.seed == 7U);
  CHECK(opened.beside == submission::starter);
  live.say_module(submission::mine, second_build());
  const auto again = live.next<scene_opened>();
  CHECK(again.knobs.empty());
  CHECK_FALSE(again.seed);
  CHECK_FALSE(again.beside);
}

TEST_CASE("a setting on the command line that makes no sense is a banner", "[process]") {
  session live;
  const auto opened = live.open({.settings = {"stepps=40"}});
  CHECK(opened.knobs.empty());
  const auto seen = live.next_banner(banner::kind::problem);
  CHECK(seen.text.find("stepps") != std::string::npos);
  CHECK(seen.text.find("steps") != std::string::npos);
}

TEST_CASE("a new build is opened again, and runs", "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({}, 1)).summary.gauge("version").last == 1);
  live.say(protocol::say_working{submission::mine, "Compiling climb.cpp"});
  CHECK(live.next_banner(banner::kind::working).title == "Compiling climb.cpp");
  live.say_module(submission::mine, second_build());
  live.next_banner(banner::kind::none);
  CHECK(live.next<scene_opened>().code == submission::mine);
  CHECK(live.run(with({}, 2)).summary.gauge("version").last == 2);
  CHECK(session::children().size() == 1);
}

TEST_CASE("with a compile error the last good build goes on", "[process]") {
  session live;
  live.open();
  live.say(protocol::say_problem{.what = protocol::say_problem::kind::does_not_compile,
                                 .title = "climb.cpp does not compile",
                                 .text = "climb.cpp:1: error"});
  const auto seen = live.next_banner(banner::kind::compile_error);
  CHECK(seen.title == "climb.cpp does not compile");
  CHECK(seen.text == "climb.cpp:1: error");
  CHECK(live.run(with({}, 1)).healthy);
}

TEST_CASE("code that cannot be loaded is a crash until the next build", "[process]") {
  session live;
  live.say_open();
  live.say_module(submission::mine, "/nowhere/reader.so");
  const auto seen = live.next_banner(banner::kind::crash);
  CHECK(seen.title == "Your code crashed: exit status 3");
  CHECK(seen.text.find("/nowhere/reader.so") != std::string::npos);
  CHECK(session::children().empty());
  live.say_module(submission::mine, first_build());
  live.next<scene_opened>();
  CHECK(live.run(with({})).healthy);
}

TEST_CASE("updates come on a thread of the feed's own, where taking long holds up no window",
          "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({})).healthy);
  CHECK(live.told_on.load() != std::thread::id{});
  CHECK(live.told_on.load() != std::this_thread::get_id());
}

TEST_CASE("other code is asked for when it is needed, and runs beside", "[process]") {
  session live;
  live.open();
  auto other = with({}, 5);
  other.where = slot::other;
  other.code = submission::starter;
  live.window().request(other);
  CHECK(live.asked() == protocol::feed_request(protocol::ask_module{submission::starter}));
  live.say_module(submission::starter, second_build());
  const auto beside = live.next<run_finished>();
  CHECK(beside.request.ticket == 5);
  CHECK(beside.summary.gauge("version").last == 2);
  CHECK(live.run(with({}, 6)).summary.gauge("version").last == 1);
  CHECK(std::ranges::none_of(live.passed, [](const simulation_update& each) {
    return std::holds_alternative<scene_opened>(each);
  }));
}

TEST_CASE("a sweep runs all of its points, and other requests go first", "[process]") {
  session live;
  live.open();
  constexpr std::uint64_t points = 12;
  for (std::uint64_t ticket = 1; ticket <= points; ++ticket) {
    auto point = with({{"steps", static_cast<double>(ticket * 1000)}}, ticket);
    point.where = slot::sweep;
    live.window().request(point);
  }
  live.window().request(with({}, 99));
  std::vector<std::uint64_t> tickets;
  while (tickets.size() <= points) {
    const auto run = live.next<run_finished>();
    tickets.push_back(run.request.ticket);
    CHECK(run.trace != nullptr);
  }
  const auto main = std::ranges::find(tickets, std::uint64_t{99});
  REQUIRE(main != tickets.end());
  CHECK(main != tickets.end() - 1);
  tickets.erase(main);
  CHECK(std::ranges::is_sorted(tickets));
}

TEST_CASE("a cancelled sweep stops, and a crash within one does not stop it", "[process]") {
  session live;
  live.open();
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
    auto point = with({{"trouble", ticket == 2 ? crash : 0}}, ticket);
    point.where = slot::sweep;
    live.window().request(point);
  }
  CHECK(live.next<run_finished>().healthy);
  const auto lost = live.next<run_finished>();
  CHECK(lost.request.ticket == 2);
  CHECK_FALSE(lost.healthy);
  REQUIRE(lost.trace != nullptr);
  CHECK(live.next<run_finished>().healthy);

  for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) {
    auto point = with({{"steps", 20'000}}, 1000 + ticket);
    point.where = slot::sweep;
    live.window().request(point);
  }
  live.next<run_finished>();
  live.window().cancel_sweep();
  (void)live.run(with({}, 2000));
  std::size_t late = 0; // what was under way when the sweep ended
  for (const auto& each : live.passed) {
    const auto* run = std::get_if<run_finished>(&each);
    late += run != nullptr && run->request.ticket > 1000 ? 1U : 0U;
  }
  CHECK(late < 50);
}

TEST_CASE("another scene is the feeder's to open", "[process]") {
  session live;
  live.open();
  live.window().open("climb", submission::starter);
  CHECK(live.asked() == protocol::feed_request(protocol::ask_open{"climb", submission::starter}));
  live.say_open({.shown = submission::starter});
  live.say_module(submission::starter, second_build());
  CHECK(live.next<scene_opened>().code == submission::starter);
  CHECK(session::children().size() == 1);
}

TEST_CASE("when the feeder goes, the window is told and keeps running", "[process]") {
  session live;
  live.open();
  live.hang_up();
  CHECK(live.next_banner(banner::kind::problem).title == "The session has ended");
  CHECK(live.run(with({})).healthy);
}

TEST_CASE("closing the window leaves no child behind, not even one that hangs", "[process]") {
  session live;
  live.open();
  CHECK(live.run(with({}, 1)).healthy);
  live.window().request(with({{"trouble", hang}}, 2));
  const auto children = session::children();
  REQUIRE(children.size() == 1);
  live.close();
  CHECK(session::children().empty());
  CHECK(::kill(children.front(), 0) != 0);
}

TEST_CASE("code that leaves its group is stopped all the same", "[process]") {
  if (FIXTURE_SANITIZED) {
    return; // nothing is refused to it
  }
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); // whoever is left becomes our child
  session live;
  live.say_open();
  live.say_module(submission::mine, first_build(), 500ms);
  live.next<scene_opened>();
  live.window().request(with({{"trouble", escape}}));
  live.next_banner(banner::kind::timed_out);
  live.close();
  while (::waitpid(-1, nullptr, 0) > 0) { // for ever, if it runs on
  }
  CHECK(session::children().empty());
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("a replayed schedule comes with what it came to, and a trace that can't be read is told",
          "[process]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("weir-replayed-" + std::to_string(::getpid()) + ".weirtrace");
  weir::trace::recording made;
  made.header.scenario = "two at the door";
  weir::trace::write_file(file.string(), made);
  session live;
  using kind = protocol::say_replayed::kind;
  const auto say = [&live](kind what, const std::string& trace) {
    live.say(protocol::say_replayed{.what = what, .title = "T", .text = "", .trace = trace});
  };
  say(kind::passed, file.string());
  CHECK(live.next_banner(banner::kind::passed).title == "T");
  CHECK(live.next<run_replayed>().trace->header.scenario == "two at the door");
  say(kind::does_not_compile, "");
  CHECK(live.next_banner(banner::kind::compile_error).title == "T");
  say(kind::diverged, "/nowhere/run.weirtrace");
  CHECK(live.next_banner(banner::kind::problem).text.find("/nowhere/run.weirtrace") !=
        std::string::npos);
  std::filesystem::remove(file);
}

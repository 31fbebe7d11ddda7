#include "support/process.hpp"
#include "testing/catch.hpp"

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <system_error>

using namespace weir::support;
using namespace std::chrono_literals;
using weir::test::has_text;

namespace {

std::string read_all(const unique_fd& from) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; (size = ::read(from.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

process_options shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script},
          .environment = std::vector<std::string>{"PATH=/usr/bin:/bin"}};
}

struct seen {
  std::string output;
  ended_process end;
};

/// What it prints, and how it ends.
seen run(process_options options) {
  auto pipe = make_pipe();
  options.descriptors.push_back({pipe.writing.get(), STDOUT_FILENO});
  child_process child(std::move(options));
  pipe.writing.reset();
  auto output = read_all(pipe.reading);
  return {std::move(output), child.wait()};
}

std::string output_of(const std::string& script) {
  return run(shell(script)).output;
}

} // namespace

TEST_CASE("a program is executed with its arguments, environment and folder") {
  process_options options = {
      .argv = {"/bin/sh", "-c", "echo \"$0 $ONLY $PWD\"; env | wc -l", "a b"},
      .environment = std::vector<std::string>{"ONLY=this"},
      .directory = "/usr"};
  CHECK_THAT(run(options).output, has_text("a b this /usr\n"));
  options.argv = {"/usr/bin/env"};
  CHECK(run(options).output == "ONLY=this\n");
}

TEST_CASE("without an environment of its own a program has ours") {
  ::setenv("WEIR_SUPPORT_TEST", "ours", 1);
  CHECK(run({.argv = {"/bin/sh", "-c", "echo $WEIR_SUPPORT_TEST"}}).output == "ours\n");
}

TEST_CASE("a program named without a path is looked for in PATH") {
  CHECK(run({.argv = {"true"}}).end.status.success());
  CHECK_THROWS_WITH(child_process({.argv = {"no-such-program-at-all"}}),
                    has_text("could not find no-such-program-at-all in PATH"));
}

TEST_CASE("a program that can't be started is reported with the step that failed") {
  CHECK_THROWS_WITH(child_process({.argv = {"/nowhere/program"}}),
                    has_text("could not execute for /nowhere/program: No such file"));
  CHECK_THROWS_WITH(child_process({.argv = {"/bin/true"}, .directory = "/nowhere"}),
                    has_text("could not enter the folder for /bin/true"));
  CHECK_THROWS_WITH(child_process({.argv = {"/bin/true"}, .descriptors = {{1000, 3}}}),
                    has_text("could not pass a descriptor for /bin/true"));
  CHECK_THROWS_AS(child_process(process_options{}), std::system_error);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1); // and no child is left behind
}

TEST_CASE("exit status, signal, processor time and memory come back") {
  CHECK(run(shell("exit 7")).end.status == exit_status{.signalled = false, .code = 7});
  const auto ended = run(shell("kill -SEGV $$")).end;
  CHECK(ended.status == exit_status{.signalled = true, .code = SIGSEGV});
  CHECK(ended.peak_memory > 100'000);
}

TEST_CASE("a program has the descriptors it was given, nothing on 0 to 2, and no others") {
  // 3 is the folder that ls reads.
  CHECK(run({.argv = {"/bin/ls", "/proc/self/fd"}}).output == "0\n1\n2\n3\n");
  CHECK(output_of("read line || echo nothing; echo unseen >&2") == "nothing\n");
  auto pipe = make_pipe();
  auto options = shell("echo seen >&7; ls -l /proc/self/fd | grep -c pipe");
  options.descriptors = {{pipe.writing.get(), 7}};
  CHECK(run(options).output == "2\n"); // 7, and 1
  pipe.writing.reset();
  CHECK(read_all(pipe.reading) == "seen\n");
}

TEST_CASE("descriptors whose numbers are each other's change places") {
  auto first = make_pipe();
  auto second = make_pipe();
  const int one = first.writing.get();
  const int two = second.writing.get();
  auto options = shell("echo one >&" + std::to_string(two) + "; echo two >&" + std::to_string(one));
  options.descriptors = {{one, two}, {two, one}};
  CHECK(run(options).end.status.success());
  first.writing.reset();
  second.writing.reset();
  CHECK(read_all(first.reading) == "one\n");
  CHECK(read_all(second.reading) == "two\n");
}

TEST_CASE("limits hold, and what has none is ours") {
  auto options = shell("ulimit -v; ulimit -f; ulimit -c; ulimit -n; ulimit -s; ulimit -u");
  options.limits = resource_limits::of_the_untrusted();
  options.limits.address_space = std::uint64_t{512} << 20;
  options.limits.file_size = std::uint64_t{1} << 20;
  options.limits.open_files = 32;
  options.limits.processes = 4000;
  options.argv[0] = "/bin/bash"; // dash knows no -u
  CHECK(run(options).output == "524288\n1024\n0\n32\n8192\n4000\n");
}

TEST_CASE("a program that uses up its processor time ends with SIGXCPU") {
  auto options = shell("while :; do :; done");
  options.limits.cpu = 1s;
  CHECK(run(options).end.status == exit_status{.signalled = true, .code = SIGXCPU});
}

TEST_CASE("a program's score for the kernel's choice is what was asked for") {
  auto options = shell("cat /proc/self/oom_score_adj");
  options.oom_score_adjustment = 1000;
  CHECK(run(options).output == "1000\n");
}

TEST_CASE("signals that we ignore or block have their default action in the child") {
  const auto before = std::signal(SIGUSR1, SIG_IGN);
  sigset_t usr2;
  ::sigemptyset(&usr2);
  ::sigaddset(&usr2, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &usr2, nullptr);
  CHECK(run(shell("kill -USR1 $$")).end.status.code == SIGUSR1);
  CHECK(run(shell("kill -USR2 $$")).end.status.code == SIGUSR2);
  ::pthread_sigmask(SIG_UNBLOCK, &usr2, nullptr);
  std::signal(SIGUSR1, before);
}

TEST_CASE("what nohup has ignored stays ignored") {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  CHECK(run(shell("kill -HUP $$; exit 5")).end.status.code == 5);
  std::signal(SIGHUP, before);
}

TEST_CASE("a program leads a session of its own, or stays in ours") {
  auto options = shell("read -r all </proc/$$/stat; set -- ${all##*) }; echo $4");
  const auto own = run(options).output;
  options.in = process_options::session::ours;
  const auto ours = run(options).output;
  CHECK(ours == std::to_string(::getsid(0)) + '\n');
  CHECK(own != ours);
}

TEST_CASE("what a program leaves running in its own session ends with it") {
  auto pipe = make_pipe();
  auto options = shell("sleep 1000 & exit 3");
  options.descriptors = {{pipe.writing.get(), 7}};
  child_process child(std::move(options));
  pipe.writing.reset();
  CHECK(child.wait().status.code == 3);
  CHECK(read_all(pipe.reading).empty()); // it ends only when the last who holds it is gone
}

TEST_CASE("a child that nobody waits for any more is killed, its group too") {
  auto pipe = make_pipe();
  auto options = shell("sleep 1000 & echo $!; sleep 1000");
  options.descriptors = {{pipe.writing.get(), 1}};
  {
    const child_process child(std::move(options));
    pipe.writing.reset();
    std::array<char, 16> pid{};
    REQUIRE(::read(pipe.reading.get(), pid.data(), pid.size() - 1) > 0);
    CHECK(child.running());
  }
  CHECK(read_all(pipe.reading).empty()); // both are gone
}

TEST_CASE("waiting for a time gives nothing while the child runs, and its end when it comes") {
  auto pipe = make_pipe();
  auto options = shell("read line; exit 4");
  options.descriptors = {{pipe.reading.get(), 0}};
  child_process child(std::move(options));
  CHECK_FALSE(child.wait_for(0ms));
  CHECK_FALSE(child.wait_for(5ms));
  REQUIRE(child);
  CHECK(::write(pipe.writing.get(), "\n", 1) == 1);
  const auto ended = child.wait_for(1min);
  REQUIRE(ended);
  CHECK(ended->status.code == 4);
  CHECK_FALSE(child);
  CHECK_FALSE(child.wait_for(0ms));
}

TEST_CASE("a child that is let go, or whose lifetime is its own, lives on") {
  const auto lives_on = [](child_process child, bool let_go) {
    const pid_t pid = child.pid();
    if (let_go) {
      child.release();
    }
    child = child_process();
    CHECK(::kill(pid, 0) == 0);
    ::kill(pid, SIGKILL);
    CHECK(::waitpid(pid, nullptr, 0) == pid);
  };
  auto options = shell("exec sleep 1000");
  lives_on(child_process(options), true);
  options.ends_with = process_options::lifetime::its_own;
  lives_on(child_process(options), false);
}

TEST_CASE("under the filter, starting a process is the end, for root too") {
  auto options = shell("/bin/true; echo survived");
  options.filter = system_call_filter::make(system_call_filter::signals::only_to_itself);
  const auto ended = run(options);
  CHECK(ended.end.status == exit_status{.signalled = true, .code = SIGSYS});
  CHECK(ended.output.empty());
}

TEST_CASE("under the filter, a process signals itself and nobody else") {
  auto others = shell("kill -0 $PPID && echo reached");
  others.filter = system_call_filter::make(system_call_filter::signals::only_to_itself);
  CHECK(run(others).output.empty());
  auto itself = shell("kill -USR1 $$");
  itself.filter = others.filter;
  CHECK(run(itself).end.status == exit_status{.signalled = true, .code = SIGUSR1});
}

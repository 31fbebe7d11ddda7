#include "judge/process.hpp"
#include "testing/catch.hpp"
#include "tests/async_support.hpp"

#include <boost/system/system_error.hpp>

#include <csignal>
#include <fstream>
#include <sstream>

using namespace weir::grader;
namespace support = weir::support;
using weir::grader::testing::run_to_end;
using weir::test::has_text;

namespace {

process_spec shell(const std::string& script) {
  process_spec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

process_result run(process_spec spec) {
  return run_to_end(run_process(std::move(spec)));
}

process_result run(const std::string& script) {
  return run(shell(script));
}

/// Ended, or on its way out for good: its pipes are closed then, though somebody may still have to
/// reap it.
bool is_gone(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  std::getline(status, text);
  if (text.empty()) {
    return true;
  }
  std::istringstream fields{text.substr(text.rfind(')') + 1)};
  char state{};
  long ignored{};
  unsigned long flags{};
  fields >> state;
  for (int field = 0; field < 5; ++field) {
    fields >> ignored; // parent, group, session, terminal, its group
  }
  fields >> flags;
  constexpr unsigned long exiting = 0x4; // PF_EXITING
  return state == 'Z' || state == 'X' || (flags & exiting) != 0;
}

} // namespace

TEST_CASE("a process's streams and exit status come back", "[process]") {
  const auto result = run("echo out; echo err >&2; exit 7");
  CHECK(result.end == process_end{process_end::cause::exited, 7});
  CHECK(result.output.text() == "out\n");
  CHECK(result.errors.text() == "err\n");
}

TEST_CASE("a signal that ends a process is told", "[process]") {
  CHECK(run("kill -SEGV $$").end == process_end{process_end::cause::signalled, SIGSEGV});
}

TEST_CASE("exit statuses of a shell or bwrap are read as signals where asked", "[process]") {
  auto spec = shell("exit 139");
  spec.status = process_spec::status_style::shell;
  CHECK(run(spec).end == process_end{process_end::cause::signalled, SIGSEGV});
}

TEST_CASE("a deadline ends the whole group", "[process]") {
  auto spec = shell("sleep 1000 & echo $!; sleep 1000");
  spec.limits.wall = std::chrono::milliseconds{100};
  spec.limits.extensions = 100'000; // none is given to what only waits
  const auto result = run(spec);
  CHECK(result.end.why == process_end::cause::wall_limit);
  CHECK(is_gone(std::stoi(result.output.text())));
}

TEST_CASE("what a process leaves running ends with it", "[process]") {
  const auto result = run("sleep 1000 & echo $!");
  CHECK(result.end.success());
  CHECK(is_gone(std::stoi(result.output.text())));
}

TEST_CASE("a process that left the group and holds a pipe holds nobody up", "[process]") {
  const auto result = run("setsid sleep 2 & echo done");
  CHECK(result.end.success());
  CHECK(result.output.text() == "done\n");
}

TEST_CASE("processor time is limited", "[process]") {
  auto spec = shell("while :; do :; done");
  spec.limits.cpu = std::chrono::seconds{1};
  spec.limits.extensions = 100;
  CHECK(run(spec).end.why == process_end::cause::cpu_limit);
}

TEST_CASE("what is at work is ended by its processor time, and not by a busy machine's clock",
          "[process]") {
  auto spec = shell("(while :; do :; done); exit $?"); // a child of the child, as behind bwrap
  spec.limits.cpu = std::chrono::seconds{2};
  spec.limits.wall = std::chrono::seconds{1};
  CHECK(run(spec).end.why == process_end::cause::wall_limit);
  spec.limits.extensions = 100;
  spec.status = process_spec::status_style::shell;
  CHECK(run(spec).end.why == process_end::cause::cpu_limit);
}

TEST_CASE("output without end is cut off and not kept", "[process]") {
  auto spec = shell("exec yes");
  spec.limits.output = std::uint64_t{8} << 20;
  const auto result = run(spec);
  CHECK(result.end.why == process_end::cause::output_limit);
  CHECK(result.output.text().size() < 100'000);
}

TEST_CASE("address space and file size are limited", "[process]") {
  auto spec = shell("ulimit -v; ulimit -f; ulimit -c; ulimit -n");
  spec.limits.address_space = std::uint64_t{512} << 20;
  spec.limits.file_size = std::uint64_t{1} << 20;
  spec.limits.open_files = 32;
  CHECK(run(spec).output.text() == "524288\n2048\n0\n32\n");
}

TEST_CASE("cancellation ends the group, and only then completes", "[process]") {
  boost::asio::cancellation_signal cancel;
  pid_t child = 0;
  auto spec = shell("sleep 1000 & echo $! >&5; sleep 1000");
  spec.outputs.push_back({5, [&](std::string_view text) {
                            child = std::stoi(std::string{text});
                            cancel.emit(boost::asio::cancellation_type::terminal);
                          }});
  try {
    run_to_end(run_process(std::move(spec)), &cancel);
    FAIL("it was not cancelled");
  } catch (const boost::system::system_error& error) {
    CHECK(error.code() == boost::asio::error::operation_aborted);
  }
  CHECK(child != 0);
  CHECK(is_gone(child));
}

TEST_CASE("with grace, cancellation asks first and waits for the answer", "[process]") {
  boost::asio::cancellation_signal cancel;
  std::string said;
  auto spec = shell("trap 'echo bye >&3; exit 0' TERM; echo up >&3; while :; do sleep 0.01; done");
  spec.grace = std::chrono::seconds{20};
  spec.outputs = {{3, [&](std::string_view bytes) {
                     said += bytes;
                     if (said == "up\n") {
                       cancel.emit(boost::asio::cancellation_type::terminal);
                     }
                   }}};
  CHECK_THROWS_AS(run_to_end(run_process(spec), &cancel), boost::system::system_error);
  CHECK(said == "up\nbye\n");
}

TEST_CASE("grace has an end", "[process]") {
  boost::asio::cancellation_signal cancel;
  auto spec = shell("trap '' TERM; echo up >&3; while :; do sleep 0.01; done");
  spec.grace = std::chrono::milliseconds{50};
  spec.outputs = {{3, [&](std::string_view) {
                     cancel.emit(boost::asio::cancellation_type::terminal);
                   }}};
  CHECK_THROWS_AS(run_to_end(run_process(spec), &cancel), boost::system::system_error);
}

TEST_CASE("extra pipes carry text both ways", "[process]") {
  auto spec = shell("read line <&4; echo \"got $line\" >&3");
  std::string received;
  spec.inputs.push_back({4, "secret\n"});
  spec.outputs.push_back({3, [&](std::string_view text) {
                            received += text;
                          }});
  CHECK(run(spec).end.success());
  CHECK(received == "got secret\n");
}

TEST_CASE("a process gets its own descriptors and no others", "[process]") {
  process_spec spec;
  spec.argv = {"/bin/ls", "/proc/self/fd"};
  CHECK(run(spec).output.text() == "0\n1\n2\n3\n"); // 3 is the folder that ls reads
}

TEST_CASE("a process has the environment it was given and no other", "[process]") {
  process_spec spec;
  spec.argv = {"/usr/bin/env"};
  spec.environment = {"ONLY=this"};
  CHECK(run(spec).output.text() == "ONLY=this\n");
}

TEST_CASE("a program that can't be started is reported with the step that failed", "[process]") {
  process_spec spec;
  spec.argv = {"/nowhere/program"};
  CHECK_THROWS_WITH(run(spec), has_text("could not execute for /nowhere/program"));
  spec.argv = {"/bin/true"};
  spec.working_directory = "/nowhere";
  CHECK_THROWS_WITH(run(spec), has_text("could not enter the folder"));
}

TEST_CASE("under the filter, starting a process is the end, for root too", "[process]") {
  auto spec = shell("/bin/true; echo survived");
  spec.filter =
      support::system_call_filter::make(support::system_call_filter::signals::only_to_itself);
  const auto result = run(spec);
  CHECK(result.end == process_end{process_end::cause::signalled, SIGSYS});
  CHECK(result.output.text().empty());
}

TEST_CASE("under the filter, a process signals itself and nobody else", "[process]") {
  auto others = shell("kill -0 $PPID && echo reached");
  others.filter =
      support::system_call_filter::make(support::system_call_filter::signals::only_to_itself);
  CHECK(run(others).output.text().empty());
  auto itself = shell("kill -USR1 $$");
  itself.filter = others.filter;
  CHECK(run(itself).end == process_end{process_end::cause::signalled, SIGUSR1});
}

TEST_CASE("captured text keeps both ends of what is too long", "[process]") {
  captured_text text{4};
  for (int i = 0; i < 100; ++i) {
    text.append("0123456789");
  }
  CHECK(text.size() == 1000);
  CHECK(text.text() == "0123\n… 992 bytes left out …\n6789");
  captured_text little{4};
  little.append("abcdefg");
  CHECK(little.text() == "abcdefg");
}

// The watch loop on a real (pseudo) terminal, with a grader that only looks at words in the file.
// Everything waits for output, never for time; the deadline only turns a hang into a failure.

#include "tests/watch/watch_support.hpp"
#include "watch/shell.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace weir::grader;
using namespace weir::grader::watch;
namespace fs = std::filesystem;

namespace {

constexpr auto patience = std::chrono::seconds{20};

std::string content_of(const fs::path& file) {
  std::ifstream source{file};
  return {std::istreambuf_iterator<char>{source}, {}};
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

asio::awaitable<void> never() {
  asio::steady_timer timer{co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max()};
  co_await timer.async_wait(asio::use_awaitable);
}

/// "good" passes, "subtle" passes the quick tier only, "slow" never ends, "fatal" crashes the loop
/// itself.
asio::awaitable<run_outcome> judge(fs::path file, search_depth depth) {
  const std::string content = content_of(file);
  if (content == "fatal") {
    std::raise(SIGSEGV);
  }
  if (content == "slow") {
    co_await never();
  }
  if (content == "broken") {
    throw std::runtime_error{"The compiler is not installed."};
  }
  const bool good = content == "good" || (content == "subtle" && depth == search_depth::quick);
  auto outcome = good ? passing() : failing();
  outcome.report = saying("judged: " + content + "\n");
  co_return outcome;
}

watch_services services_in(const fs::path& folder) {
  watch_services services;
  const auto file_of = [folder](const std::string& id) {
    return folder / (id + ".cpp");
  };
  services.file_of = file_of;
  services.judge = [file_of](const std::string& id, search_depth depth,
                             const waiting_handler& /*on_waiting*/) {
    return judge(file_of(id), depth);
  };
  services.page = [](const std::string& id, page_kind) {
    return "The brief of " + id + "\n";
  };
  services.reset = [file_of](const std::string& id) -> std::string {
    write(file_of(id), "starter");
    return "The starter is back.";
  };
  services.remember_result = [](const record_result&) {
  };
  services.remember_hints = [](const record_hints&) {
  };
  services.remember_current = [](const std::string&) {
  };
  return services;
}

/// Says on the terminal why the loop ended, so that a failing test can show it.
int told(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    ::dprintf(STDERR_FILENO, "the loop ended by an exception: %s\n", thrown.what());
  }
  return 1;
}

/// The loop, as the program under test runs it; in a child process.
int run_loop(const fs::path& folder, const std::string& editor) {
  asio::io_context context{1};
  shell_settings settings;
  settings.exercises = three_exercises();
  settings.current = 1;
  settings.style = {false, true};
  settings.env = [editor](std::string_view name) {
    return name == "EDITOR" ? std::optional{editor} : std::nullopt;
  };
  watch_shell shell{context.get_executor(), std::move(settings), services_in(folder)};
  int status = 1;
  asio::co_spawn(context, shell.run(),
                 [&](const std::exception_ptr& error) { status = error ? told(error) : 0; });
  context.run();
  return status;
}

constexpr std::string_view background = "(the job is in the background)";

/// A shell's answer to SIGUSR1: takes the terminal back and lets the job run on.
void take_terminal(int) {
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  [[maybe_unused]] const auto written =
      ::write(STDOUT_FILENO, background.data(), background.size());
}

/// What a shell does around a job: its own process group in the foreground, and a look at how it
/// ended. The job's process number goes to `report`, then its wait statuses; a stopped job is
/// continued at once.
[[noreturn]] void be_a_shell(int report, const fs::path& folder, const std::string& editor) {
  std::signal(SIGTTOU, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGUSR1, take_terminal);
  const pid_t job = ::fork();
  if (job == 0) {
    ::close(report);
    ::setpgid(0, 0);
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
    std::signal(SIGTTOU, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
    ::_exit(run_loop(folder, editor));
  }
  [[maybe_unused]] auto written = ::write(report, &job, sizeof job);
  for (int status = 0; ::waitpid(job, &status, WUNTRACED) == job;) {
    termios modes{};
    ::tcgetattr(STDIN_FILENO, &modes);
    const int answers[] = {status,
                           (modes.c_lflag & ICANON) != 0 && (modes.c_lflag & ECHO) != 0 ? 1 : 0};
    written = ::write(report, answers, sizeof answers);
    if (!WIFSTOPPED(status)) {
      break;
    }
    ::kill(-job, SIGCONT);
  }
  ::_exit(0);
}

class pty_session {
public:
  explicit pty_session(const std::string& content, const std::string& editor = "false") {
    std::string name = (fs::temp_directory_path() / "weir-watch-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"no temporary folder"};
    }
    folder_ = name;
    save(content);
    write(folder_ / "demand.cpp", "starter");
    write(folder_ / "edit.sh", "echo EDITING\nprintf good > \"$1\"\n");
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) {
      throw std::runtime_error{"no pipe"};
    }
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 24;
    shell_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (shell_ == 0) {
      be_a_shell(report[1], folder_,
                 editor == "script" ? "sh " + (folder_ / "edit.sh").string() : editor);
    }
    ::close(report[1]);
    report_ = report[0];
    ask(&job_, sizeof job_);
  }

  ~pty_session() {
    if (!ended_) {
      ::kill(job_, SIGKILL);
    }
    if (terminal_ >= 0) {
      ::close(terminal_);
    }
    ::close(report_);
    ::waitpid(shell_, nullptr, 0);
    fs::remove_all(folder_);
  }

  pty_session(const pty_session&) = delete;
  pty_session& operator=(const pty_session&) = delete;

  fs::path file() const { return folder_ / "overflow.cpp"; }

  /// As an editor saves: another file renamed over it.
  void save(const std::string& content) const {
    write(folder_ / "aside", content);
    fs::rename(folder_ / "aside", file());
  }

  void type(std::string_view keys) const {
    REQUIRE(::write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  /// Reads on until this text has come, and forgets all up to its end.
  bool sees(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto found = seen_.find(text);
      if (found != std::string::npos) {
        seen_.erase(0, found + text.size());
        return true;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd ready{terminal_, POLLIN, 0};
      char bytes[4096];
      const bool readable =
          left.count() > 0 && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
      const auto count = readable ? ::read(terminal_, bytes, sizeof bytes) : 0;
      if (count <= 0) {
        UNSCOPED_INFO("the terminal showed: " << seen_);
        return false;
      }
      seen_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  void resize(unsigned short columns, unsigned short rows) const {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = rows;
    ::ioctl(terminal_, TIOCSWINSZ, &size);
  }

  void signal(int number) const { ::kill(job_, number); }

  void put_into_background() {
    ::kill(shell_, SIGUSR1);
    REQUIRE(sees(std::string{background}));
  }

  void hang_up() {
    ::close(terminal_);
    terminal_ = -1;
  }

  struct ending {
    int status{};
    int modes_restored{};
  };

  /// The next time the job stops or ends.
  ending next_ending() {
    ending found;
    ask(&found, sizeof found);
    ended_ = !WIFSTOPPED(found.status);
    return found;
  }

private:
  void ask(void* into, std::size_t size) const {
    pollfd ready{report_, POLLIN, 0};
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
    REQUIRE(::poll(&ready, 1, static_cast<int>(limit)) == 1);
    REQUIRE(::read(report_, into, size) == static_cast<ssize_t>(size));
  }

  fs::path folder_;
  int terminal_{-1};
  int report_{-1};
  pid_t shell_{};
  pid_t job_{};
  bool ended_{};
  std::string seen_;
};

const std::string main_screen = "\x1b[?1049l";
const std::string own_screen = "\x1b[?1049h";

} // namespace

TEST_CASE("on a terminal: the file is judged, a save is judged again, q quits and leaves the "
          "terminal as it was",
          "[watch][pty]") {
  pty_session session{"starter"};
  CHECK(session.sees(own_screen));
  CHECK(session.sees("✗ deadlock"));
  session.save("good");
  CHECK(session.sees("✓ passed"));
  CHECK(session.sees("n goes on to 1.3"));
  session.type("q");
  CHECK(session.sees(main_screen));
  const auto end = session.next_ending();
  CHECK(WIFEXITED(end.status));
  CHECK(WEXITSTATUS(end.status) == 0);
  CHECK(end.modes_restored == 1);
}

TEST_CASE("on a terminal: a save during a run takes its place", "[watch][pty]") {
  pty_session session{"slow"};
  CHECK(session.sees("checking"));
  session.save("good");
  CHECK(session.sees("judged: good"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: what a deeper search finds is shown", "[watch][pty]") {
  pty_session session{"subtle"};
  CHECK(session.sees("a deeper search found this"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: a deleted file is said, and x brings the starter back", "[watch][pty]") {
  pty_session session{"good"};
  CHECK(session.sees("✓ passed"));
  fs::remove(session.file());
  CHECK(session.sees("overflow.cpp is not there any more."));
  session.type("x");
  CHECK(session.sees("y/N"));
  session.type("y");
  CHECK(session.sees("The starter is back."));
  CHECK(session.sees("judged: starter"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: a run that cannot be had is explained, and the loop lives on",
          "[watch][pty]") {
  pty_session session{"broken"};
  CHECK(session.sees("The compiler is not installed."));
  session.save("good");
  CHECK(session.sees("✓ passed"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: it follows the window's size", "[watch][pty]") {
  pty_session session{"starter"};
  CHECK(session.sees("✗ deadlock"));
  session.resize(40, 10);
  CHECK(session.sees("\x1b[10;1H\x1b[Kh hint  b brief  ? keys  q quit"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: Ctrl-C and every polite signal end it cleanly, in the middle of a run",
          "[watch][pty]") {
  pty_session session{"slow"};
  CHECK(session.sees("checking"));
  SECTION("Ctrl-C") {
    session.type("\x03");
  }
  SECTION("SIGINT") {
    session.signal(SIGINT);
  }
  SECTION("SIGTERM") {
    session.signal(SIGTERM);
  }
  SECTION("SIGHUP") {
    session.signal(SIGHUP);
  }
  CHECK(session.sees(main_screen));
  const auto end = session.next_ending();
  CHECK(WIFEXITED(end.status));
  CHECK(end.modes_restored == 1);
}

TEST_CASE("on a terminal: in the background it ends when told to, and is not stopped for good",
          "[watch][pty]") {
  pty_session session{"slow"};
  CHECK(session.sees("checking"));
  session.put_into_background();
  session.signal(SIGTERM);
  CHECK(WIFEXITED(session.next_ending().status));
}

TEST_CASE("on a terminal: the loop ends when the window is closed", "[watch][pty]") {
  pty_session session{"slow"};
  CHECK(session.sees("checking"));
  session.hang_up();
  CHECK(WIFEXITED(session.next_ending().status));
}

TEST_CASE("on a terminal: a crash leaves the terminal as it was and is still a crash",
          "[watch][pty]") {
  pty_session session{"starter"};
  CHECK(session.sees("✗ deadlock"));
  int expected = SIGSEGV;
  SECTION("of the loop's own making") {
    session.save("fatal");
  }
  SECTION("abort") {
    expected = SIGABRT;
    session.signal(SIGABRT);
  }
  SECTION("Ctrl-\\") {
    expected = SIGQUIT;
    session.type("\x1c");
  }
  CHECK(session.sees(main_screen));
  const auto end = session.next_ending();
  CHECK(WIFSIGNALED(end.status));
  CHECK(WTERMSIG(end.status) == expected);
  CHECK(end.modes_restored == 1);
}

TEST_CASE(
    "on a terminal: Ctrl-Z stops with the terminal handed back, and continuing takes it again",
    "[watch][pty]") {
  pty_session session{"starter"};
  CHECK(session.sees("✗ deadlock"));
  session.type("\x1a");
  const auto stop = session.next_ending();
  CHECK(WIFSTOPPED(stop.status));
  CHECK(stop.modes_restored == 1);
  CHECK(session.sees(main_screen));
  CHECK(session.sees(own_screen));
  CHECK(session.sees("✗ deadlock"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

TEST_CASE("on a terminal: an editor gets the terminal, and what it saved is judged",
          "[watch][pty]") {
  pty_session session{"starter", "script"};
  CHECK(session.sees("✗ deadlock"));
  session.type("o");
  CHECK(session.sees(main_screen));
  CHECK(session.sees("EDITING"));
  CHECK(session.sees(own_screen));
  CHECK(session.sees("✓ passed"));
  session.type("q");
  CHECK(session.next_ending().modes_restored == 1);
}

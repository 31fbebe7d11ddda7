#pragma once

#include "base/files.hpp"
#include "commands/cli.hpp"
#include "commands/context.hpp"
#include "testing/catch.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::grader {

/// A folder of its own for one test case, gone afterwards.
class temporary_folder {
public:
  temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = std::filesystem::canonical(name);
  }

  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  ~temporary_folder() {
    std::error_code error;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
    std::filesystem::remove_all(path_, error);
  }

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

inline void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream{file, std::ios::binary} << text;
}

inline std::string toml_for(const std::string& id) {
  return "format = 1\nid = \"" + id + "\"\n" + R"(title = "A queue that says wait"
summary = "One line."
minutes = 20
file = "queue.cpp"
interface = ["queue.hpp"]
[starter]
verdict = "failed"
test = "push-waits"
[[test]]
id = "push-waits"
points = 2
read = "the-blocked-put"
[[test]]
id = "order"
[[hint]]
text = "A nudge."
[[hint]]
text = "A push."
)";
}

inline std::string brief_for(const std::string& id) {
  return "# Brief of " + id + "\n\n1. **push-waits** – push waits.\n" +
         "2. **order** – First in, first out.\n";
}

/// A small repository: bounded-queue (1.1), overflow (1.2), drain (2.1), chapter 1's prose and
/// quiz, and a README whose table is out of date.
class workbook {
public:
  workbook() {
    add("01-back-pressure/01-bounded-queue", "bounded-queue");
    add("01-back-pressure/02-overflow", "overflow");
    add("02-loop-health/01-drain", "drain");
    write(root() / "README.md",
          "# A workbook\n\n| chapter | exercises |\n|---|---|\n| none | yet |\n\nThe end.\n");
    write(root() / "chapters/01-back-pressure/README.md", "# Pressure\n\nSome *prose*.\n");
    write(root() / "chapters/01-back-pressure/quiz.toml",
          "format = 1\n[[question]]\nid = \"one\"\ntext = \"Why?\"\noptions = [\"this\", "
          "\"that\"]\nanswer = 1\nwhy = \"Because that.\"\n[[question]]\nid = \"two\"\n"
          "text = \"How?\"\nfree = true\nmodel = \"Like so.\"\n");
  }

  std::filesystem::path root() const { return folder_.path() / "repository"; }

  std::filesystem::path workspace_root() const { return folder_.path() / "workspace"; }

  void add(const std::string& folder, const std::string& id) const {
    const std::filesystem::path place = root() / "exercises" / folder;
    write(place / "exercise.toml", toml_for(id));
    write(place / "queue.cpp", "// the starter of " + id + "\n");
    write(place / "queue.hpp", "#pragma once\n");
    write(place / "brief.md", brief_for(id));
    write(root() / "solutions" / folder / "queue.cpp", "// the solution of " + id + "\n");
  }

private:
  temporary_folder folder_;
};

/// What a command wrote and how it ended.
struct command_outcome {
  exit_code code{};
  std::string out;
  std::string err;
};

/// Runs commands against a workbook as one process each: nothing survives but what is on disk.
class command_runner {
public:
  explicit command_runner(const workbook& book) : book_{book} {}

  terminal_info terminal{};
  std::map<std::string, std::string, std::less<>> variables{};
  std::chrono::system_clock::time_point now{std::chrono::seconds{1'700'000'000}};
  std::string input{};

  command_outcome operator()(std::initializer_list<std::string> words) const {
    std::istringstream in{input};
    std::ostringstream out;
    std::ostringstream err;
    context ctx{{.terminal = terminal,
                 .env = [this](std::string_view name) -> std::optional<std::string> {
                   const auto found = variables.find(name);
                   return found == variables.end() ? std::nullopt
                                                   : std::optional<std::string>{found->second};
                 },
                 .in = in,
                 .out = out,
                 .err = err},
                paths{.root = book_.root(),
                      .build = book_.root() / "build",
                      .workspace = book_.workspace_root()},
                [this] {
                  return now;
                }};
    const std::vector<std::string> arguments{words};
    const exit_code code = run_cli(ctx, arguments);
    return {code, out.str(), err.str()};
  }

private:
  const workbook& book_;
};

/// No files may grow while this lives: the nearest to a full disk that needs no disk.
class no_space {
public:
  no_space() : handler_{std::signal(SIGXFSZ, SIG_IGN)} {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }

  no_space(const no_space&) = delete;
  no_space& operator=(const no_space&) = delete;

  ~no_space() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  rlimit before_{};
  void (*handler_)(int);
};

/// Permissions count while this lives, for root too.
class without_privileges {
public:
  without_privileges() : before_{::geteuid()} {
    constexpr uid_t nobody = 65534;
    if (before_ == 0 && ::seteuid(nobody) != 0) {
      throw std::runtime_error{"seteuid failed"};
    }
  }

  without_privileges(const without_privileges&) = delete;
  without_privileges& operator=(const without_privileges&) = delete;

  ~without_privileges() {
    if (::seteuid(before_) != 0) {
      std::abort();
    }
  }

private:
  uid_t before_;
};

} // namespace weir::grader

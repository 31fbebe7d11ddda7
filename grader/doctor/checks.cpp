#include "doctor/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::grader {

namespace {

constexpr const char* build_again =
    "Run ./weir in the repository: it builds what is missing (or: cmake --preset default && cmake "
    "--build --preset default).";

doctor_check fine(std::string topic, std::string found) {
  return {.topic = std::move(topic),
          .state = check_state::fine,
          .found = std::move(found),
          .advice = {}};
}

doctor_check notice(std::string topic, std::string found, std::string advice) {
  return {.topic = std::move(topic),
          .state = check_state::notice,
          .found = std::move(found),
          .advice = std::move(advice)};
}

doctor_check missing(std::string topic, std::string found, std::string advice) {
  return {.topic = std::move(topic),
          .state = check_state::missing,
          .found = std::move(found),
          .advice = std::move(advice)};
}

std::string names_of(const std::vector<found_program>& programs) {
  std::string names;
  for (const found_program& program : programs) {
    names += (names.empty() ? "" : ", ") + program.name;
  }
  return names.empty() ? "none" : names;
}

std::string gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0));
}

doctor_check check_workbook(const doctor_facts& facts) {
  if (!facts.root_problem.empty()) {
    return missing("workbook", facts.root_problem,
                   "Start weir by the repository's ./weir, or set WEIR_ROOT to the folder that "
                   "holds exercises/.");
  }
  return fine("workbook",
              fmt::format("{} exercises in {}", facts.exercises, facts.where.root.string()));
}

doctor_check check_workspace(const doctor_facts& facts) {
  if (!facts.workspace_problem.empty()) {
    return missing("workspace", facts.workspace_problem,
                   "Choose a folder you may write to: `weir init DIR`.");
  }
  return fine("workspace", facts.where.workspace.string());
}

doctor_check check_compiler(const doctor_facts& facts) {
  const std::string installed = names_of(facts.compilers);
  if (!facts.used) {
    const std::string advice = facts.compilers.empty()
                                   ? "Install one: apt-get install clang-19 lld-19 (or g++)."
                                   : build_again;
    return missing("compiler", fmt::format("{} (installed: {})", facts.used_problem, installed),
                   advice);
  }
  const std::string used =
      fmt::format("{}, {}", facts.used->describe(), facts.used->compiler.string());
  if (!facts.trial_problem.empty()) {
    return missing("compiler",
                   fmt::format("{} can't compile and link: {}", used, facts.trial_problem),
                   build_again);
  }
  if (facts.used->compiler_id == "clang") {
    return fine("compiler",
                used +
                    "; used because it compiles an exercise in about a third of g++'s time "
                    "(installed: " +
                    installed + ")");
  }
  const std::string known = facts.used->miscompiles();
  return notice("compiler",
                used +
                    "; used because clang++-19 was not there, or another was asked for, when "
                    "the workbook was built (installed: " +
                    installed + ")",
                fmt::format("{}{}clang-19 answers about three times as fast: apt-get install "
                            "clang-19 lld-19, delete build/, and run ./weir.",
                            known, known.empty() ? "" : " "));
}

doctor_check check_linker(const doctor_facts& facts) {
  const std::string installed = names_of(facts.linkers);
  if (!facts.used) {
    return notice("linker", "installed: " + installed, "");
  }
  const auto& flags = facts.used->link_flags;
  const auto chosen = std::find_if(flags.begin(), flags.end(), [](const std::string& flag) {
    return flag.starts_with("--ld-path=") || flag.starts_with("-fuse-ld=");
  });
  if (chosen == flags.end()) {
    return notice("linker", "the compiler's own (installed: " + installed + ")",
                  "lld (with clang) or mold (with g++) link faster: apt-get install lld-19 mold, "
                  "delete build/, and run ./weir.");
  }
  const std::string name = chosen->substr(chosen->find('=') + 1);
  return fine("linker", fmt::format("{}; used because it links faster than the system's "
                                    "(installed: {})",
                                    name, installed));
}

doctor_check check_runner(const doctor_facts& facts) {
  if (!facts.used) {
    return missing("runner", "unknown, since nothing is built yet", build_again);
  }
  if (!facts.runner_problem.empty()) {
    return missing("runner", facts.runner_problem, build_again);
  }
  return fine("runner", facts.used->runner.string());
}

/// fmt's version reads "90100".
std::string readable(const std::string& name, const std::string& version) {
  int number = 0;
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), number);
  if (name != "fmt" || error != std::errc{} || *end != '\0') {
    return version;
  }
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

/// What only a build of the workbook needs: without one it is missing, after one it is not missed.
doctor_check check_library(const doctor_facts& facts, const char* name, const char* package) {
  const auto found = facts.libraries.find(name);
  if (found != facts.libraries.end()) {
    return fine(name, readable(name, found->second));
  }
  const std::string install = fmt::format("apt-get install {}", package);
  return facts.used ? notice(name, "its headers are not to be found",
                             "Grading works without, building the workbook does not: " + install)
                    : missing(name, "its headers are not to be found", install);
}

/// Boost's version reads "1_81".
doctor_check check_boost(const doctor_facts& facts) {
  const char* const install =
      "apt-get install libboost-json1.81-dev, or on a newer Debian libboost-json-dev";
  const auto found = facts.libraries.find("boost");
  if (found == facts.libraries.end()) {
    return missing("boost", "its headers are not to be found, and your code needs them", install);
  }
  std::string version = found->second;
  std::replace(version.begin(), version.end(), '_', '.');
  constexpr int oldest_minor = 81;
  int minor = 0;
  const std::size_t separator = found->second.find('_');
  if (separator != std::string::npos) {
    const char* const text = found->second.data();
    std::from_chars(text + separator + 1, text + found->second.size(), minor);
  }
  if (found->second.starts_with("1_") && minor < oldest_minor) {
    return missing("boost", version + ", and 1.81 is the oldest that works", install);
  }
  return fine("boost", version);
}

doctor_check check_tools(const doctor_facts& facts) {
  const auto has = [&](const char* name) {
    return std::any_of(facts.tools.begin(), facts.tools.end(),
                       [&](const found_program& each) { return each.name == name; });
  };
  if (!has("cmake") || !has("ninja")) {
    return notice("tools", names_of(facts.tools),
                  "Grading works without, building the workbook does not: apt-get install cmake "
                  "ninja-build.");
  }
  return has("ccache")
             ? fine("tools", names_of(facts.tools))
             : notice("tools", names_of(facts.tools),
                      "ccache makes building the workbook again much quicker: apt-get install "
                      "ccache.");
}

doctor_check check_sandbox(const doctor_facts& facts) {
  if (facts.confinement.type() == sandbox::kind::bubblewrap) {
    return fine("sandbox", facts.confinement.describe() + ", tried just now");
  }
  return notice("sandbox",
                fmt::format("{}: {}", facts.confinement.describe(), facts.confinement.problem()),
                "Your code runs under limits and a system-call filter only. bubblewrap needs user "
                "namespaces: a container has to allow them.");
}

doctor_check check_events(const doctor_facts& facts) {
  if (!facts.inotify_problem.empty()) {
    return notice("file events", "none: " + facts.inotify_problem,
                  "Weir looks at the files at intervals instead; raise "
                  "fs.inotify.max_user_instances for quicker answers.");
  }
  if (!facts.workspace_file_system.empty()) {
    return notice("file events",
                  fmt::format("the workspace lies on {}, where changes from outside may raise none",
                              facts.workspace_file_system),
                  "If a save is not noticed: weir watch --poll.");
  }
  return fine("file events", "inotify");
}

doctor_check check_machine(const doctor_facts& facts) {
  constexpr std::uint64_t little_space = std::uint64_t{1} << 30;
  const std::string found =
      fmt::format("{} processors, {} of memory, {} of disk free", facts.processors,
                  gibibytes(facts.memory_bytes), gibibytes(facts.free_bytes));
  return facts.free_bytes < little_space
             ? notice("machine", found, "A build needs about 1 GiB: free some space.")
             : fine("machine", found);
}

} // namespace

const char* to_string(check_state state) {
  switch (state) {
  case check_state::fine:
    return "fine";
  case check_state::notice:
    return "notice";
  default:
    return "missing";
  }
}

std::vector<doctor_check> doctor_checks(const doctor_facts& facts) {
  return {check_workbook(facts),
          check_workspace(facts),
          check_compiler(facts),
          check_linker(facts),
          check_runner(facts),
          check_boost(facts),
          check_library(facts, "catch2", "catch2"),
          check_library(facts, "CLI11", "libcli11-dev"),
          check_library(facts, "fmt", "libfmt-dev"),
          check_library(facts, "tomlplusplus", "libtomlplusplus-dev"),
          check_library(facts, "xxhash", "libxxhash-dev"),
          check_tools(facts),
          check_sandbox(facts),
          check_events(facts),
          check_machine(facts)};
}

} // namespace weir::grader

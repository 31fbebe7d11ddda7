#include "doctor/facts.hpp"

#include "base/find_program.hpp"
#include "judge/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

namespace weir::grader {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// The descriptor under which a compiler reads our source.
constexpr int source_descriptor = 10;

/// A library and what tells its version: the first header of these that is there, and a macro's
/// text once it is included.
struct known_library {
  const char* name;
  const char* header;
  const char* version;
};

constexpr std::array known_libraries{
    known_library{"boost", "boost/version.hpp", "BOOST_LIB_VERSION"},
    known_library{"CLI11", "CLI/Version.hpp", "CLI11_VERSION"},
    known_library{"fmt", "fmt/core.h", "FMT_VERSION"},
    known_library{"tomlplusplus", "toml++/toml.h", "TOML_LIB_MAJOR.TOML_LIB_MINOR.TOML_LIB_PATCH"},
    known_library{"xxhash", "xxhash.h", "XXH_VERSION_MAJOR.XXH_VERSION_MINOR.XXH_VERSION_RELEASE"},
    known_library{"catch2", "catch2/catch_version_macros.hpp",
                  "CATCH_VERSION_MAJOR.CATCH_VERSION_MINOR.CATCH_VERSION_PATCH"},
    known_library{"catch2", "catch2/catch.hpp",
                  "CATCH_VERSION_MAJOR.CATCH_VERSION_MINOR.CATCH_VERSION_PATCH"}};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Runs a program to its end on a loop of its own. Any trouble is a text in `errors`.
struct outcome {
  bool success{};
  std::string output;
  std::string errors;
};

outcome run(std::vector<std::string> argv, const environment& env, std::string input = {}) {
  outcome result;
  process_spec spec;
  spec.argv = std::move(argv);
  spec.environment = {"PATH=" + env("PATH").value_or("/usr/bin:/bin"), "LC_ALL=C"};
  if (!input.empty()) {
    spec.inputs.push_back({.descriptor = source_descriptor, .text = std::move(input)});
  }
  const std::string name = spec.argv.front();
  asio::io_context loop{1};
  asio::co_spawn(loop, run_process(std::move(spec)),
                 [&](const std::exception_ptr& failure, const process_result& done) {
                   try {
                     if (failure) {
                       std::rethrow_exception(failure);
                     }
                     result.success = done.end.success();
                     result.output = done.output.text();
                     result.errors = done.errors.text();
                     if (!result.success && result.errors.empty()) {
                       result.errors = name + " ended with " + to_string(done.end);
                     }
                   } catch (const std::exception& error) {
                     result.errors = error.what();
                   }
                 });
  loop.run();
  return result;
}

std::vector<found_program> find_programs(std::initializer_list<const char*> names,
                                         const environment& env) {
  std::vector<found_program> found;
  for (const char* name : names) {
    if (const auto path = find_program(name)) {
      found.push_back({.name = name,
                       .path = *path,
                       .version = first_line(run({path->string(), "--version"}, env).output)});
    }
  }
  return found;
}

std::string source_path() {
  return fmt::format("/dev/fd/{}", source_descriptor);
}

/// The version as the preprocessor spells it; empty when the header is not there.
std::string version_of(const known_library& library, const std::string& compiler,
                       const environment& env) {
  const std::string source = fmt::format("#if __has_include(<{0}>)\n#include <{0}>\n"
                                         "weir_doctor_found {1}\n#endif\n",
                                         library.header, library.version);
  // What the header itself comes to stands before our line; the end of the output is always kept.
  const std::string output =
      run({compiler, "-std=c++20", "-x", "c++", "-E", "-P", source_path()}, env, source).output;
  constexpr std::string_view marker = "weir_doctor_found ";
  const std::size_t at = output.rfind(marker);
  if (at == std::string::npos) {
    return {};
  }
  std::string version = first_line(output.substr(at + marker.size()));
  std::erase_if(version, [](char c) { return c == '"' || c == ' '; });
  return version;
}

std::map<std::string, std::string> find_libraries(const std::string& compiler,
                                                  const environment& env) {
  std::map<std::string, std::string> libraries;
  for (const known_library& library : known_libraries) {
    if (std::string version = version_of(library, compiler, env); !version.empty()) {
      libraries.emplace(library.name, std::move(version));
    }
  }
  return libraries;
}

std::string try_compiling(const toolchain& used, const environment& env) {
  std::vector<std::string> command{used.compiler.string(), "-std=c++20", "-x",   "c++",
                                   source_path(),          "-x",         "none", "-fPIC"};
  for (const std::string& flag : used.link_flags) {
    command.push_back(flag);
  }
  command.insert(command.end(), {"-o", "/dev/null"});
  const outcome tried = run(std::move(command), env, "int weir_doctor() { return 42; }\n");
  return tried.success ? std::string{} : first_line(tried.errors);
}

std::string try_runner(const toolchain& used, const environment& env) {
  std::error_code error;
  if (!fs::exists(used.runner, error)) {
    return used.runner.string() + " is not there";
  }
  const outcome tried = run({used.runner.string(), "--help"}, env);
  return tried.success ? std::string{} : first_line(tried.errors);
}

/// The nearest folder upward that is there.
fs::path existing(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

/// File systems whose changes may come from another machine, which inotify does not see. Magic
/// numbers as statfs(2) lists them.
std::string remote_file_system(const fs::path& folder) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 7> remote{{{0x6969, "nfs"},
                                                                         {0x01021997, "9p"},
                                                                         {0x65735546, "fuse"},
                                                                         {0xff534d42, "cifs"},
                                                                         {0xfe534d42, "smb"},
                                                                         {0x517b, "smb"},
                                                                         {0x786f4256, "vboxsf"}}};
  struct statfs status{};
  if (::statfs(folder.c_str(), &status) == 0) {
    for (const auto& [magic, name] : remote) {
      if (static_cast<std::uint32_t>(status.f_type) == magic) {
        return name;
      }
    }
  }
  return {};
}

std::string try_inotify() {
  const int descriptor = ::inotify_init1(IN_CLOEXEC);
  if (descriptor < 0) {
    return std::strerror(errno);
  }
  ::close(descriptor);
  return {};
}

void gather_places(open_workbook& book, doctor_facts& facts) {
  try {
    facts.exercises = book.exercises().exercises().size();
    if (facts.exercises == 0) {
      facts.root_problem = (book.where.root / "exercises").string() + " holds no exercise";
    }
  } catch (const std::exception& error) {
    facts.root_problem = error.what();
  }
  const fs::path place = existing(book.where.workspace);
  if (::access(place.c_str(), W_OK) != 0) {
    facts.workspace_problem = fmt::format("{}: {}", place.string(), std::strerror(errno));
  } else {
    try {
      book.progress(); // of another version?
    } catch (const std::exception& error) {
      facts.workspace_problem = error.what();
    }
  }
  facts.workspace_file_system = remote_file_system(place);
  std::error_code error;
  facts.free_bytes = fs::space(place, error).available;
  facts.inotify_problem = try_inotify();
}

void gather_toolchain(open_workbook& book, const environment& env, doctor_facts& facts) {
  facts.compilers =
      find_programs({"clang++-19", "clang++", "g++", "g++-12", "g++-13", "g++-14"}, env);
  facts.linkers = find_programs({"ld.lld-19", "ld.lld", "mold", "ld"}, env);
  facts.tools = find_programs({"cmake", "ninja", "ccache"}, env);
  try {
    facts.used = toolchain::load(book.where.build);
    facts.trial_problem = try_compiling(*facts.used, env);
    facts.runner_problem = try_runner(*facts.used, env);
  } catch (const std::exception& error) {
    facts.used_problem = error.what();
  }
  if (facts.used) {
    facts.libraries = find_libraries(facts.used->compiler.string(), env);
  } else if (!facts.compilers.empty()) {
    facts.libraries = find_libraries(facts.compilers.front().path.string(), env);
  }
}

} // namespace

doctor_facts gather_doctor_facts(open_workbook& book, const environment& env) {
  doctor_facts facts;
  facts.where = book.where;
  gather_places(book, facts);
  gather_toolchain(book, env, facts);
  asio::io_context loop{1};
  asio::co_spawn(loop, sandbox::probe(), [&](const std::exception_ptr& failure, sandbox found) {
    if (!failure) {
      facts.confinement = std::move(found);
    }
  });
  loop.run();
  facts.processors = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
  facts.memory_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return facts;
}

} // namespace weir::grader

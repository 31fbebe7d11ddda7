#include "judge/runner.hpp"

#include "base/errors.hpp"
#include "protocol/exit_code.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cxxabi.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace asio = boost::asio;

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr int record_descriptor = 3;
constexpr int nonce_descriptor = 4;

void require_file(const fs::path& file, const char* what) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw environment_error{
        fmt::format("{} is missing: {}. Build the workbook anew: ./weir", what, file.string())};
  }
}

process_spec runner_spec(const toolchain& tools, runner_call& call) {
  process_spec spec;
  spec.argv = {tools.runner.string(),
               "--reader",
               call.module.string(),
               "--record-fd",
               std::to_string(record_descriptor),
               "--nonce-fd",
               std::to_string(nonce_descriptor)};
  spec.argv.insert(spec.argv.end(), call.arguments.begin(), call.arguments.end());
  spec.working_directory = call.scratch;
  spec.environment = runner_environment();
  spec.inputs.push_back({nonce_descriptor, call.nonce + "\n"});
  spec.outputs.push_back({record_descriptor, std::move(call.on_record)});
  spec.limits = call.limits;
  return spec;
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text{
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free};
  return status == 0 ? text.get() : symbol;
}

/// The dynamic linker's complaint, when that is why the runner gave up.
std::string missing_symbol(const std::string& errors) {
  constexpr std::string_view words = "undefined symbol: ";
  const auto at = errors.find(words);
  if (at == std::string::npos) {
    return {};
  }
  const auto begin = at + words.size();
  return demangled(errors.substr(begin, errors.find_first_of(" \n\t,)", begin) - begin));
}

} // namespace

scratch_folder::scratch_folder(const fs::path& parent) {
  std::error_code error;
  fs::create_directories(parent, error);
  std::string name = (parent / "run-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    throw environment_error{
        fmt::format("{}: no folder could be made there. Is the disk full, or the folder read-only?",
                    parent.string())};
  }
  path_ = name;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

process_limits runner_limits(const toolchain& tools, search_depth depth) {
  process_limits limits;
  limits.wall = std::chrono::seconds{depth == search_depth::deep ? 60 : 10};
  limits.extensions = 9;
  limits.cpu = std::chrono::seconds{depth == search_depth::deep ? 60 : 6};
  limits.address_space = tools.sanitized ? 0 : std::uint64_t{2} << 30;
  limits.file_size = std::uint64_t{64} << 20;
  limits.open_files = 64;
  return limits;
}

std::string make_nonce() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw environment_error{"the kernel gave no random numbers"};
  }
  std::string text;
  for (const auto each : bytes) {
    text += fmt::format("{:02x}", each);
  }
  return text;
}

sandbox_view runner_view(const toolchain& tools, const runner_call& call) {
  sandbox_view view;
  view.read_only = {tools.runner, tools.runner.parent_path().parent_path() / "lib", call.against,
                    call.module};
  view.writable = {call.scratch};
  // A sanitizer starts a symbolizer for its report.
  view.children = tools.sanitized ? sandbox_view::child_processes::allowed
                                  : sandbox_view::child_processes::forbidden;
  return view;
}

std::vector<std::string> runner_environment() {
  // A leak is the runtime's to report, by task; LeakSanitizer would need to trace the process.
  return {"LC_ALL=C.UTF-8", "TZ=UTC", "ASAN_OPTIONS=detect_leaks=0",
          "UBSAN_OPTIONS=print_stacktrace=1"};
}

void require_runner_files(const toolchain& tools, const fs::path& against) {
  require_file(tools.runner, "the runner of hidden tests");
  require_file(against, "a module of the exercise");
}

asio::awaitable<process_result> call_runner(const toolchain& tools, const sandbox& box,
                                            runner_call call) {
  require_runner_files(tools, call.against);
  const sandbox_view view = runner_view(tools, call);
  process_spec confined = box.confine(runner_spec(tools, call), view);
  process_result result;
  try {
    result = co_await run_process(std::move(confined));
  } catch (const std::system_error& error) {
    throw environment_error{fmt::format("{}. Build the workbook anew: ./weir", error.what())};
  }
  co_return result;
}

std::string find_link_error(const process_result& result) {
  const auto symbol = missing_symbol(result.errors.text());
  if (symbol.empty() || result.end.code != static_cast<int>(protocol::exit_code::environment)) {
    return {};
  }
  return fmt::format("It does not link: nothing defines `{}`. If the interface declares it, define "
                     "it with exactly that signature.",
                     symbol);
}

fs::path keep_file(const fs::path& scratch, const std::string& claimed, const fs::path& folder) {
  std::error_code error;
  const fs::path name = fs::path{claimed}.filename();
  if (name.empty() || !fs::is_regular_file(fs::symlink_status(scratch / name, error))) {
    return {};
  }
  fs::create_directories(folder, error);
  fs::rename(scratch / name, folder / name, error);
  return error ? fs::path{} : folder / name;
}

} // namespace weir::grader

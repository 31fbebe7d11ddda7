#include "run_tests.hpp"

#include "errors.hpp"

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
constexpr int runner_exit_environment = 3;

/// A folder of our own while one program runs: two runs at once never share one.
class scratch_folder {
public:
  explicit scratch_folder(const fs::path& beside) {
    std::error_code error;
    fs::create_directories(beside, error);
    std::string name = (beside / "run-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
      throw environment_error{fmt::format(
          "{}: no folder could be made there. Is the disk full, or the folder read-only?",
          beside.string())};
    }
    path_ = name;
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

void require_file(const fs::path& file, const char* what) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw environment_error{
        fmt::format("{} is missing: {}. Build the workbook anew: ./weir", what, file.string())};
  }
}

process_spec runner_spec(const toolchain& tools, const run_request& request,
                         const fs::path& scratch, const std::string& nonce) {
  process_spec spec;
  spec.argv = {tools.runner.string(),
               "--reader",
               request.module.string(),
               "--tests",
               tools.tests_of(request.ex->id).string(),
               "--exercise",
               request.ex->id,
               "--record-fd",
               std::to_string(record_descriptor),
               "--nonce-fd",
               std::to_string(nonce_descriptor),
               "--trace-dir",
               scratch.string(),
               "--seed",
               std::to_string(request.seed),
               "--policy",
               request.policy};
  if (request.schedules != 0) {
    spec.argv.insert(spec.argv.end(), {"--schedules", std::to_string(request.schedules)});
  }
  if (!request.replay.empty()) {
    spec.argv.insert(spec.argv.end(), {"--replay", request.replay});
  }
  if (!request.all_tests) {
    for (const auto& each : request.expected) {
      spec.argv.insert(spec.argv.end(), {"--test", each.id});
    }
  }
  spec.working_directory = scratch;
  // A leak is the runtime's to report, by task; LeakSanitizer would need to trace the process.
  spec.environment = {"LC_ALL=C.UTF-8", "TZ=UTC", "ASAN_OPTIONS=detect_leaks=0",
                      "UBSAN_OPTIONS=print_stacktrace=1"};
  spec.inputs.push_back({nonce_descriptor, nonce + "\n"});
  spec.limits = request.limits;
  return spec;
}

sandbox_view runner_view(const toolchain& tools, const run_request& request,
                         const fs::path& scratch) {
  sandbox_view view;
  view.read_only = {tools.runner, tools.runner.parent_path().parent_path() / "lib",
                    tools.tests_of(request.ex->id), request.module};
  view.writable = {scratch};
  // A sanitizer starts a symbolizer for its report.
  view.children = tools.sanitized ? sandbox_view::child_processes::allowed
                                  : sandbox_view::child_processes::forbidden;
  return view;
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

/// Keeps the traces that the record names and that really are files; whatever else the program left
/// goes with `scratch`.
void keep_traces(verdict& v, const fs::path& scratch, const fs::path& trace_folder) {
  std::error_code error;
  fs::remove_all(trace_folder, error);
  fs::create_directories(trace_folder, error);
  for (auto& test : v.tests) {
    const fs::path name = fs::path{std::exchange(test.trace_file, {})}.filename();
    if (name.empty() || !fs::is_regular_file(fs::symlink_status(scratch / name, error))) {
      continue;
    }
    fs::rename(scratch / name, trace_folder / name, error);
    if (!error) {
      test.trace_file = (trace_folder / name).string();
    }
  }
  const auto* failing = v.first_failure();
  v.trace_file = failing ? failing->trace_file : std::string{};
}

} // namespace

process_limits runner_limits(const toolchain& tools, depth tier) {
  process_limits limits;
  limits.wall = std::chrono::seconds{tier == depth::deep ? 60 : 10};
  limits.cpu = std::chrono::seconds{tier == depth::deep ? 60 : 6};
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

asio::awaitable<verdict> run_tests(const toolchain& tools, const sandbox& box,
                                   run_request request) {
  require_file(tools.runner, "the runner of hidden tests");
  require_file(tools.tests_of(request.ex->id), "the hidden tests' module");
  const scratch_folder scratch{request.trace_folder.parent_path()};
  const std::string nonce = make_nonce();
  run_record record{request.expected, nonce};
  process_spec spec = runner_spec(tools, request, scratch.path(), nonce);
  const auto on_data = [&record, &request](std::string_view bytes) {
    for (const auto& step : record.on_bytes(bytes)) {
      if (request.on_step) {
        request.on_step(step);
      }
    }
  };
  spec.outputs.push_back({record_descriptor, on_data});
  process_spec confined = box.confine(std::move(spec), runner_view(tools, request, scratch.path()));
  process_result result;
  try {
    result = co_await run_process(std::move(confined));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) {
      throw;
    }
    throw environment_error{fmt::format("{}. Build the workbook anew: ./weir", error.what())};
  }
  const std::string errors = result.errors.text();
  verdict v = record.judge(result.end, errors);
  if (const auto symbol = missing_symbol(errors); !symbol.empty() &&
                                                  v.kind == verdict_kind::incomplete_record &&
                                                  result.end.code == runner_exit_environment) {
    v.kind = verdict_kind::does_not_compile;
    v.detail = fmt::format(
        "It does not link: nothing defines `{}`. The interface declares it; define it with exactly "
        "that signature.",
        symbol);
    v.tests.clear();
  } else {
    v.program_output = result.output.text() + errors;
  }
  keep_traces(v, scratch.path(), request.trace_folder);
  v.sandbox = box.describe();
  v.seed = request.seed;
  co_return v;
}

} // namespace weir::grader

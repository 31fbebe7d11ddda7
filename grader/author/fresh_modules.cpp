#include "author/fresh_modules.hpp"

#include "base/errors.hpp"
#include "base/find_program.hpp"
#include "judge/process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace weir::grader {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// What judges files: the modules, and the runner that they have to fit.
constexpr const char* target = "weir_judging";

process_spec build_spec(const fs::path& build) {
  const auto cmake = find_program("cmake");
  if (!cmake) {
    throw environment_error{"cmake is not installed: ./weir doctor tells what is missing"};
  }
  process_spec spec;
  spec.argv = {cmake->string(), "--build", build.string(), "--target", target};
  for (char** each = ::environ; *each != nullptr; ++each) {
    spec.environment.emplace_back(*each);
  }
  spec.working_directory = build;
  spec.limits = {.wall = std::chrono::hours{2}, .file_size = 0, .open_files = 0, .output = 0};
  return spec;
}

/// The first words of a failed build that say what is wrong.
std::string what_failed(const process_result& result) {
  const std::string said = result.output.text() + result.errors.text();
  const auto from = said.find("FAILED:");
  const std::string telling = said.substr(from == std::string::npos ? 0 : from);
  constexpr std::size_t screenful = 2000;
  return telling.substr(0, screenful);
}

} // namespace

asio::awaitable<bool> refresh_modules(fs::path build) {
  process_result result;
  result = co_await run_process(build_spec(build));
  if (!result.end.success()) {
    throw environment_error{
        fmt::format("The hidden tests in {} can not be brought up to date with their sources, so "
                    "nothing is handed out (cmake: {}):\n{}",
                    build.string(), to_string(result.end), what_failed(result))};
  }
  co_return result.output.text().find("no work to do") == std::string::npos;
}

} // namespace weir::grader

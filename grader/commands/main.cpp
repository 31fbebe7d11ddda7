#include "commands/cli.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using namespace weir::grader;
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path cwd = fs::current_path(error);
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  const environment env = process_environment();
  context ctx{{.terminal = detect_terminal(env),
               .env = env,
               .in = std::cin,
               .out = std::cout,
               .err = std::cerr},
              discover_paths(env, cwd, executable),
              [] {
                return std::chrono::system_clock::now();
              }};
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  const exit_code code = run_cli(ctx, arguments);
  if (!std::cout.flush()) {
    ctx.note("not everything could be written to standard output; is the disk full?");
    return static_cast<int>(exit_code::environment);
  }
  return static_cast<int>(code);
}

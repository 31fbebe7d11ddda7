#include "cli.hpp"

#include "commands.hpp"
#include "errors.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <ostream>

namespace weir::grader {

exit_code run_cli(context& ctx, std::span<const std::string> arguments) {
  CLI::App app{"A workbook for asynchronous flow control in C++20", "weir"};
  register_commands(app, ctx);
  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, ctx.out, ctx.err) == 0 ? exit_code::passed : exit_code::usage;
  } catch (const usage_error& error) {
    ctx.note(error.what());
    return exit_code::usage;
  } catch (const not_yet_error& error) {
    ctx.note(error.what());
    return exit_code::not_passed;
  } catch (const std::exception& error) {
    ctx.note(error.what());
    return exit_code::environment;
  }
  return ctx.result;
}

} // namespace weir::grader

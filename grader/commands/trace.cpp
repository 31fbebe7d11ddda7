#include "base/errors.hpp"
#include "commands/commands.hpp"

#include <weir/trace.hpp>

#include <fmt/format.h>

#include <memory>
#include <ostream>

namespace weir::grader {

namespace {

struct trace_options {
  std::string file;
  bool text{};
  bool chrome{};
  bool essential{};
};

void show_trace(context& ctx, const trace_options& options) {
  trace::recording recording;
  try {
    recording = trace::read_file(options.file);
  } catch (const trace::file_error& error) {
    throw environment_error{error.what()};
  }
  if (options.chrome) {
    trace::write_chrome(ctx.out, recording);
  } else {
    trace::write_text(ctx.out, recording,
                      options.essential ? trace::timeline_detail::essential
                                        : trace::timeline_detail::everything);
  }
  ctx.out.flush();
}

} // namespace

void add_trace(subcommand app, context& ctx) {
  subcommand command =
      app.add_subcommand("trace", "Show a recorded run: as text, or for Perfetto and Chrome");
  auto options = std::make_shared<trace_options>();
  command
      .add_option("FILE", options->file,
                  "A .weirtrace file: failure reports and `weir scene` name theirs")
      .required()
      .type_name("FILE");
  command_option text =
      command.add_flag("--text", options->text, "One line for each event, in columns (default)");
  command
      .add_flag("--chrome", options->chrome,
                "Trace-event JSON, for ui.perfetto.dev and chrome://tracing")
      .excludes(text);
  command.add_flag("--essential", options->essential, "Leave out the scheduler's book-keeping");
  command.callback([&ctx, options] { show_trace(ctx, *options); });
}

} // namespace weir::grader

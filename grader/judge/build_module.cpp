#include "judge/build_module.hpp"

#include "base/content_key.hpp"
#include "base/errors.hpp"
#include "base/files.hpp"
#include "judge/build_folder.hpp"
#include "judge/compile_errors.hpp"
#include "judge/link_command.hpp"
#include "judge/process.hpp"
#include "judge/source_file.hpp"
#include "judge/stopwatch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr const char* withheld = "The file includes what it must not see: the grader's or a "
                                 "solution's. What the compiler says of it is withheld.";

process_limits compiler_limits(const toolchain& tools) {
  process_limits limits;
  limits.wall = std::chrono::seconds{40};
  limits.extensions = 5;
  limits.cpu = std::chrono::seconds{25};
  limits.address_space = tools.sanitized ? 0 : std::uint64_t{4} << 30;
  limits.output = std::uint64_t{8} << 20;
  return limits;
}

std::string key_of(const toolchain& tools, const build_request& request,
                   const std::string& source) {
  content_key key;
  key.add(source).add_file(tools.compiler).add(request.source.filename().string());
  for (const auto& flag : tools.flags(request.depth)) {
    key.add(flag);
  }
  for (const auto& flag : tools.link_flags) {
    key.add(flag);
  }
  for (const auto& file : tools.built_ahead(request.depth)) {
    key.add_file(file);
  }
  for (const auto& name : request.ex->interface_files) {
    key.add_file(request.repository_root / "exercises" / request.ex->folder / name);
  }
  return key.text();
}

process_spec compiler_spec(const toolchain& tools, const build_folder& folder) {
  process_spec spec;
  spec.working_directory = folder.src();
  spec.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TMPDIR=" + folder.out().string()};
  spec.limits = compiler_limits(tools);
  return spec;
}

process_spec compile_spec(const toolchain& tools, const build_request& request,
                          const build_folder& folder, const fs::path& object) {
  process_spec spec = compiler_spec(tools, folder);
  spec.argv = {tools.compiler.string()};
  const auto add = [&spec](const std::vector<std::string>& flags) {
    spec.argv.insert(spec.argv.end(), flags.begin(), flags.end());
  };
  add(tools.flags(request.depth));
  add(tools.precompiled(request.depth));
  for (const auto& each : tools.include_dirs) {
    spec.argv.push_back("-I" + each.string());
  }
  spec.argv.push_back("-I" + (request.repository_root / "exercises" / request.ex->folder).string());
  if (tools.compiler_id == "clang") {
    add({"-fno-color-diagnostics", "-ferror-limit=20"});
  } else {
    add({"-fdiagnostics-color=never", "-fmax-errors=20", "-pipe"});
  }
  add({"-MD", "-MF", object.string() + ".d", "-c", folder.relative_source.string(), "-o",
       object.string()});
  return spec;
}

process_spec link_spec(const toolchain& tools, const build_folder& folder, const fs::path& object,
                       const fs::path& module) {
  process_spec spec = compiler_spec(tools, folder);
  spec.argv = link_command(tools, object, module, folder.exports());
  return spec;
}

sandbox_view compiler_view(const toolchain& tools, const build_request& request,
                           const build_folder& folder) {
  sandbox_view view;
  view.children = sandbox_view::child_processes::allowed;
  view.read_only = tools.include_dirs;
  const auto ahead = tools.built_ahead(request.depth);
  view.read_only.insert(view.read_only.end(), ahead.begin(), ahead.end());
  view.read_only.push_back(request.repository_root / "exercises" / request.ex->folder);
  view.read_only.push_back(folder.src());
  if (!tools.compiler.string().starts_with("/usr/")) {
    view.read_only.push_back(tools.compiler.parent_path().parent_path());
  }
  view.writable.push_back(folder.out());
  view.hidden.push_back(request.repository_root);
  return view;
}

/// Why the compiler did not come to an answer of its own; empty when it did.
std::string limit_met(const process_result& result, const process_limits& limits) {
  using cause = process_end::cause;
  const auto errors = result.errors.text();
  const auto says = [&errors](const char* words) {
    return errors.find(words) != std::string::npos;
  };
  if (says("out of memory") || says("std::bad_alloc") || says("cannot allocate memory") ||
      says("Cannot allocate memory")) {
    return fmt::format("The compiler ran out of memory (limit: {} MiB).",
                       limits.address_space >> 20U);
  }
  switch (result.end.why) {
  case cause::wall_limit:
    return fmt::format("The compiler did not finish within {} s.",
                       std::chrono::duration_cast<std::chrono::seconds>(limits.wall).count());
  case cause::cpu_limit:
    return fmt::format("The compiler did not finish within {} s of processor time.",
                       limits.cpu.count());
  case cause::output_limit:
    return "The compiler wrote more messages than anybody can read.";
  case cause::signalled:
    return fmt::format("The compiler itself ended with {}.", to_string(result.end));
  case cause::exited:
  case cause::cancelled:
    break;
  }
  return {};
}

/// One reader's file on its way to a module.
class builder {
public:
  builder(const toolchain& tools, const sandbox& box, build_request request)
      : tools_{tools}, box_{box}, request_{std::move(request)} {}

  asio::awaitable<build_outcome> build() {
    stopwatch watch;
    const auto source = read_source(request_.source);
    if (!source) {
      outcome_.failure = verdict_kind::environment_error;
      outcome_.detail = source.problem;
      co_return std::move(outcome_);
    }
    prepare(source.text);
    watch.lap(outcome_.stages, "read");
    if (const auto forbidden = find_forbidden_include(source.text); !forbidden.empty()) {
      outcome_.failure = verdict_kind::does_not_compile;
      outcome_.detail = folder_.relative_source.string() + ", " + forbidden + ".";
      co_return std::move(outcome_);
    }
    std::error_code error;
    if (request_.use_cache && fs::exists(folder_.module(), error)) {
      outcome_.cached = true;
      outcome_.module = folder_.module();
      outcome_.compiler_output = folded(read_if_there(folder_.messages()));
      fs::last_write_time(folder_.root, fs::file_time_type::clock::now(), error);
      co_return std::move(outcome_);
    }
    const auto own = fmt::format("reader.{}", ::getpid());
    const fs::path object = folder_.out() / (own + ".o");
    const fs::path module = folder_.out() / (own + ".so");
    const bool compiled = co_await step(compile_spec(tools_, request_, folder_, object));
    watch.lap(outcome_.stages, "compile");
    if (!compiled || includes_secrets(object.string() + ".d")) {
      co_return std::move(outcome_);
    }
    const bool linked = co_await step(link_spec(tools_, folder_, object, module));
    fs::remove(object, error);
    if (linked) {
      rename_file(module, folder_.module());
      outcome_.module = folder_.module();
      prune_builds(request_.output_folder);
    }
    watch.lap(outcome_.stages, "link");
    co_return std::move(outcome_);
  }

private:
  const toolchain& tools_;
  const sandbox& box_;
  build_request request_;
  build_folder folder_;
  build_outcome outcome_;

  void prepare(const std::string& source) {
    folder_.root = request_.output_folder / key_of(tools_, request_, source);
    folder_.relative_source = fs::path{request_.ex->folder} / request_.source.filename();
    outcome_.claim = std::make_shared<build_claim>(folder_.root);
    folder_.create(source);
  }

  [[nodiscard]] std::string folded(const std::string& messages) const {
    return fold_diagnostics(
        parse_diagnostics(messages),
        {.own_file = folder_.relative_source.string(), .verbose = request_.verbose});
  }

  /// Runs the compiler driver once. False: `outcome_` says why.
  asio::awaitable<bool> step(process_spec spec) {
    const auto limits = spec.limits;
    process_spec confined = box_.confine(std::move(spec), compiler_view(tools_, request_, folder_));
    process_result result;
    try {
      result = co_await run_process(std::move(confined));
    } catch (const std::system_error& error) {
      throw environment_error{
          fmt::format("{}. Is the compiler still installed? weir doctor tells", error.what())};
    }
    take_messages(result);
    if (result.end.success()) {
      co_return true;
    }
    const bool out_of_time = result.end.why == process_end::cause::wall_limit ||
                             result.end.why == process_end::cause::cpu_limit;
    outcome_.failure = out_of_time ? verdict_kind::timed_out : verdict_kind::does_not_compile;
    if (outcome_.detail.empty()) {
      outcome_.detail = limit_met(result, limits);
    }
    if (outcome_.detail.empty() && outcome_.compiler_output.empty()) {
      outcome_.detail =
          fmt::format("The compiler ended with {} and said nothing.", to_string(result.end));
    }
    co_return false;
  }

  /// What no reader's file may include. In the sandbox it isn't there; this holds without one too.
  [[nodiscard]] std::vector<fs::path> secret_folders() const {
    return {request_.repository_root / "grader", request_.repository_root / "solutions"};
  }

  bool includes_secrets(const fs::path& dependencies) {
    const auto found =
        find_dependency_below(read_if_there(dependencies), secret_folders(), folder_.src());
    std::error_code ignored;
    fs::remove(dependencies, ignored);
    if (found.empty()) {
      return false;
    }
    outcome_.failure = verdict_kind::does_not_compile;
    outcome_.detail = withheld;
    outcome_.compiler_output.clear();
    return true;
  }

  void take_messages(const process_result& result) {
    const auto messages = result.errors.text();
    if (messages.empty()) {
      return;
    }
    const auto parsed = parse_diagnostics(messages);
    if (mentions_file_below(parsed, secret_folders(), folder_.src())) {
      outcome_.detail = withheld;
      return;
    }
    write_whole(folder_.messages(), messages);
    outcome_.compiler_output += folded(messages);
  }
};

} // namespace

asio::awaitable<build_outcome> build_module(const toolchain& tools, const sandbox& box,
                                            build_request request) {
  builder job{tools, box, std::move(request)};
  build_outcome outcome = co_await job.build();
  co_return outcome;
}

} // namespace weir::grader

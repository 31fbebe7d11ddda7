#include "judge/run_scene.hpp"

#include "judge/runner.hpp"
#include "protocol/run_record.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <string_view>
#include <variant>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr std::size_t largest_record = std::size_t{16} << 20;

/// Exactly one line with the nonce, and nothing else; else a record that tells of no scene.
protocol::record only_record(const std::string& record, const std::string& nonce) {
  try {
    if (!record.empty() && record.find('\n') == record.size() - 1) {
      return protocol::parse_record(std::string_view{record}.substr(0, record.size() - 1), nonce);
    }
  } catch (const protocol::message_error&) {
    // Whatever it is, the runner did not write it.
  }
  return protocol::begin_record{};
}

} // namespace

scene_outcome judge_scene(const std::string& record, const std::string& nonce,
                          const process_end& end) {
  scene_outcome outcome;
  if (!end.success()) {
    const auto meaning = end.why == process_end::cause::signalled
                             ? support::signal_meaning(end.code)
                             : std::string{};
    outcome.problem = fmt::format("The scene was ended by {}{}{}.", to_string(end),
                                  meaning.empty() ? "" : ": ", meaning);
    return outcome;
  }
  const auto only = only_record(record, nonce);
  if (const auto* const error = std::get_if<protocol::scene_error_record>(&only)) {
    outcome.what = error->what == protocol::scene_error_record::kind::knob
                       ? scene_outcome::kind::bad_knob
                       : scene_outcome::kind::broken;
    outcome.problem = error->message;
    return outcome;
  }
  const auto* const told = std::get_if<protocol::scene_end_record>(&only);
  if (told == nullptr) {
    outcome.problem = "The program ended without the scene's result: something left it early, or "
                      "wrote to the grader's record.";
    return outcome;
  }
  boost::system::error_code error;
  auto result = json::parse(told->json, error);
  outcome.json = !error && result.is_object() ? std::move(result.get_object()) : json::object{};
  outcome.text = told->text;
  outcome.goals_met = told->goals_met;
  outcome.what = told->healthy ? scene_outcome::kind::finished : scene_outcome::kind::unhealthy;
  return outcome;
}

boost::asio::awaitable<scene_outcome> run_scene(const toolchain& tools, const sandbox& box,
                                                scene_request request) {
  const scratch_folder scratch{request.kept_folder.parent_path()};
  const std::string trace_file = (scratch.path() / (request.ex->id + ".weirtrace")).string();
  runner_call call;
  call.module = request.module;
  call.against = tools.scene_of(request.ex->id);
  call.arguments = {"--scene", call.against.string(),        "--exercise", request.ex->id,
                    "--seed",  std::to_string(request.seed), "--trace",    trace_file};
  for (const auto& each : request.settings) {
    call.arguments.insert(call.arguments.end(), {"--set", each});
  }
  call.scratch = scratch.path();
  call.nonce = make_nonce();
  call.limits = runner_limits(tools, search_depth::quick);
  const std::string nonce = call.nonce;
  std::string record;
  call.on_record = [&record](std::string_view bytes) {
    record += bytes.substr(0, largest_record - record.size());
  };
  const process_result result = co_await call_runner(tools, box, std::move(call));
  scene_outcome outcome = judge_scene(record, nonce, result.end);
  if (const auto problem = find_link_error(result); !problem.empty()) {
    outcome.problem = problem;
  } else {
    outcome.program_output = result.output.text() + result.errors.text();
  }
  outcome.trace_file = keep_file(scratch.path(), trace_file, request.kept_folder);
  co_return outcome;
}

} // namespace weir::grader

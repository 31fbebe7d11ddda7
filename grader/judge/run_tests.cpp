#include "judge/run_tests.hpp"

#include "judge/runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> arguments_of(const run_request& request, const fs::path& tests,
                                      const fs::path& scratch) {
  std::vector<std::string> all{"--tests",      tests.string(), "--exercise",
                               request.ex->id, "--trace-dir",  scratch.string()};
  const auto add = [&all](const char* option, const std::string& value) {
    all.emplace_back(option);
    all.push_back(value);
  };
  const auto& search = request.search;
  if (search.seed) {
    add("--seed", std::to_string(*search.seed));
  }
  if (search.policy) {
    add("--policy", std::string{to_string(*search.policy)});
  }
  if (search.model) {
    add("--model", to_string(*search.model));
  }
  if (search.schedules) {
    add("--schedules", std::to_string(*search.schedules));
  }
  if (!search.replay.empty()) {
    add("--replay", search.replay);
  }
  if (!request.all_tests) {
    for (const auto& each : request.expected) {
      add("--test", each.id);
    }
  }
  return all;
}

/// Keeps the traces that the record names; whatever else the program left goes with `scratch`. What
/// was there before this run goes, but not what another run keeps there meanwhile.
void keep_traces(verdict& v, const fs::path& scratch, const fs::path& trace_folder,
                 fs::file_time_type began) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{trace_folder, ignored}) {
    if (entry.last_write_time(ignored) < began) {
      fs::remove_all(entry.path(), ignored);
    }
  }
  for (auto& test : v.tests) {
    test.trace_file = keep_file(scratch, std::exchange(test.trace_file, {}), trace_folder).string();
  }
  const auto* failing = v.first_failure();
  v.trace_file = failing ? failing->trace_file : std::string{};
}

} // namespace

boost::asio::awaitable<verdict> run_tests(const toolchain& tools, const sandbox& box,
                                          run_request request) {
  const scratch_folder scratch{request.trace_folder.parent_path()};
  const fs::file_time_type began = fs::last_write_time(scratch.path());
  runner_call call;
  call.module = request.module;
  call.against = tools.tests_of(request.ex->id);
  call.arguments = arguments_of(request, call.against, scratch.path());
  call.scratch = scratch.path();
  call.nonce = make_nonce();
  call.limits = request.limits;
  run_record record{request.expected, call.nonce};
  call.on_record = [&record, &request](std::string_view bytes) {
    for (const auto& step : record.on_bytes(bytes)) {
      if (request.on_step) {
        request.on_step(step);
      }
    }
  };
  const process_result result = co_await call_runner(tools, box, std::move(call));
  const std::string errors = result.errors.text();
  verdict v = record.judge(result.end, errors);
  if (auto problem = find_link_error(result);
      !problem.empty() && v.kind == verdict_kind::incomplete_record) {
    v.kind = verdict_kind::does_not_compile;
    v.detail = std::move(problem);
    v.tests.clear();
  } else {
    v.program_output = result.output.text() + errors;
  }
  if (const auto known = tools.miscompiles(); v.kind == verdict_kind::crashed && !known.empty()) {
    v.detail += " " + known;
  }
  keep_traces(v, scratch.path(), request.trace_folder, began);
  v.sandbox = box.describe();
  v.seed = request.search.seed.value_or(1);
  co_return v;
}

} // namespace weir::grader

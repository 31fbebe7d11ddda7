#include "author/check.hpp"

#include "author/calibration.hpp"
#include "author/grading_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace weir::grader {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// What a verdict must be for the file to be what it claims. Empty: it is; else what was expected
/// and found.
using judge = std::function<std::string(const verdict&)>;

struct job {
  const exercise* ex{};
  std::string subject;
  std::string way;
  fs::path file;
  const toolchain* tools{};
  std::uint64_t seed{1};
  search_depth depth{search_depth::quick};
  judge wanted;
};

std::string must_pass(const verdict& v) {
  if (v.passed()) {
    return {};
  }
  std::string why = headline(v);
  if (const test_result* first = v.first_failure()) {
    why += fmt::format(" in {}: {}", first->id, first->message);
  } else if (!v.compiler_output.empty()) {
    why += ": " + v.compiler_output.substr(0, v.compiler_output.find('\n'));
  } else {
    why += ": " + v.detail;
  }
  return "should pass, and came to: " + why;
}

/// The test that must fail did, as it should; whatever else fails is its own matter.
judge must_fail_in(std::string test, std::optional<verdict_kind> kind) {
  return [test = std::move(test), kind](const verdict& v) -> std::string {
    const auto found = std::ranges::find(v.tests, test, &test_result::id);
    if (found == v.tests.end()) {
      return fmt::format("should fail in {}, and came to: {}", test, headline(v));
    }
    if (found->passed) {
      return fmt::format("{} should catch it, and let it pass ({})", test, headline(v));
    }
    const bool ended =
        found->outcome != test_outcome::not_finished && found->outcome != test_outcome::not_run;
    const verdict_kind seen = ended ? verdict_of(found->outcome) : v.kind;
    if (kind && seen != *kind) {
      return fmt::format("{} should end as {}, and ended as {}", test, to_key(*kind), to_key(seen));
    }
    return {};
  };
}

judge starter_judge(const exercise& ex) {
  const auto kind = verdict_from_key(ex.starter.verdict);
  if (!ex.starter.test.empty()) {
    return must_fail_in(ex.starter.test, kind);
  }
  return [kind](const verdict& v) -> std::string {
    if (kind && v.kind == *kind) {
      return {};
    }
    return fmt::format("the starter should come to {}, and came to: {}", kind ? to_key(*kind) : "?",
                       headline(v));
  };
}

class planner {
public:
  planner(const toolchain& tools, const check_request& request)
      : tools_{tools}, request_{request} {}

  std::vector<job> operator()() {
    for (const exercise* ex : request_.exercises) {
      const fs::path& root = request_.repository_root;
      add(*ex, "starter", root / "exercises" / ex->folder / ex->file, starter_judge(*ex), false);
      add(*ex, "solution", root / "solutions" / ex->folder / ex->file, must_pass, true);
      jobs_.push_back({ex, "solution", "optimised", root / "solutions" / ex->folder / ex->file,
                       &tools_, 1, search_depth::deep, must_pass});
      for (const calibration_file& file : read_calibration(root, *ex)) {
        const bool accept = file.which == calibration_file::side::accept;
        const std::string name = (accept ? "accept/" : "reject/") + file.file.filename().string();
        add(*ex, name, file.file,
            accept ? judge{must_pass} : must_fail_in(file.test, file.expected), accept);
      }
    }
    return std::move(jobs_);
  }

private:
  /// Whatever passes must do so under every seed and under the sanitizers; a mistake must be found
  /// from the first.
  void add(const exercise& ex, const std::string& subject, const fs::path& file,
           const judge& wanted, bool thorough) {
    for (const std::uint64_t seed : request_.seeds) {
      jobs_.push_back({&ex, subject, fmt::format("seed {}", seed), file, &tools_, seed,
                       search_depth::quick, wanted});
      if (!thorough) {
        break;
      }
    }
    if (thorough && request_.sanitized && tools_.asan) {
      jobs_.push_back(
          {&ex, subject, "sanitized", file, tools_.asan.get(), 1, search_depth::quick, wanted});
    }
  }

  const toolchain& tools_;
  const check_request& request_;
  std::vector<job> jobs_;
};

} // namespace

asio::awaitable<std::vector<check_item>> check_exercises(const toolchain& tools, const sandbox& box,
                                                         check_request request) {
  const std::vector<job> jobs = planner{tools, request}();
  std::vector<grading_job> to_grade;
  for (const job& j : jobs) {
    to_grade.push_back({j.ex, j.file, j.tools, j.seed, j.depth});
  }
  std::vector<check_item> judged(jobs.size());
  std::size_t done = 0;
  const auto on_verdict = [&](std::size_t index, const verdict& v) {
    const job& j = jobs[index];
    const std::string problem = j.wanted(v);
    judged[index] = {j.ex->id, j.subject, j.way, problem.empty(),
                     problem.empty() ? headline(v) : problem};
    if (request.on_item) {
      request.on_item(++done, jobs.size(), judged[index]);
    }
  };
  co_await grade_jobs(box, request.repository_root, request.scratch, to_grade, request.jobs,
                      on_verdict, request.on_waiting);
  std::vector<check_item> all;
  for (const exercise* ex : request.exercises) {
    std::ranges::move(check_files(request.repository_root, *ex), std::back_inserter(all));
    for (check_item& item : judged) {
      if (item.exercise == ex->id) {
        all.push_back(std::move(item));
      }
    }
  }
  co_return all;
}

} // namespace weir::grader

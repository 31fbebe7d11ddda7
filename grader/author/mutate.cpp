#include "author/mutate.hpp"

#include "author/grading_jobs.hpp"
#include "base/errors.hpp"
#include "base/files.hpp"
#include "workbook/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::grader {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

struct harmless_change {
  std::string was;
  std::string becomes;
  std::string why;
};

std::vector<harmless_change> read_harmless(const fs::path& root, const exercise& ex) {
  const fs::path file = root / "grader" / "hidden" / ex.folder / "equivalent.toml";
  std::vector<harmless_change> all;
  if (!fs::exists(file)) {
    return all;
  }
  const toml::table parsed = toml_reader::parse(file);
  const toml_reader whole{file, parsed};
  whole.only({"mutant"});
  for (const toml_reader& each : whole.tables("mutant")) {
    each.only({"was", "becomes", "why"});
    all.push_back({each.text("was"), each.text("becomes"), each.text("why")});
  }
  return all;
}

const harmless_change* find_harmless(const std::vector<harmless_change>& known,
                                     const mutant& what) {
  const auto found = std::ranges::find_if(known, [&](const harmless_change& each) {
    return each.was == what.was && (each.becomes == "*" || each.becomes == what.becomes);
  });
  return found == known.end() ? nullptr : &*found;
}

/// What the verdict says of a mutant.
void judge(mutant_result& result, const verdict& v) {
  if (v.kind == verdict_kind::does_not_compile) {
    result.fate = mutant_fate::invalid;
    result.detail.clear();
  } else if (v.passed()) {
    result.fate = mutant_fate::survived;
    result.detail.clear();
  } else {
    result.fate = mutant_fate::killed;
    const test_result* first = v.first_failure();
    result.detail = first ? first->id : std::string{to_key(v.kind)};
  }
}

struct population {
  std::vector<mutant_result> results;
  std::vector<grading_job> jobs; ///< by result
};

population breed(const toolchain& tools, const mutate_request& request) {
  population all;
  for (const exercise* ex : request.exercises) {
    const fs::path folder = request.scratch / "mutants" / ex->id;
    make_folders(folder);
    const std::string solution =
        read_file(request.repository_root / "solutions" / ex->folder / ex->file);
    for (mutant& each : make_mutants(solution)) {
      const fs::path file = folder / fmt::format("{}-{}", all.jobs.size(), ex->file);
      replace_file(file, each.text);
      all.jobs.push_back({ex, file, &tools});
      all.results.push_back({ex->id, std::move(each), mutant_fate::survived, {}});
    }
  }
  return all;
}

/// A score means nothing where the solution itself does not pass.
asio::awaitable<void> require_passing_solutions(const toolchain& tools, const sandbox& box,
                                                const mutate_request& request) {
  std::vector<grading_job> jobs;
  for (const exercise* ex : request.exercises) {
    jobs.push_back({ex, request.repository_root / "solutions" / ex->folder / ex->file, &tools});
  }
  std::vector<std::string> failing;
  const auto on_verdict = [&](std::size_t index, const verdict& v) {
    if (!v.passed()) {
      failing.push_back(fmt::format("{} ({})", jobs[index].ex->id, headline(v)));
    }
  };
  co_await grade_jobs(box, request.repository_root, request.scratch, jobs, request.jobs, on_verdict,
                      request.on_waiting);
  if (!failing.empty()) {
    throw content_error{fmt::format(
        "The solution as it is does not pass: {}. `weir author check` tells more; mend that first.",
        fmt::join(failing, ", "))};
  }
}

} // namespace

asio::awaitable<std::vector<mutant_result>>
mutate_exercises(const toolchain& tools, const sandbox& box, mutate_request request) {
  co_await require_passing_solutions(tools, box, request);
  population all = breed(tools, request);
  std::size_t done = 0;
  const auto on_verdict = [&](std::size_t index, const verdict& v) {
    judge(all.results[index], v);
    if (request.on_result) {
      request.on_result(++done, all.jobs.size(), all.results[index]);
    }
  };
  co_await grade_jobs(box, request.repository_root, request.scratch, all.jobs, request.jobs,
                      on_verdict, request.on_waiting);

  for (const exercise* ex : request.exercises) {
    const std::vector<harmless_change> known = read_harmless(request.repository_root, *ex);
    for (mutant_result& each : all.results) {
      const harmless_change* harmless =
          each.exercise == ex->id && each.fate == mutant_fate::survived
              ? find_harmless(known, each.what)
              : nullptr;
      if (harmless) {
        each.fate = mutant_fate::equivalent;
        each.detail = harmless->why;
      }
    }
  }
  if (request.deep) {
    std::vector<grading_job> again;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < all.results.size(); ++i) {
      if (all.results[i].fate == mutant_fate::survived) {
        again.push_back(all.jobs[i]);
        again.back().depth = search_depth::deep;
        which.push_back(i);
      }
    }
    const auto on_second = [&](std::size_t index, const verdict& v) {
      judge(all.results[which[index]], v);
    };
    co_await grade_jobs(box, request.repository_root, request.scratch, again, request.jobs,
                        on_second, request.on_waiting);
  }
  co_return std::move(all.results);
}

} // namespace weir::grader

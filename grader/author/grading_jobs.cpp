#include "author/grading_jobs.hpp"

#include "base/task_group.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace weir::grader {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// What the workers share. Lives in `grade_jobs`.
struct workload {
  const sandbox& box;
  const fs::path& root;
  const fs::path& scratch;
  const std::vector<grading_job>& jobs;
  const std::function<void(std::size_t, const verdict&)>& on_verdict;
  const part_progress_handler& on_waiting;
  std::size_t next{};
};

/// Takes jobs until none is left.
asio::awaitable<void> work(workload& shared, std::size_t worker) {
  while (shared.next < shared.jobs.size()) {
    const std::size_t mine = shared.next++;
    const grading_job& job = shared.jobs[mine];
    const int lane =
        job.tools == shared.jobs.front().tools ? 0 : 1; // toolchains don't share outputs
    grade_request wanted;
    wanted.ex = job.ex;
    wanted.repository_root = shared.root;
    wanted.source = job.file;
    wanted.build_folder = shared.scratch / fmt::format("worker-{}-{}", worker, lane) / job.ex->id;
    wanted.depth = job.depth;
    wanted.deep_budget = job.deep_budget;
    wanted.search.seed = job.seed;
    wanted.on_waiting = shared.on_waiting;
    const verdict v = co_await grade(*job.tools, shared.box, std::move(wanted));
    shared.on_verdict(mine, v);
  }
}

} // namespace

asio::awaitable<void> grade_jobs(const sandbox& box, const fs::path& repository_root,
                                 const fs::path& scratch, const std::vector<grading_job>& jobs,
                                 std::size_t at_a_time,
                                 const std::function<void(std::size_t, const verdict&)>& on_verdict,
                                 const part_progress_handler& on_waiting) {
  workload shared{box, repository_root, scratch, jobs, on_verdict, on_waiting};
  task_group workers{co_await asio::this_coro::executor};
  for (std::size_t worker = 0; worker < at_a_time; ++worker) {
    workers.spawn(work(shared, worker));
  }
  co_await workers.join(); // with what the first worker threw, not with what that one cancelled
}

} // namespace weir::grader

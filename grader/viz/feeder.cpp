#include "viz/feeder.hpp"

#include "base/cancellation.hpp"
#include "base/errors.hpp"
#include "judge/build_module.hpp"
#include "viz/scene_launch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <utility>

namespace weir::grader::viz {

namespace {

/// For one answer of a scene runner, its start included.
constexpr std::chrono::seconds patience{10};

std::size_t index(submission which) {
  return static_cast<std::size_t>(which);
}

/// How the scene runner around this module is started.
process_spec runner_of(const toolchain& tools, const sandbox& box, const exercise& ex,
                       const std::filesystem::path& module, const std::filesystem::path& scratch) {
  runner_call call;
  call.module = module;
  call.against = tools.scene_of(ex.id);
  call.scratch = scratch;
  require_runner_files(tools, call.against);
  process_spec spec;
  spec.argv = {
      tools.runner.string(), "--reader", call.module.string(), "--scene", call.against.string(),
      "--exercise",          ex.id};
  spec.environment = runner_environment();
  spec.working_directory = scratch;
  spec.limits = runner_limits(tools, search_depth::quick);
  sandbox_view view = runner_view(tools, call);
  // It forks itself for each run, and forbids the fork what a graded program may not do.
  view.children = sandbox_view::child_processes::allowed;
  return box.confine(std::move(spec), view);
}

protocol::say_problem problem(submission which, std::string title, std::string text) {
  return {.which = which, .title = std::move(title), .text = std::move(text)};
}

protocol::say_problem problem_of(submission which, const std::string& file,
                                 const build_outcome& built) {
  const bool compiler_spoke = built.failure == verdict_kind::does_not_compile;
  const std::string gap = built.detail.empty() || built.compiler_output.empty() ? "" : "\n";
  using kind = protocol::say_problem::kind;
  return {.which = which,
          .what = compiler_spoke ? kind::does_not_compile : kind::other,
          .title = compiler_spoke ? fmt::format("{} does not compile", file)
                                  : fmt::format("{} could not be built", file),
          .text = built.detail + gap + built.compiler_output};
}

} // namespace

feeder::feeder(asio::any_io_executor executor, socket connection, sandbox box,
               feed_services services)
    : executor_{std::move(executor)},
      connection_{std::move(connection)},
      box_{std::move(box)},
      services_{std::move(services)},
      group_{executor_},
      builds_{latest_task{group_}, latest_task{group_}, latest_task{group_}, latest_task{group_}},
      own_file_{executor_},
      other_file_{executor_},
      outbox_{executor_} {}

void feeder::begin(protocol::say_scenes scenes, const protocol::say_open& first) {
  outbox_.say(std::move(scenes));
  open(first);
}

asio::awaitable<void> feeder::run() {
  group_.spawn(outbox_.write_to(connection_));
  group_.spawn(follow(submission::mine));
  if (other_watched_) {
    group_.spawn(follow(submission::other));
  }
  group_.spawn(read_requests(), [this] { group_.cancel(); });
  co_await group_.join();
}

void feeder::open(const protocol::say_open& what) {
  open_ = &services_.exercise_of(what.scene);
  shown_ = what.shown;
  ++openings_;
  for (auto& each : builds_) {
    each.cancel();
  }
  scratch_.reset();
  scratch_.emplace(services_.build_folder_of(*open_));
  outbox_.say(what);
  watch(submission::mine);
  watch(submission::other);
  build_later(what.shown);
}

/// Watches the file, if this code is there to be run at all.
void feeder::watch(submission which) {
  auto& watcher = which == submission::mine ? own_file_ : other_file_;
  try {
    const auto file = services_.source_of(*open_, which);
    watcher.watch(file, plan_watch({}, place_of(file)));
    other_watched_ = other_watched_ || which == submission::other;
  } catch (const std::exception&) {
    // Whoever builds it says why not.
  }
}

void feeder::build_later(submission which) {
  builds_[index(which)].start([this, which] { return build(which); });
}

asio::awaitable<void> feeder::follow(submission which) {
  auto& watcher = which == submission::mine ? own_file_ : other_file_;
  for (;;) {
    const auto change = co_await watcher.next();
    if (change == file_change::changed) {
      build_later(which);
    } else {
      outbox_.say(problem(which, "The file is gone", "It is built again when it is back."));
    }
  }
}

asio::awaitable<void> feeder::build(submission which) {
  const auto opening = openings_;
  const exercise& ex = *open_;
  protocol::feed_message answer;
  try {
    answer = co_await built(ex, which);
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
    answer = problem(which, "There is nothing to run", thrown.what());
  }
  if (opening == openings_) {
    outbox_.say(answer);
  }
}

asio::awaitable<protocol::feed_message> feeder::built(const exercise& ex, submission which) {
  const auto source = services_.source_of(ex, which);
  const std::string file = source.filename().string();
  outbox_.say(protocol::say_working{which, fmt::format("Compiling {}", file)});
  const toolchain tools = services_.load_toolchain();
  build_request wanted;
  wanted.ex = &ex;
  wanted.repository_root = services_.repository_root;
  wanted.source = source;
  wanted.output_folder = services_.build_folder_of(ex);
  if (which != submission::mine) { // the reader's own builds stay at hand
    wanted.output_folder /= fmt::format("viz-{}", to_string(which));
  }
  const build_outcome outcome = co_await build_module(tools, box_, std::move(wanted));
  if (outcome.failure) {
    co_return problem_of(which, file, outcome);
  }
  in_use_[which] = outcome.claim;
  co_await provide(tools, part{.kind = part_kind::scene, .exercise = ex.id},
                   [this, which](const part_progress& how_far) {
                     outbox_.say(protocol::say_working{which, to_string(how_far)});
                   });
  const process_spec runner = runner_of(tools, box_, ex, outcome.module, scratch_->path());
  co_return protocol::say_module{which, launch_of(runner, patience)};
}

asio::awaitable<void> feeder::read_requests() {
  constexpr std::size_t longest_line = std::size_t{64} << 10;
  std::string heard;
  for (;;) {
    auto buffer = asio::dynamic_buffer(heard, longest_line);
    const auto [error, size] = co_await asio::async_read_until(connection_, buffer, '\n',
                                                               asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return; // the window is gone
    }
    const std::string line = heard.substr(0, size - 1);
    heard.erase(0, size);
    try {
      handle(protocol::parse_feed_request(line));
    } catch (const protocol::message_error& refused) {
      outbox_.say(problem(shown_, "A request of the window that can't be read", refused.what()));
    }
  }
}

void feeder::handle(const protocol::feed_request& asked) {
  std::visit([this](const auto& each) { answer(each); }, asked);
}

void feeder::answer(const protocol::ask_open& asked) {
  try {
    const exercise& ex = services_.exercise_of(asked.scene);
    open({.scene = ex.id, .shown = asked.which, .submissions = services_.submissions_of(ex)});
  } catch (const std::exception& thrown) {
    outbox_.say(problem(asked.which, "The scene can't be opened", thrown.what()));
  }
}

} // namespace weir::grader::viz

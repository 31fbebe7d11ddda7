#include "parts/build_part.hpp"

#include "base/errors.hpp"
#include "base/find_program.hpp"
#include "judge/process.hpp"
#include "parts/build_lock.hpp"
#include "parts/build_tree.hpp"
#include "parts/ninja_output.hpp"
#include "support/line_buffer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace weir::grader::parts {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// Of which ninja's log says what it took, and what is thought before there is one.
std::chrono::milliseconds expected_duration(const fs::path& build, const part& which) {
  const fs::path log = build / ".ninja_log";
  switch (which.kind) {
  case part_kind::tests:
    return mean_duration(log, "/compiled-tests-", 15s) + 1s;
  case part_kind::scene:
    return mean_duration(log, "/scene-", 8s) + 1s;
  case part_kind::deep_header:
    break;
  }
  return mean_duration(log, "reader/prelude.pch", 8s) + 1s;
}

/// One part on its way.
class building {
public:
  building(build_site where, part which, urgency how, part_progress_handler on_progress)
      : where_{std::move(where)},
        which_{std::move(which)},
        how_{how},
        on_progress_{std::move(on_progress)} {}

  asio::awaitable<void> run() {
    const build_tree tree{where_.build};
    std::optional<build_lock> wish;
    if (how_ == urgency::now) {
      wish = build_lock::want(where_.build);
    }
    const build_lock lock = co_await take_lock();
    const auto version = tree.version();
    // Somebody else may have built it meanwhile. Where there is no stamp, ninja knows best.
    if (version && tree.has(which_)) {
      co_return;
    }
    co_await run_ninja();
    if (version) {
      tree.mark(which_, *version);
    }
  }

private:
  build_site where_;
  part which_;
  urgency how_;
  part_progress_handler on_progress_;
  std::string output_;
  support::line_buffer lines_;
  std::optional<ninja_step> step_;
  std::chrono::milliseconds expected_{};
  std::chrono::steady_clock::time_point began_;

  void tell(const part_progress& how_far) const {
    if (on_progress_) {
      on_progress_(how_far);
    }
  }

  void tell_time() const {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began_);
    tell({.which = which_, .seconds_left = seconds_left(step_, elapsed, expected_)});
  }

  asio::awaitable<build_lock> take_lock() {
    asio::steady_timer pause{co_await asio::this_coro::executor};
    for (;;) {
      auto lock = build_lock::try_take(where_.build);
      if (lock) {
        co_return std::move(*lock);
      }
      tell({.which = which_, .others_building = true});
      pause.expires_after(how_ == urgency::now ? 100ms : 500ms);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  process_spec spec() {
    const auto bash = find_program("bash");
    if (!bash) {
      throw environment_error{"bash is not installed: ./weir doctor tells what is missing"};
    }
    process_spec wanted;
    wanted.argv = {bash->string(),
                   (where_.root / "grader/launcher/build_part.sh").string(),
                   where_.root.string(),
                   where_.build.string(),
                   how_ == urgency::now ? "now" : "background",
                   "weir_judging_base",
                   target_of(which_)};
    for (char** each = ::environ; *each != nullptr; ++each) {
      wanted.environment.emplace_back(*each);
    }
    wanted.working_directory = where_.build;
    wanted.limits = {.wall = 2h, .file_size = 0, .open_files = 0, .output = 0};
    wanted.grace = 5s; // so that ninja takes its compilers along, and forgets what they began
    wanted.outputs = {{3, [this](std::string_view bytes) {
                         take(bytes);
                       }}};
    return wanted;
  }

  void take(std::string_view bytes) {
    constexpr std::size_t enough = std::size_t{1} << 20;
    if (output_.size() < enough) {
      output_ += bytes;
    }
    lines_.add(bytes);
    while (const auto line = lines_.next()) {
      if (const auto step = parse_step(*line)) {
        step_ = step;
        tell_time();
      }
    }
  }

  asio::awaitable<void> tick() {
    asio::steady_timer second{co_await asio::this_coro::executor};
    for (;;) {
      tell_time();
      second.expires_after(1s);
      co_await second.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> run_ninja() {
    const auto executor = co_await asio::this_coro::executor;
    expected_ = expected_duration(where_.build, which_);
    began_ = std::chrono::steady_clock::now();
    auto both = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, run_process(spec()), asio::deferred),
        asio::co_spawn(executor, tick(), asio::deferred));
    auto [order, thrown, result, stopped] =
        co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (thrown) {
      std::rethrow_exception(thrown);
    }
    if (!result.end.success()) {
      throw environment_error{
          fmt::format("{} could not be built: {}", name_of(which_), what_failed(said(result)))};
    }
  }

  std::string said(const process_result& result) const {
    const std::string all = output_ + result.errors.text();
    return all.empty() ? to_string(result.end) : all;
  }
};

} // namespace

asio::awaitable<void> build_part(build_site where, part which, urgency how,
                                 part_progress_handler on_progress) {
  building job{std::move(where), std::move(which), how, std::move(on_progress)};
  co_await job.run();
}

std::function<asio::awaitable<void>(part, part_progress_handler)> provider_at(build_site where) {
  return [where = std::move(where)](part which,
                                    part_progress_handler on_progress) -> asio::awaitable<void> {
    if (!build_tree{where.build}.has(which)) {
      co_await build_part(where, std::move(which), urgency::now, std::move(on_progress));
    }
  };
}

} // namespace weir::grader::parts

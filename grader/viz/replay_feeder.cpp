#include "viz/replay_feeder.hpp"

#include "base/cancellation.hpp"
#include "report/replay_report.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

namespace weir::grader::viz {

namespace fs = std::filesystem;

replay_feeder::replay_feeder(asio::any_io_executor executor, outbox::socket connection,
                             replay_source source)
    : connection_{std::move(connection)},
      source_{std::move(source)},
      group_{executor},
      replay_{group_},
      watcher_{executor},
      outbox_{executor},
      traces_{source_.build_folder} {
  watcher_.watch(source_.file, plan_watch({}, place_of(source_.file)));
  outbox_.say(protocol::say_scenes{}); // a recorded schedule has none
}

asio::awaitable<void> replay_feeder::run() {
  group_.spawn(outbox_.write_to(connection_));
  group_.spawn(follow());
  group_.spawn(wait_for_hang_up(), [this] { group_.cancel(); });
  replay_later();
  co_await group_.join();
}

void replay_feeder::replay_later() {
  replay_.start([this] { return replay(); });
}

asio::awaitable<void> replay_feeder::replay() {
  outbox_.say(protocol::say_working{
      .title = fmt::format("Replaying the schedule with {}", source_.file.filename().string())});
  try {
    verdict judged = co_await source_.judge();
    tell(std::move(judged));
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      throw;
    }
    outbox_.say(
        protocol::say_problem{.title = "The schedule can't be replayed", .text = thrown.what()});
  }
}

void replay_feeder::tell(verdict judged) {
  const auto report = report_replay(judged, before_ ? &*before_ : nullptr, *source_.ex);
  outbox_.say(protocol::say_replayed{.what = report.what,
                                     .title = report.title,
                                     .text = report.text,
                                     .trace = keep_trace(judged).string()});
  if (report.what != replay_report::kind::does_not_compile) {
    before_ = std::move(judged);
  }
}

/// Under a name of its own: the next replay writes to where this one did, and the window may read
/// late. Empty when there is none.
fs::path replay_feeder::keep_trace(const verdict& judged) {
  if (judged.tests.empty() || judged.tests.front().trace_file.empty()) {
    return {};
  }
  const fs::path written = judged.tests.front().trace_file;
  const fs::path kept =
      traces_.path() / fmt::format("{}-{}", ++replays_, written.filename().string());
  std::error_code error;
  fs::rename(written, kept, error);
  return error ? fs::path{} : kept;
}

asio::awaitable<void> replay_feeder::follow() {
  for (;;) {
    if (co_await watcher_.next() == file_change::changed) {
      replay_later();
    } else {
      outbox_.say(protocol::say_problem{.title = "The file is gone",
                                        .text = "The schedule is replayed again when it is back."});
    }
  }
}

asio::awaitable<void> replay_feeder::wait_for_hang_up() {
  std::array<char, 256> ignored{};
  for (;;) {
    const auto [error, size] = co_await connection_.async_read_some(
        asio::buffer(ignored), asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return;
    }
  }
}

} // namespace weir::grader::viz

#include "viz/window.hpp"

#include "base/errors.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <fmt/format.h>

#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

namespace weir::grader::viz {

namespace {

using socket_type = asio::local::stream_protocol::socket;

constexpr int feed_descriptor = 3;

/// Starts `argv` with this process's descriptors 0 to 2, and `feed` as descriptor 3.
support::child_process start_window(std::vector<std::string> argv, std::optional<int> feed) {
  using support::process_options;
  process_options options{.argv = std::move(argv),
                          .others = process_options::streams::ours,
                          .in = process_options::session::ours,
                          .ends_with = process_options::lifetime::its_own};
  if (feed) {
    options.descriptors.push_back({*feed, feed_descriptor});
  }
  try {
    return support::child_process{options};
  } catch (const std::system_error& error) {
    throw environment_error{
        fmt::format("{} could not be started: {}.", options.argv[0], error.code().message())};
  }
}

} // namespace

window::window(asio::any_io_executor executor)
    : executor_{std::move(executor)}, children_{executor_, SIGCHLD}, patience_{executor_} {}

window::~window() {
  if (child_) {
    child_.kill();
    child_.wait();
  }
}

void window::start(std::vector<std::string> argv) {
  child_ = start_window(std::move(argv), std::nullopt);
}

socket_type window::start_with_feed(std::vector<std::string> argv) {
  socket_type ours{executor_};
  socket_type theirs{executor_};
  asio::local::connect_pair(ours, theirs);
  for (const int end : {ours.native_handle(), theirs.native_handle()}) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC); // a window that held our end too would never see us go
  }
  argv.insert(argv.end(), {"--feed", std::to_string(feed_descriptor)});
  child_ = start_window(std::move(argv), theirs.native_handle());
  return ours;
}

bool window::reap() {
  if (const auto ended = child_.wait_for(std::chrono::milliseconds{0})) {
    end_ = ended->status;
  }
  return !child_;
}

asio::awaitable<int> window::wait() {
  co_await asio::this_coro::throw_if_cancelled(false);
  bool cancelled = false;
  while (!reap()) {
    co_await children_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none && !std::exchange(cancelled, true)) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      child_.send_signal(SIGTERM);
      patience_.expires_after(std::chrono::seconds{3});
      patience_.async_wait([this](boost::system::error_code error) {
        if (!error) {
          child_.kill();
        }
      });
    }
  }
  patience_.cancel();
  if (cancelled) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  if (end_.signalled) {
    throw environment_error{
        fmt::format("The visualizer itself was ended by {}. Your code runs in another process and "
                    "can't have done that.",
                    to_string(end_))};
  }
  co_return end_.code;
}

} // namespace weir::grader::viz

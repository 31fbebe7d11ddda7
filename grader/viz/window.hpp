#pragma once

#include "support/process.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <vector>

namespace weir::grader {
namespace asio = boost::asio;
}

namespace weir::grader::viz {

/// The visualizer's program, on this terminal: what it prints is seen, and Ctrl-C reaches it too.
class window {
public:
  explicit window(asio::any_io_executor executor);
  window(const window&) = delete;
  window& operator=(const window&) = delete;
  /// Ends it, if that has not happened, and waits for it.
  ~window();

  /// Starts it. Throws environment_error.
  void start(std::vector<std::string> argv);
  /// Starts it with `--feed` and one end of a socket; returns the other.
  asio::local::stream_protocol::socket start_with_feed(std::vector<std::string> argv);

  /// Its exit status, once it has ended. When cancelled, it is asked to end (SIGTERM), after three
  /// seconds made to, and waited for; then operation_aborted is thrown. Throws environment_error
  /// when a signal of somebody else's ended it.
  asio::awaitable<int> wait();

private:
  [[nodiscard]] bool reap();

  asio::any_io_executor executor_;
  asio::signal_set children_; // before the start, so that no end is missed
  asio::steady_timer patience_;
  support::child_process child_;
  support::exit_status end_;
};

} // namespace weir::grader::viz

#pragma once

#include "base/errors.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <optional>

namespace weir::grader {

/// Thrown by `run_operation` after such a signal, once everything that was started has ended.
struct interrupted_error : environment_error {
  interrupted_error() : environment_error{"interrupted; nothing was recorded"} {}
};

/// For commands that do one thing: runs `operation` on an event loop of its own until it is done.
/// SIGINT, SIGTERM and SIGHUP cancel it, wait for it to wind down, and come out as
/// interrupted_error.
template <typename T>
T run_operation(boost::asio::awaitable<T> operation) {
  namespace asio = boost::asio;
  asio::io_context context{1};
  asio::cancellation_signal cancel;
  asio::signal_set signals{context, SIGINT, SIGTERM};
  if (struct sigaction hang_up{};
      ::sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN) {
    signals.add(SIGHUP); // the terminal is gone; under nohup that is nothing to us
  }
  bool interrupted = false;
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) {
      interrupted = true;
      cancel.emit(asio::cancellation_type::terminal);
    }
  });
  std::optional<T> result;
  std::exception_ptr thrown;
  asio::co_spawn(
      context, std::move(operation),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error, T value) {
        thrown = error;
        result = std::move(value);
        signals.cancel();
      }));
  context.run();
  if (interrupted) {
    throw interrupted_error{};
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  return std::move(*result);
}

} // namespace weir::grader

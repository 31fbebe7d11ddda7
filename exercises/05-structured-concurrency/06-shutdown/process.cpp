/// \file
/// `run` as a real process: a socket, signals, and time as it passes.
///
///     cmake --build build --target process-shutdown
///     build/bin/process-shutdown 20
///
/// is your file in the workspace, with a grace of 20 s. It says where it listens: connect with
/// `nc 127.0.0.1 PORT` from as many terminals as you like. Each is a customer, and a line from him
/// is the code that he types. Press Ctrl-C in the first terminal, once or several times; after
/// that, `echo $?` tells what the process said.
///
/// A second argument makes a trouble of the receipts: `fails`, or `hangs`.
#include "shutdown.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using asio::ip::tcp;
using boost::system::error_code;

void say(std::string_view what) {
  std::cout << what << '\n' << std::flush; // at once: whoever reads it acts on it
}

class signals_of_the_process final : public stop_signals {
public:
  explicit signals_of_the_process(const asio::any_io_executor& executor)
      : set_(executor, SIGTERM, SIGINT) {}

  asio::awaitable<void> next() override {
    const int number = co_await set_.async_wait(asio::use_awaitable);
    say(number == SIGTERM ? "SIGTERM" : "SIGINT");
  }

private:
  asio::signal_set set_;
};

class customer final : public request {
public:
  customer(tcp::socket socket, int number)
      : socket_(std::move(socket)), name_("customer " + std::to_string(number)) {}

  asio::awaitable<void> serve() override {
    say(name_ + " is in");
    co_await write("your code?\n");
    error_code cancelled;
    cancelled = co_await line();
    if (!cancelled) {
      say(name_ + " has a ticket");
      co_await write("your ticket\n");
      co_return;
    }
    // From here on a further cancellation is heard again.
    co_await asio::this_coro::reset_cancellation_state();
    say(name_ + " is cut off");
    co_await write("the charge is being withdrawn, come again\n");
    cancelled = co_await line(); // until the bank says so, which is whoever sits at this socket
    say(name_ + (cancelled ? " is left to the night" : " is not charged"));
  }

private:
  asio::awaitable<void> write(std::string text) {
    co_await asio::async_write(socket_, asio::buffer(text), asio::use_awaitable);
  }

  /// Waits for one. Whoever hangs up has said what he had to say.
  asio::awaitable<error_code> line() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto [error, size] = co_await asio::async_read_until(
        socket_, asio::dynamic_buffer(read_), '\n', asio::as_tuple(asio::use_awaitable));
    read_.erase(0, size);
    co_await asio::this_coro::throw_if_cancelled(true);
    co_return error == asio::error::operation_aborted ? error : error_code();
  }

  tcp::socket socket_;
  std::string name_;
  std::string read_;
};

class counter final : public listener {
public:
  explicit counter(const asio::any_io_executor& executor)
      : acceptor_(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    say("listening on 127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()));
  }

  asio::awaitable<std::unique_ptr<request>> accept() override {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    co_return std::make_unique<customer>(std::move(socket), ++customers_);
  }

  void close() override {
    acceptor_.close();
    say("the entrance is closed");
  }

private:
  tcp::acceptor acceptor_;
  int customers_ = 0;
};

class database final : public resource {
public:
  asio::awaitable<void> close() override {
    say("the database is closed");
    co_return;
  }
};

class receipts final : public resource {
public:
  explicit receipts(std::string_view trouble) : trouble_(trouble) {}

  asio::awaitable<void> close() override {
    say("the receipts are sent");
    if (trouble_ == "fails")
      throw std::runtime_error("the broker is down");
    if (trouble_ == "hangs") {
      asio::steady_timer answer(co_await asio::this_coro::executor,
                                asio::steady_timer::time_point::max());
      error_code given_up;
      co_await answer.async_wait(asio::redirect_error(asio::use_awaitable, given_up));
      say("the broker has not answered");
    }
  }

private:
  std::string_view trouble_;
};

} // namespace

int main(int argc, char** argv) {
  const std::chrono::duration<double> grace(argc > 1 ? std::atof(argv[1]) : 20);
  asio::io_context io(1);
  signals_of_the_process signals(io.get_executor());
  counter entrance(io.get_executor());
  database tickets;
  receipts sent(argc > 2 ? argv[2] : "");
  exit_code code = exit_code::done;
  asio::co_spawn(io,
                 run(signals, entrance, {&tickets, &sent},
                     std::chrono::duration_cast<std::chrono::nanoseconds>(grace)),
                 [&code](const std::exception_ptr& error, exit_code returned) {
                   if (error)
                     std::rethrow_exception(error);
                   code = returned;
                 });
  io.run();
  say("gone");
  return static_cast<int>(code);
}

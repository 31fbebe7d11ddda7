/// \file
/// The solution of `shutdown` as a real process, under real signals; and the same object file in
/// virtual time. Nothing here waits for a time: what has to have happened is a line that is read.
#include "shutdown.hpp"
#include "support/line_buffer.hpp"
#include "support/process.hpp"
#include "testing/catch.hpp"

#include <weir/policy.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>
#include <weir/world/signals.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using weir::support::child_process;

using lines = std::vector<std::string>;

/// The process, and everything that it has printed.
class real_process {
public:
  explicit real_process(std::string grace, std::string trouble = "") {
    auto pipe = weir::support::make_pipe();
    process_ = child_process({.argv = {WEIR_SHUTDOWN_PROCESS, std::move(grace), std::move(trouble)},
                              .descriptors = {{pipe.writing.get(), STDOUT_FILENO}}});
    reading_ = std::move(pipe.reading);
    const std::string first = next();
    port_ = static_cast<unsigned short>(std::stoi(first.substr(first.rfind(':') + 1)));
  }

  /// Reads on until it has printed that.
  void wait_for(std::string_view line) {
    for (std::string seen; seen != line;) {
      seen = next();
      REQUIRE(seen != "(the end)");
      all_.push_back(seen);
    }
  }

  void signal(int number) { process_.send_signal(number); }

  /// What it says in the end.
  int exit_code() {
    for (std::string seen = next(); seen != "(the end)"; seen = next())
      all_.push_back(seen);
    const auto end = process_.wait();
    INFO(to_string(end.status));
    REQUIRE_FALSE(end.status.signalled);
    return end.status.code;
  }

  [[nodiscard]] const lines& printed() const { return all_; }

  [[nodiscard]] unsigned short port() const { return port_; }

private:
  std::string next() {
    for (;;) {
      if (auto line = buffer_.next())
        return *line;
      std::array<char, 4096> bytes{};
      const ssize_t size = ::read(reading_.get(), bytes.data(), bytes.size());
      if (size <= 0)
        return "(the end)";
      buffer_.add(std::string_view(bytes.data(), static_cast<std::size_t>(size)));
    }
  }

  child_process process_;
  weir::support::unique_fd reading_;
  weir::support::line_buffer buffer_;
  lines all_;
  unsigned short port_ = 0;
};

/// A customer in front of the process.
class customer {
public:
  explicit customer(const real_process& of) : socket_(io_) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), of.port()));
  }

  void type(std::string_view line) { asio::write(socket_, asio::buffer(std::string(line) + "\n")); }

  /// The next line; empty when the process has hung up.
  std::string hears() {
    boost::system::error_code error;
    const std::size_t size = asio::read_until(socket_, asio::dynamic_buffer(read_), '\n', error);
    if (error)
      return {};
    std::string line = read_.substr(0, size - 1);
    read_.erase(0, size);
    return line;
  }

private:
  asio::io_context io_;
  tcp::socket socket_;
  std::string read_;
};

// ---- the same in virtual time

class virtual_signals final : public stop_signals {
public:
  explicit virtual_signals(weir::world::signals& all) : all_(all) {}

  asio::awaitable<void> next() override {
    const int number = co_await all_.wait();
    (void)number;
  }

private:
  weir::world::signals& all_;
};

/// Lets one client in, who stays for an hour.
class virtual_entrance final : public listener {
public:
  explicit virtual_entrance(const asio::any_io_executor& executor)
      : closed_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<std::unique_ptr<request>> accept() override {
    if (!std::exchange(came_, true))
      co_return std::make_unique<hour>();
    co_await closed_.async_wait(asio::use_awaitable);
    throw boost::system::system_error(asio::error::operation_aborted);
  }

  void close() override { closed_.cancel(); }

private:
  struct hour final : request {
    asio::awaitable<void> serve() override { return weir::testing::pass(1h); }
  };

  asio::steady_timer closed_;
  bool came_ = false;
};

int virtual_exit_code(std::chrono::nanoseconds grace, int signals) {
  exit_code code{};
  const auto fifo = weir::make_fifo();
  const auto result = weir::run(
      [&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        weir::testing::driver test(executor);
        weir::world::signals all(executor, {SIGTERM});
        for (int i = 1; i <= signals; ++i)
          test.at(i * 1min, [&all] { all.raise(SIGTERM); });
        virtual_signals heard(all);
        virtual_entrance entrance(executor);
        code = co_await run(heard, entrance, {}, grace);
        co_await test.finish();
      },
      *fifo);
  INFO(result.message);
  REQUIRE(result);
  return static_cast<int>(code);
}

} // namespace

TEST_CASE("told to stop, the process serves who is inside, closes in order, and says 0") {
  real_process process("3600");
  customer first(process);
  process.wait_for("customer 1 is in");
  customer second(process);
  process.wait_for("customer 2 is in");
  process.signal(SIGTERM);
  process.wait_for("the entrance is closed");
  CHECK_THROWS_AS(customer(process), boost::system::system_error);
  first.type("1234");
  process.wait_for("customer 1 has a ticket");
  second.type("5678");
  CHECK(process.exit_code() == 0);
  CHECK(process.printed() == lines{"customer 1 is in", "customer 2 is in", "SIGTERM",
                                   "the entrance is closed", "customer 1 has a ticket",
                                   "customer 2 has a ticket", "the receipts are sent",
                                   "the database is closed", "gone"});
  CHECK(second.hears() == "your code?");
  CHECK(second.hears() == "your ticket");
}

TEST_CASE("when nobody is inside, it is gone at once, whatever the grace") {
  real_process process("3600");
  process.signal(SIGINT);
  CHECK(process.exit_code() == 0);
  CHECK(process.printed() == lines{"SIGINT", "the entrance is closed", "the receipts are sent",
                                   "the database is closed", "gone"});
}

TEST_CASE("who is inside when the grace is over is cut off and awaited, and the process says 2") {
  real_process process("0.05");
  customer slow(process);
  process.wait_for("customer 1 is in");
  CHECK(slow.hears() == "your code?");
  process.signal(SIGTERM);
  process.wait_for("customer 1 is cut off");
  CHECK(slow.hears() == "the charge is being withdrawn, come again");
  slow.type("withdrawn");
  CHECK(process.exit_code() == 2);
  CHECK(process.printed() == lines{"customer 1 is in", "SIGTERM", "the entrance is closed",
                                   "customer 1 is cut off", "customer 1 is not charged",
                                   "the receipts are sent", "the database is closed", "gone"});
  CHECK(slow.hears().empty());
}

TEST_CASE("a second signal hurries, a third reaches who still tidies up, and the process says 3") {
  real_process process("3600");
  customer slow(process);
  process.wait_for("customer 1 is in");
  process.signal(SIGTERM);
  process.wait_for("the entrance is closed");
  process.signal(SIGINT);
  process.wait_for("customer 1 is cut off");
  process.signal(SIGTERM);
  CHECK(process.exit_code() == 3);
  CHECK(process.printed() == lines{"customer 1 is in", "SIGTERM", "the entrance is closed",
                                   "SIGINT", "customer 1 is cut off", "SIGTERM",
                                   "customer 1 is left to the night", "the receipts are sent",
                                   "the database is closed", "gone"});
}

TEST_CASE("a resource that can't be closed keeps no other open, and the process says 1") {
  real_process process("3600", "fails");
  process.signal(SIGTERM);
  CHECK(process.exit_code() == 1);
  CHECK(process.printed() == lines{"SIGTERM", "the entrance is closed", "the receipts are sent",
                                   "the database is closed", "gone"});
}

TEST_CASE("a resource that hangs is given up at a further signal, and the next is closed") {
  real_process process("3600", "hangs");
  process.signal(SIGTERM);
  process.wait_for("the receipts are sent");
  process.signal(SIGTERM);
  CHECK(process.exit_code() == 3);
  CHECK(process.printed() == lines{"SIGTERM", "the entrance is closed", "the receipts are sent",
                                   "SIGTERM", "the broker has not answered",
                                   "the database is closed", "gone"});
}

TEST_CASE("the same object file says the same in virtual time") {
  CHECK(virtual_exit_code(2h, 1) == 0);
  CHECK(virtual_exit_code(20min, 1) == 2);
  CHECK(virtual_exit_code(2h, 2) == 3);
}

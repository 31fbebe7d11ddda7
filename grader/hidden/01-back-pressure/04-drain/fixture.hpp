/// \file
/// What the hidden tests of `drain` share: a connection that takes its time, and calls of a
/// writer in front of it.
#pragma once

#include "writer.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using weir::testing::cancelled;
using weir::testing::expect_ended;
using weir::testing::expect_returned;
using weir::testing::threw;

inline constexpr std::size_t message_size = 10;

/// Message 3 is "message 03", ten bytes.
inline std::string message(int number) {
  return weir::text(number < 10 ? "message 0{}" : "message {}", number);
}

/// Takes 10 ms for a message.
class slow_connection final : public transport {
public:
  asio::awaitable<void> send(std::string_view what) override {
    const weir::testing::occupancy::stay inside(sends_);
    const int number = asked();
    co_await weir::testing::pass(10ms);
    if (number == fails_at) {
      weir::note("the connection breaks");
      throw boost::system::system_error(asio::error::connection_reset);
    }
    sent_.emplace_back(what);
    weir::note("the other side has {}", sent_.back());
  }

  int fails_at = 0; ///< this send fails with `connection_reset`; 0: none does

  [[nodiscard]] int asked() const { return sends_.entered(); }

  [[nodiscard]] int peak_at_once() const { return sends_.peak(); }

  [[nodiscard]] int sent() const { return static_cast<int>(sent_.size()); }

  [[nodiscard]] const std::vector<std::string>& received() const { return sent_; }

private:
  std::vector<std::string> sent_;
  weir::testing::occupancy sends_;
};

/// A call that may wait.
using call = weir::testing::operation<void>;

/// A connection, the reader's writer in front of it, and whoever calls it. Begins at 0 ms; what is
/// written then has been sent at 10 ms, 20 ms, …
class writer_fixture {
public:
  writer_fixture(asio::any_io_executor executor, watermarks marks)
      : marks_(marks), test_(executor), writer_(make_paced_writer(executor, connection, marks)) {
    weir::name_this_task("the test");
  }

  paced_writer& writer() { return *writer_; }

  void write(int first, int last) {
    for (int number = first; number <= last; ++number)
      write_one(number);
  }

  void write_one(int number) { write_text(message(number)); }

  void write_text(const std::string& text) {
    const std::size_t before = writer_->buffered();
    weir::note("write \"{}\"", text);
    writer_->write(text);
    written_.push_back(text);
    weir::expect(writer_->buffered() == before + text.size(),
                 "{} bytes were buffered, write() took {} more, and buffered() says {}", before,
                 text.size(), writer_->buffered());
    peak_ = std::max(peak_, writer_->buffered());
  }

  /// The error that write() throws now.
  error_code refusal() {
    try {
      writer_->write(message(99));
    } catch (const boost::system::system_error& error) {
      return error.code();
    }
    return {};
  }

  call& start(std::string name, std::function<asio::awaitable<void>()> what) {
    return test_.start(std::move(name), std::move(what));
  }

  call& drain(std::string name = "drain()") {
    return start(std::move(name), [this] { return writer_->drain(); });
  }

  call& close(std::string name = "close()") {
    return start(std::move(name), [this] { return writer_->close(); });
  }

  call& forward_from(feed& from) {
    return start("forward()", [this, &from] { return forward(from, *writer_); });
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(std::chrono::nanoseconds delay, std::function<void()> what) {
    test_.at(delay, std::move(what));
  }

  asio::awaitable<void> wait(std::chrono::nanoseconds time) { return weir::testing::pass(time); }

  /// Everything written so far has reached the other side, whole and in order.
  void expect_all_sent() const {
    weir::expect(connection.peak_at_once() <= 1, "{} sends were under way at once",
                 connection.peak_at_once());
    const std::vector<std::string>& received = connection.received();
    for (std::size_t i = 0; i < std::min(received.size(), written_.size()); ++i)
      weir::expect(received[i] == written_[i], "the other side got \"{}\" where \"{}\" was due",
                   received[i], written_[i]);
    weir::expect(received.size() == written_.size(), "{} messages were written, {} were sent",
                 written_.size(), received.size());
    weir::expect(writer_->buffered() == 0, "everything has been sent, but buffered() says {}",
                 writer_->buffered());
  }

  /// Closes the writer, and sees everything sent.
  asio::awaitable<void> finish() {
    const call& closed = close("close() at the end");
    co_await wait(1s);
    weir::expect(closed.fate().returned(), "{} {}, with {} bytes buffered", closed.name(),
                 closed.text(), writer_->buffered());
    expect_all_sent();
  }

  [[nodiscard]] std::size_t peak() const { return peak_; }

  [[nodiscard]] watermarks marks() const { return marks_; }

  slow_connection connection;

private:
  const watermarks marks_;
  weir::testing::driver test_;
  std::unique_ptr<paced_writer> writer_;
  std::size_t peak_ = 0;
  std::vector<std::string> written_;
};

} // namespace weir_hidden

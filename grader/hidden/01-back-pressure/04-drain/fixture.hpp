/// \file
/// What the hidden tests of `drain` share: a connection that takes its time, and callers whose
/// fates are written down.
#pragma once

#include "writer.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;

inline constexpr std::size_t message_size = 10;

/// Message 3 is "message 03", ten bytes.
inline std::string message(int number) {
  return weir::text(number < 10 ? "message 0{}" : "message {}", number);
}

/// Takes 10 ms for a message.
class slow_connection final : public transport {
public:
  explicit slow_connection(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  asio::awaitable<void> send(std::string_view what) override {
    const visit inside(*this);
    const int number = ++asked_;
    asio::steady_timer taken(executor_, 10ms);
    co_await taken.async_wait(asio::use_awaitable);
    if (number == fails_at) {
      weir::note("the connection breaks");
      throw boost::system::system_error(asio::error::connection_reset);
    }
    sent_.emplace_back(what);
    weir::note("the other side has {}", sent_.back());
  }

  int fails_at = 0; ///< this send fails with `connection_reset`; 0: none does

  [[nodiscard]] int asked() const { return asked_; }

  [[nodiscard]] int peak_at_once() const { return peak_; }

  [[nodiscard]] int sent() const { return static_cast<int>(sent_.size()); }

  [[nodiscard]] const std::vector<std::string>& received() const { return sent_; }

private:
  struct visit {
    explicit visit(slow_connection& c) : owner(c) {
      owner.peak_ = std::max(owner.peak_, ++owner.inside_);
    }

    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    ~visit() { --owner.inside_; }

    slow_connection& owner;
  };

  asio::any_io_executor executor_;
  std::vector<std::string> sent_;
  int asked_ = 0;
  int inside_ = 0;
  int peak_ = 0;
};

/// A call that may wait: how it ended, and when.
struct call {
  std::string name;
  bool waits = true;
  error_code error;
  std::chrono::nanoseconds at{};
  asio::cancellation_signal signal;

  [[nodiscard]] bool returned() const { return !waits && !error; }

  [[nodiscard]] bool threw(error_code what) const { return !waits && error == what; }

  [[nodiscard]] std::string fate() const {
    if (waits)
      return "still waits";
    return error ? "threw \"" + error.message() + "\"" : "returned";
  }

  void cancel() {
    weir::note("{} is cancelled", name);
    signal.emit(asio::cancellation_type::terminal);
  }

  void ended(error_code how) {
    waits = false;
    error = how;
    at = weir::now();
    weir::note("{} {}", name, fate());
  }
};

using operation = std::function<asio::awaitable<void>()>;

inline asio::awaitable<void> attend(call& mine, operation what) {
  weir::name_this_task(mine.name);
  error_code error;
  try {
    co_await what();
  } catch (const boost::system::system_error& thrown) {
    error = thrown.code();
  }
  mine.ended(error);
}

inline asio::awaitable<void> act_later(asio::any_io_executor executor,
                                       std::chrono::nanoseconds delay, std::function<void()> what) {
  weir::name_this_task("test");
  asio::steady_timer timer(executor, delay);
  co_await timer.async_wait(asio::use_awaitable);
  what();
}

/// A connection, the reader's writer in front of it, and whoever calls it. Begins at 0 ms; what is
/// written then has been sent at 10 ms, 20 ms, …
class writer_fixture {
public:
  writer_fixture(asio::any_io_executor executor, watermarks marks)
      : connection(executor),
        marks_(marks),
        executor_(executor),
        writer_(make_paced_writer(executor, connection, marks)) {
    weir::name_this_task("test");
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

  call& start(std::string name, operation what) {
    call& mine = calls_.emplace_back();
    mine.name = std::move(name);
    asio::co_spawn(executor_, attend(mine, std::move(what)),
                   asio::bind_cancellation_slot(mine.signal.slot(), [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   }));
    return mine;
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
    asio::co_spawn(executor_, act_later(executor_, delay, std::move(what)),
                   [](std::exception_ptr error) {
                     if (error)
                       std::rethrow_exception(error);
                   });
  }

  asio::awaitable<void> wait(std::chrono::nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  /// This call has returned, at this moment.
  static void expect_returned(const call& one, std::chrono::nanoseconds due, std::string_view why) {
    weir::expect(!one.waits, "{}, but {} still waits {} later", why, one.name, weir::now() - due);
    weir::expect(one.returned(), "{}, but {} {}", why, one.name, one.fate());
    weir::expect(one.at == due, "{} at {}, but {} returned at {}", why, due, one.name, one.at);
  }

  static void expect_threw(const call& one, error_code what, std::chrono::nanoseconds due,
                           std::string_view why) {
    weir::expect(!one.waits, "{}, but {} still waits {} later", why, one.name, weir::now() - due);
    weir::expect(one.threw(what), "{}, but {} {}", why, one.name, one.fate());
    weir::expect(one.at == due, "{} at {}, but {} threw at {}", why, due, one.name, one.at);
  }

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
    weir::expect(closed.returned(), "{} {}, with {} bytes buffered", closed.name, closed.fate(),
                 writer_->buffered());
    expect_all_sent();
  }

  [[nodiscard]] std::size_t peak() const { return peak_; }

  [[nodiscard]] watermarks marks() const { return marks_; }

  slow_connection connection;

private:
  const watermarks marks_;
  asio::any_io_executor executor_;
  std::unique_ptr<paced_writer> writer_;
  std::list<call> calls_;
  std::size_t peak_ = 0;
  std::vector<std::string> written_;
};

} // namespace weir_hidden

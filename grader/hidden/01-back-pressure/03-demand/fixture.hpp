/// \file
/// What the hidden tests of `demand` share: an archive that fetches pages, and a subscriber that
/// keeps books on its signals.
#pragma once

#include "publisher.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <chrono>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;

struct archive_options {
  int records = 8;
  int page_size = 3;
  std::chrono::nanoseconds latency = 5ms; ///< 0: the page is there at once
  std::vector<int> sizes = {};            ///< of the first pages; later ones have `page_size`
  int first = 1;                          ///< the first record
  int failing_page = 0;                   ///< this call fails with `connection_reset`; 0: none does
};

/// Records 1, 2, 3, … in pages.
class paged_archive final : public archive {
public:
  explicit paged_archive(archive_options options) : options_(options) {}

  asio::awaitable<std::vector<int>> next_page() override {
    const weir::testing::occupancy::stay inside(calls_);
    const int number = asked();
    weir::note("the archive is asked for page {}", number);
    if (options_.latency > 0ns)
      co_await weir::testing::pass(options_.latency);
    if (number == options_.failing_page) {
      weir::note("page {} fails", number);
      throw boost::system::system_error(asio::error::connection_reset);
    }
    const bool listed = std::cmp_less_equal(number, options_.sizes.size());
    const int wanted =
        listed ? options_.sizes[static_cast<std::size_t>(number) - 1] : options_.page_size;
    const int size = std::min(wanted, options_.records - served_);
    std::vector<int> page(static_cast<std::size_t>(size));
    std::iota(page.begin(), page.end(), served_ + options_.first);
    served_ += size;
    weir::note("page {} comes with {} records", number, size);
    co_return page;
  }

  [[nodiscard]] int asked() const { return calls_.entered(); }

  [[nodiscard]] int peak_at_once() const { return calls_.peak(); }

private:
  archive_options options_;
  weir::testing::occupancy calls_;
  int served_ = 0;
};

/// What a subscriber does when it is signalled.
struct reactions {
  std::function<void()> on_subscribe = [] {
  };
  std::function<void(int)> on_next = [](int) {
  };
  std::function<void()> at_the_end = [] {
  }; ///< on_error and on_complete
};

inline std::string request_text(std::int64_t n) {
  return n == unbounded ? "request(unbounded)" : weir::text("request({})", n);
}

class recording_subscriber final : public subscriber {
public:
  void on_subscribe(std::shared_ptr<subscription> handle) override {
    const signal inside(*this, "on_subscribe");
    weir::expect(!handle_, "on_subscribe was signalled twice");
    handle_ = std::move(handle);
    react.on_subscribe();
  }

  void on_next(int record) override {
    const signal inside(*this, weir::text("on_next({})", record));
    records_.push_back(record);
    if (std::cmp_greater(records_.size(), demanded_))
      over_demand_ = std::max<std::int64_t>(over_demand_, std::ssize(records_) - demanded_);
    react.on_next(record);
  }

  void on_error(error_code why) override {
    const signal inside(*this, weir::text("on_error({})", why.message()));
    error_ = why;
    ++errors_;
    react.at_the_end();
  }

  void on_complete() override {
    const signal inside(*this, "on_complete");
    ++completions_;
    react.at_the_end();
  }

  void request(std::int64_t n) {
    weir::note("{}", request_text(n));
    if (n > 0)
      demanded_ = n > unbounded - demanded_ ? unbounded : demanded_ + n;
    if (handle_)
      handle_->request(n);
  }

  void cancel() {
    weir::note("cancel()");
    if (handle_)
      handle_->cancel();
    signals_at_cancel_ = signals_;
    cancelled_ = true;
  }

  reactions react{};
  int first = 1; ///< the first record of its archive

  [[nodiscard]] int received() const { return static_cast<int>(records_.size()); }

  [[nodiscard]] std::int64_t over_demand() const { return over_demand_; }

  [[nodiscard]] int errors() const { return errors_; }

  [[nodiscard]] int completions() const { return completions_; }

  [[nodiscard]] bool ended() const { return errors_ + completions_ != 0; }

  [[nodiscard]] error_code error() const { return error_; }

  [[nodiscard]] const std::string& last() const { return last_; }

  [[nodiscard]] int deepest() const { return deepest_; }

  /// "on_next(2) inside on_next(1)", the first time that one signal began inside another.
  [[nodiscard]] const std::string& overlap() const { return overlap_; }

  /// Signals that began after the first terminal one, or after cancel() had returned.
  [[nodiscard]] int after_the_end() const { return after_the_end_; }

  [[nodiscard]] int after_cancel() const { return cancelled_ ? signals_ - signals_at_cancel_ : 0; }

  /// By how much the stack differed from one on_next to another.
  [[nodiscard]] std::ptrdiff_t stack_growth() const { return highest_ - lowest_; }

  void expect_in_order() const {
    for (int i = 0; i < received(); ++i) {
      const int record = records_[static_cast<std::size_t>(i)];
      weir::expect(record == first + i, "record {} came where record {} was due", record,
                   first + i);
    }
  }

private:
  /// From the beginning of a signal to its return.
  struct signal {
    signal(recording_subscriber& s, std::string name) : owner(s), outer(s.current_) {
      weir::note("{}", name);
      ++owner.signals_;
      owner.after_the_end_ += owner.ended() ? 1 : 0;
      owner.deepest_ = std::max(owner.deepest_, ++owner.depth_);
      if (owner.depth_ > 1 && owner.overlap_.empty())
        owner.overlap_ = name + " began while " + outer + " had not returned";
      if (name.starts_with("on_next"))
        owner.note_stack(reinterpret_cast<std::intptr_t>(__builtin_frame_address(0)));
      owner.current_ = owner.last_ = std::move(name);
    }

    signal(const signal&) = delete;
    signal& operator=(const signal&) = delete;

    ~signal() {
      --owner.depth_;
      owner.current_ = outer;
    }

    recording_subscriber& owner;
    std::string outer;
  };

  void note_stack(std::intptr_t here) {
    lowest_ = received() == 0 ? here : std::min(lowest_, here);
    highest_ = received() == 0 ? here : std::max(highest_, here);
  }

  std::shared_ptr<subscription> handle_;
  std::vector<int> records_;
  std::string current_, last_, overlap_;
  error_code error_;
  std::int64_t demanded_ = 0;
  std::int64_t over_demand_ = 0;
  std::intptr_t lowest_ = 0;
  std::intptr_t highest_ = 0;
  int errors_ = 0;
  int completions_ = 0;
  int signals_ = 0;
  int signals_at_cancel_ = 0;
  int depth_ = 0;
  int deepest_ = 0;
  int after_the_end_ = 0;
  bool cancelled_ = false;
};

/// An archive, a subscriber, and the reader's stream between them.
class publisher_fixture {
public:
  explicit publisher_fixture(asio::any_io_executor executor, archive_options options = {})
      : pages(options), test_(std::move(executor)) {
    weir::name_this_task("the test");
    to.first = options.first;
  }

  void begin() { subscribe(test_.executor(), pages, to); }

  /// Time goes by; enough for all pages, unless told otherwise.
  asio::awaitable<void> wait(std::chrono::nanoseconds time = 50ms) {
    return weir::testing::pass(time);
  }

  /// `what` is done by somebody else at this moment: before or after whatever else happens then.
  void at(std::chrono::nanoseconds delay, std::function<void()> what) {
    test_.at(delay, std::move(what));
  }

  void expect_received(int due, std::string_view when) const {
    to.expect_in_order();
    weir::expect(to.received() == due, "{}: {} records came instead of {}", when, to.received(),
                 due);
  }

  /// The subscriber has had enough. What remains of the stream ends by itself.
  asio::awaitable<void> finish() {
    to.cancel();
    co_await wait();
  }

  paged_archive pages;
  recording_subscriber to;

private:
  weir::testing::driver test_;
};

} // namespace weir_hidden

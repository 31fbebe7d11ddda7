/// \file
/// What the hidden tests of `end-of-stream` share: three stages that do as they are told, and the
/// call that runs them.
#pragma once

#include "stages.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::testing::cancelled;
using fate = weir::testing::fate_of<void>;

inline std::exception_ptr with(boost::system::error_code code) {
  return std::make_exception_ptr(boost::system::system_error(code));
}

struct stage_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a stage does in a scenario.
struct behaviour {
  nanoseconds takes{};
  int fails_at = 0;           ///< throws at this item, after `takes`; 0: never
  std::exception_ptr error{}; ///< what it throws then; none: a stage_failed with its name
  int stuck_at = 0;           ///< takes `stuck_for` for this item; 0: never
  nanoseconds stuck_for = 1h;
};

struct plan {
  int items = 20;
  std::size_t capacity = 3;
  behaviour reading{};
  behaviour transforming{};
  behaviour writing{};
  std::vector<int> values{}; ///< of the items, before and after; empty: n, and 10 n + 1
};

/// One of the three: takes its time, and sees that it is called by one at a time.
class station {
public:
  station(std::string name, behaviour does) : name_(std::move(name)), does_(std::move(does)) {}

  asio::awaitable<void> work(int item) {
    weir::expect(inside() == 0, "the {} was called for item {} while it had another in hand", name_,
                 item);
    const weir::testing::occupancy::stay here(items_);
    const nanoseconds takes = item == does_.stuck_at ? does_.stuck_for : does_.takes;
    if (takes > 0ns)
      co_await weir::testing::pass(takes);
    if (item == does_.fails_at) {
      weir::note("the {} fails at item {}", name_, item);
      failed_at_ = weir::now();
      if (does_.error)
        std::rethrow_exception(does_.error);
      throw stage_failed("the " + name_ + " failed");
    }
  }

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] int inside() const { return items_.now(); }

  [[nodiscard]] std::optional<nanoseconds> failed_at() const { return failed_at_; }

private:
  std::string name_;
  behaviour does_;
  std::optional<nanoseconds> failed_at_;
  weir::testing::occupancy items_;
};

/// A reader, a transformer and a writer, and the call of run_stages() between them.
class stages_fixture final : public reader, public transformer, public writer {
public:
  stages_fixture(asio::any_io_executor executor, const plan& p)
      : test_(std::move(executor)),
        plan_(p),
        reading_("reader", p.reading),
        transforming_("transformer", p.transforming),
        writing_("writer", p.writing) {
    weir::name_this_task("the test");
  }

  asio::awaitable<std::optional<int>> read() override {
    weir::expect(!at_end_, "the reader was at its end, and was asked for more");
    const int item = read_ + 1;
    co_await reading_.work(item);
    if (item > plan_.items) {
      at_end_ = true;
      weir::note("the reader is at its end");
      co_return std::nullopt;
    }
    read_ = item;
    peak_ = std::max(peak_, ahead());
    co_return before(item);
  }

  asio::awaitable<int> transform(int item) override {
    const int number = transformed_ + 1;
    weir::expect(item == before(number), "the transformer got {} where {} was due", item,
                 before(number));
    co_await transforming_.work(number);
    transformed_ = number;
    co_return after(number);
  }

  asio::awaitable<void> write(int item) override {
    const int due = after(written_ + 1);
    weir::expect(item == due, "the writer got {} where {} was due", item, due);
    co_await writing_.work(written_ + 1);
    ++written_;
    weir::note("{} items have been written", written_);
  }

  void start() {
    run_ = &test_.start(
        "run_stages()", [this] { return run_stages(*this, *this, *this, plan_.capacity); },
        [this](const weir::testing::operation<void>& run) {
          for (const station* each : {&reading_, &transforming_, &writing_})
            weir::expect(each->inside() == 0, "{} {}, and its {} was still at work", run.name(),
                         run.text(), each->name());
        });
  }

  void cancel() { run_->cancel(); }

  asio::awaitable<void> wait(nanoseconds time) { return weir::testing::pass(time); }

  [[nodiscard]] int ahead() const { return read_ - written_; }

  [[nodiscard]] int peak() const { return peak_; }

  [[nodiscard]] int written() const { return written_; }

  [[nodiscard]] nanoseconds ended_at() const { return run_->ended_at(); }

  [[nodiscard]] bool returned() const { return run_->fate().returned(); }

  /// When the first of the stages failed; empty: none has.
  [[nodiscard]] std::optional<nanoseconds> failed_at() const {
    for (const station* each : {&reading_, &transforming_, &writing_})
      if (each->failed_at())
        return each->failed_at();
    return {};
  }

  [[nodiscard]] std::exception_ptr thrown() const { return run_->fate().thrown(); }

  void expect_all_written() const {
    weir::expect(!run_->pending(),
                 "the reader gave {} of {} items, {} were written, and run_stages() {}", read_,
                 plan_.items, written_, run_->text());
    weir::expect(written_ == plan_.items,
                 "the reader had {} items, {} were written; run_stages() {}", plan_.items, written_,
                 run_->text());
    weir::expect(returned(), "all {} items were written; run_stages() {}", written_, run_->text());
  }

  void expect_ended(const fate& how, nanoseconds due, std::string_view why) const {
    weir::expect(!run_->pending(), "{} at {}, and run_stages() is still under way {} later", why,
                 due, weir::now() - due);
    weir::expect(run_->text() == how.text(), "{}, and run_stages() {} where this was due: {}", why,
                 run_->text(), how.text());
    weir::expect(ended_at() == due, "{} at {}, and run_stages() threw only at {}", why, due,
                 ended_at());
  }

private:
  [[nodiscard]] int before(int number) const {
    return plan_.values.empty() ? number : plan_.values.at(static_cast<std::size_t>(number) - 1);
  }

  [[nodiscard]] int after(int number) const {
    return plan_.values.empty() ? 10 * number + 1 : before(number);
  }

  weir::testing::driver test_;
  plan plan_;
  station reading_;
  station transforming_;
  station writing_;
  weir::testing::operation<void>* run_ = nullptr;
  bool at_end_ = false;
  int read_ = 0;
  int transformed_ = 0;
  int written_ = 0;
  int peak_ = 0;
};

} // namespace weir_hidden

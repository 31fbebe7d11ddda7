/// \file
/// What a test's models of the world are made of. Part of <weir/testing.hpp>.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <source_location>

namespace weir::testing {

struct job_options {
  std::chrono::nanoseconds takes = std::chrono::nanoseconds::max(); ///< max: until `finish`
  std::chrono::nanoseconds tidies{};      ///< from its cancellation to its end
  std::function<void()> when_cancelled{}; ///< called in that instant
};

/// What a model of a dependency is busy with while it is called: it ends after a time or when it is
/// told to, and takes a while to tidy up when it is cancelled before that.
///
///     asio::awaitable<void> call() override {
///       job work(executor_, {.takes = 10ms, .tidies = 3ms});
///       const bool done = co_await work.run();
///       if (!done)
///         throw boost::system::system_error(asio::error::operation_aborted);
///     }
///
/// Thread: everything on its executor, and that is one thread.
class job {
public:
  explicit job(boost::asio::any_io_executor executor, job_options options = {});

  /// Carries it out, once. True: it came to its end. False: it was cancelled (type: terminal), and
  /// has tidied up. Never throws: the caller's `throw_if_cancelled` does not matter meanwhile, and
  /// is afterwards as it was. Reports say that the caller waits at `where`.
  boost::asio::awaitable<bool> run(std::source_location where = std::source_location::current());

  /// It comes to its end in this instant, unless it has been cancelled. Told before it runs, it
  /// takes no time.
  void finish();

private:
  boost::asio::steady_timer timer_;
  job_options options_;
  bool told_ = false;
  bool tidies_up_ = false;
};

/// How many are somewhere at once: calls under way in a model, holders of a permit.
class occupancy {
public:
  /// One of them, from construction to destruction; the occupancy outlives it.
  class [[nodiscard]] stay {
  public:
    explicit stay(occupancy& in) noexcept : in_(in) {
      ++in_.entered_;
      in_.peak_ = std::max(in_.peak_, ++in_.now_);
    }

    stay(const stay&) = delete;
    stay& operator=(const stay&) = delete;

    ~stay() { --in_.now_; }

  private:
    occupancy& in_;
  };

  [[nodiscard]] int now() const noexcept { return now_; }

  /// The most there ever were.
  [[nodiscard]] int peak() const noexcept { return peak_; }

  /// All that ever were there.
  [[nodiscard]] int entered() const noexcept { return entered_; }

private:
  int now_ = 0;
  int peak_ = 0;
  int entered_ = 0;
};

} // namespace weir::testing

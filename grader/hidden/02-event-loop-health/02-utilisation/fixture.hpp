/// \file
/// What the hidden tests of `utilisation` share: a loop on which handlers take the time that they
/// are told to, and the books on it.
#pragma once

#include "utilisation.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cmath>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// What take() has to say, kept by the handlers themselves.
class books {
public:
  void enter() {
    if (depth_++ == 0)
      begun_ = weir::now();
  }

  void leave() {
    if (--depth_ == 0)
      busy_ += weir::now() - begun_;
  }

  struct window {
    nanoseconds busy;
    nanoseconds lasted;

    [[nodiscard]] double share() const {
      return lasted == 0ns
                 ? 0.0
                 : static_cast<double>(busy.count()) / static_cast<double>(lasted.count());
    }
  };

  window end_window() {
    if (depth_ != 0) {
      busy_ += weir::now() - begun_;
      begun_ = weir::now();
    }
    const nanoseconds began = std::exchange(window_began_, weir::now());
    return {std::exchange(busy_, 0ns), weir::now() - began};
  }

private:
  nanoseconds window_began_ = weir::now();
  nanoseconds begun_{};
  nanoseconds busy_{};
  int depth_ = 0;
};

/// From its construction to its destruction a handler is in the books, if it counts.
class [[nodiscard]] in_the_books {
public:
  explicit in_the_books(books& all, bool counts = true) : all_(counts ? &all : nullptr) {
    if (all_ != nullptr)
      all_->enter();
  }

  in_the_books(const in_the_books&) = delete;
  in_the_books& operator=(const in_the_books&) = delete;

  ~in_the_books() {
    if (all_ != nullptr)
      all_->leave();
  }

private:
  books* all_;
};

/// The share that `meter` tells of the window that ends now.
inline void expect_share(utilisation_meter& meter, const books::window& due, std::string_view why) {
  const double found = meter.take();
  weir::expect(std::abs(found - due.share()) <= 1e-6,
               "{}: handlers ran for {} of {}, a share of {}, and take() returned {}", why,
               due.busy, due.lasted, due.share(), found);
}

/// A loop of one's own, with a meter. It runs when it is told to; outside of that it waits.
class measured_loop {
public:
  measured_loop() : meter_(make_meter()) { weir::name_this_task("the loop"); }

  [[nodiscard]] asio::any_io_executor plain() { return io_->get_executor(); }

  [[nodiscard]] asio::any_io_executor measured() { return meter_->measured(plain()); }

  [[nodiscard]] utilisation_meter& meter() { return *meter_; }

  [[nodiscard]] books& book() { return books_; }

  [[nodiscard]] asio::io_context& io() { return *io_; }

  /// A handler that runs for so long.
  [[nodiscard]] auto lasting(nanoseconds time) {
    return [this, time] {
      const in_the_books here(books_);
      weir::note("a handler runs for {}", time);
      weir::block_loop(time);
    };
  }

  /// Time in which nobody has anything to do.
  void idle(nanoseconds time) {
    run();
    weir::note("the loop is idle for {}", time);
    weir::block_loop(time);
  }

  /// Serves all there is. What comes out of handlers, in order.
  std::vector<std::exception_ptr> run() {
    std::vector<std::exception_ptr> out;
    for (;;)
      try {
        io_->restart();
        if (io_->poll() == 0)
          return out;
      } catch (const weir::expectation_failed&) {
        throw;
      } catch (...) {
        out.push_back(std::current_exception());
      }
  }

  void expect_share(std::string_view why) {
    weir_hidden::expect_share(*meter_, books_.end_window(), why);
  }

  /// The loop goes, with all that was never served.
  void take_down() { io_.reset(); }

private:
  std::unique_ptr<utilisation_meter> meter_;
  books books_;
  std::unique_ptr<asio::io_context> io_ = std::make_unique<asio::io_context>();
};

} // namespace weir_hidden

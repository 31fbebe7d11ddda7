/// \file
/// The rest of the loop that work_off() runs on: somebody who wants his turns, and counts them.
#pragma once

#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/world/cpu.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

namespace asio = boost::asio;

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// The rest of the loop: a handler that makes itself ready again and again, as long as there is
/// work. So it has a turn whenever somebody who is fair lets others have one. When for a while
/// nobody else has done anything, it rests, and time goes by.
class others {
public:
  others(asio::any_io_executor executor, nanoseconds takes)
      : executor_(std::move(executor)), takes_(takes) {}

  others(const others&) = delete;
  others& operator=(const others&) = delete;

  /// Somebody does something: from now on there are turns again.
  void wake() {
    quiet_ = 0;
    if (rests_) {
      rests_ = false;
      come_again();
    }
  }

  /// What is done in each turn.
  void each_turn(std::function<void(std::size_t)> what) { what_ = std::move(what); }

  /// A handler is made ready that somebody waits for.
  void post() {
    ++posted_;
    asio::post(executor_, [this] { ++served_; });
  }

  void occupy(nanoseconds work) {
    if (work == 0ns)
      return;
    weir::world::occupy_loop(work);
    occupied_ += work;
  }

  [[nodiscard]] std::size_t turns() const { return turns_; }

  [[nodiscard]] std::size_t posted() const { return posted_; }

  [[nodiscard]] std::size_t served() const { return served_; }

  /// So long had nobody anything to do, since the run began.
  [[nodiscard]] nanoseconds idle() const { return weir::now() - occupied_; }

  [[nodiscard]] bool resting() const { return rests_; }

private:
  /// Somebody who wants to go on comes within so many turns.
  static constexpr std::size_t patience = 16;

  void come_again() {
    asio::post(executor_, [this] { have_a_turn(); });
  }

  void have_a_turn() {
    ++turns_;
    if (++quiet_ > patience) {
      rests_ = true;
      return;
    }
    if (what_)
      what_(turns_);
    if (quiet_ == 1) {
      weir::note("the others have a turn");
      occupy(takes_);
    }
    come_again();
  }

  asio::any_io_executor executor_;
  nanoseconds takes_;
  std::function<void(std::size_t)> what_;
  std::size_t turns_ = 0;
  std::size_t posted_ = 0;
  std::size_t served_ = 0;
  std::size_t quiet_ = 0; ///< turns since somebody has done something
  nanoseconds occupied_{};
  bool rests_ = true;
};

} // namespace weir_hidden

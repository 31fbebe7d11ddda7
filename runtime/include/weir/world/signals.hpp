#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>

namespace weir::world {

/// POSIX signals in virtual time: what an `asio::signal_set` is to a process, for a run in which
/// there is none. A scenario raises them, code under test waits for them.
///
/// A signal that nobody waits for is queued, and so is each that comes after it: every `wait` takes
/// one, the lowest number first. Whoever waits when a signal comes is told of it, and where several
/// wait, all of them are; it is not queued then. Both are as in `asio::signal_set`. A real signal
/// can be lost before that: the kernel keeps one of each number. One thread or strand.
class signals {
public:
  /// \param numbers which of them are heard: SIGTERM, SIGINT, …
  /// \throws std::invalid_argument for numbers that no signal has, and for SIGKILL and SIGSTOP
  signals(boost::asio::any_io_executor executor, std::initializer_list<int> numbers);

  /// A signal comes, now; in the timeline it is a note. May be called from outside a coroutine.
  /// \throws std::invalid_argument for one that is not heard: its default action would end the
  /// process
  void raise(int number);

  /// Waits for a signal and gives its number. Cancellation (terminal) throws operation_aborted. A
  /// signal that had come by then is given all the same, so that none is lost.
  [[nodiscard]] boost::asio::awaitable<int> wait();

  /// Signals that have come and that nobody has been told of.
  [[nodiscard]] std::size_t queued() const noexcept;
  /// Calls of `wait` that have not been told of a signal.
  [[nodiscard]] std::size_t waiting() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace weir::world

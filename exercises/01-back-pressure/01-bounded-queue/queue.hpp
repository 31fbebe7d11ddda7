#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace asio = boost::asio;

/// A queue between coroutines that holds at most `capacity` items and lets whoever is too fast
/// wait.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
///
/// Waiting: a coroutine inside `push` or `pop` sleeps until its turn has come, and goes on in that
/// same instant. Any number may wait on either side.
///
/// Cancellation: `push` and `pop` can be cancelled while they wait, with the type `terminal` (part
/// of what `||` and a deadline send). A cancelled call throws `boost::system::system_error` with
/// `asio::error::operation_aborted`.
///
/// Lifetime: nobody is inside when the queue is destroyed.
class bounded_queue {
public:
  virtual ~bounded_queue() = default;

  /// Puts `item` at the end; waits for room if there is none. It has returned: the item is
  /// accepted, and somebody will get it. It has thrown: nobody ever will. Throws
  /// `boost::system::system_error` with `asio::error::broken_pipe` once the queue is closed.
  virtual asio::awaitable<void> push(int item) = 0;

  /// Takes the item at the front; waits for one if there is none. Empty: the queue is closed, and
  /// everything that was accepted has been taken.
  virtual asio::awaitable<std::optional<int>> pop() = 0;

  /// No more items will come. Never waits; a second call does nothing.
  virtual void close() = 0;

  /// How many items the queue holds: accepted, and not yet taken.
  [[nodiscard]] virtual std::size_t size() const = 0;
};

/// An open, empty queue. `capacity` 0 makes a rendezvous: a queue that holds nothing, where `push`
/// returns when a `pop` has taken the item.
std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity);

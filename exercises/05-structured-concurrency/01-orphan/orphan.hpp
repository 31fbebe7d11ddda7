#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace asio = boost::asio;

/// How often each link was followed.
using visit_counts = std::map<std::string, std::uint64_t>;

/// The database, as the tests and the scene model it.
class visit_store {
public:
  virtual ~visit_store() = default;

  /// Adds `visits` to what is stored: all of them, or, if it throws, none. Takes a while. Calling
  /// it may throw, too.
  ///
  /// Cancelled (type: terminal), it ends, maybe not at once: it throws, or has stored them after
  /// all and returns.
  ///
  /// `visits` has to stay as it is until then.
  virtual asio::awaitable<void> add(const visit_counts& visits) = 0;
};

/// Counts visits in memory and has them stored in the background.
///
/// Thread: everything is called on the executor it was made with, and that is one thread.
///
/// Lifetime: it is destroyed when `stop` has ended, and so is the store; not before.
class visit_counter {
public:
  virtual ~visit_counter() = default;

  /// Counts a visit, and does not wait. False: `stop` has been called, and it is not counted. May
  /// be called at any time, from inside `visit_store::add` and the error handler as well.
  virtual bool visit(const std::string& link) = 0;

  /// Has everything stored that is not stored yet, and ends the background work. Called once.
  ///
  /// Throws what the last `add` threw. Cancelled (type: terminal), it passes that on to the `add`
  /// that runs, and ends when that has ended.
  virtual asio::awaitable<void> stop() = 0;
};

/// Is told what a call of `add` threw. Doesn't throw.
using error_handler = std::function<void(std::exception_ptr)>;

/// A counter that has counted nothing, and has what it counts stored every `interval`, which is
/// positive.
std::unique_ptr<visit_counter> make_visit_counter(asio::any_io_executor executor,
                                                  visit_store& store,
                                                  std::chrono::nanoseconds interval,
                                                  error_handler on_error);

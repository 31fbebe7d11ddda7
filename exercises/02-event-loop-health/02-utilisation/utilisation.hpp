#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace asio = boost::asio;

/// For what share of the time the handlers of an event loop were running, window by window.
///
/// A handler is whatever is submitted to an executor: the function of a `post`, `dispatch` or
/// `defer`, the resumption of a coroutine, the completion of an operation. It runs from the moment
/// in which it is called until it returns, or throws.
///
/// Everything here is called on one thread. The clock is `std::chrono::steady_clock`.
class utilisation_meter {
public:
  virtual ~utilisation_meter() = default;

  /// An executor that does whatever `inner` does, and counts the time in handlers that are
  /// submitted to it, and to every executor that is made from it.
  ///
  /// It is used as any other: by `post`, `co_spawn`, timers, strands, work guards. It may be made
  /// of an executor that this meter, or another one, measures already.
  ///
  /// Lifetime: the meter is destroyed after all these executors, and after what was submitted to
  /// them.
  [[nodiscard]] virtual asio::any_io_executor measured(asio::any_io_executor inner) = 0;

  /// Ends the window that began with the call before this one, or with the meter, and returns for
  /// what share of it handlers were running: 0 to 1. A window that lasted for no time has the share
  /// 0. May be called by a handler.
  [[nodiscard]] virtual double take() = 0;
};

/// A meter that has counted nothing yet. Several may measure the same loop.
std::unique_ptr<utilisation_meter> make_meter();

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace asio = boost::asio;

/// A worker that runs for a long time. Calling it makes the coroutine, awaiting that does the work;
/// the one and the other is a start. Each may throw anything: then the child has failed. When the
/// coroutine returns, the child is done.
///
/// Cancelled (type: terminal), a child may take a while to end, and may end in any way.
///
/// It may shield itself while it tidies up, as with `asio::this_coro::reset_cancellation_state`, or
/// set `throw_if_cancelled`, and leave both as they are when it ends.
using child = std::function<asio::awaitable<void>()>;

/// How often children are started again, and how soon.
struct restart_policy {
  /// So many failures at most may count at a time; any value. 0: none is borne.
  std::size_t intensity = 5;
  /// For so long a failure counts; > 0. The greatest there is: for ever.
  std::chrono::nanoseconds period = std::chrono::seconds(60);
  /// From a failure of a child to its next start; >= 0, a day at most.
  std::chrono::nanoseconds backoff = std::chrono::seconds(2);
};

/// Runs `children` side by side, any number of them, until all are done, and starts again whichever
/// of them fails. When failures come too often (`intensity` in a `period`, as in a supervisor of
/// Erlang/OTP), it gives up: it ends the others and throws what the last failure was.
///
/// Everything happens on the executor of the caller, and that is one thread.
///
/// Can be cancelled at any time, with the type `terminal`; also by a child, once that has waited
/// for something. It then ends all children and throws `boost::system::system_error` with
/// `asio::error::operation_aborted`.
///
/// However it ends, no child runs any longer. The functions are kept until then.
asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy);

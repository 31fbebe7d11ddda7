#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// What waits can be cancelled, with the type `terminal`. It then ends, maybe not at once: it
/// throws, not always `asio::error::operation_aborted`, or it has been faster and returns after
/// all.

using time_point = std::chrono::steady_clock::time_point;

/// Lets so many requests in at a time. Who is inside has a seat.
class gate {
public:
  virtual ~gate() = default;

  /// Waits for a seat and returns its number, which is 0 or more. May throw anything when it fails,
  /// at the call as well.
  /// \param until how long it is of use to wait; the gate's other callers are served accordingly
  virtual asio::awaitable<int> take_seat(time_point until) = 0;

  /// Never waits and never fails.
  virtual void give_back(int seat) = 0;
};

/// Knows a part of the answer.
class source {
public:
  virtual ~source() = default;

  /// Asks; may take as long as it likes. May throw anything, at the call as well.
  /// \param until when the answer is of no use any more; the source tells it to its own sources
  virtual asio::awaitable<int> ask(int request, time_point until) = 0;
};

/// What is asked for.
struct part {
  source* from = nullptr;
  /// Set: the answer does without this part if it is not there so long after it was asked for; > 0.
  std::optional<std::chrono::nanoseconds> at_most = {};
};

/// In the order of the parts; empty: the answer does without it.
using answers = std::vector<std::optional<int>>;

/// Takes a seat, asks for all parts at the same time, gives the seat back and returns the answers.
///
/// Throws
///   - `boost::system::system_error` with `asio::error::timed_out` when `deadline` has passed;
///   - what `take_seat` or a part threw, when that was the first thing that went wrong;
///   - the same with `asio::error::operation_aborted` when it is cancelled (type `terminal`).
/// However it ends, nothing that it called runs any longer, and it has no seat.
///
/// `entrance` and the sources live until it has ended, and no longer. Several calls may run at a
/// time, of one gate or of several.
asio::awaitable<answers> answer(gate& entrance, std::vector<part> parts, int request,
                                time_point deadline);

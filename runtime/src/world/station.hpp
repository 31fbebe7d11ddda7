#pragma once

#include <weir/probe.hpp>
#include <weir/world/meter.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace weir::world {

/// A number of servers behind one queue, first come, first served. A server that becomes free goes
/// to the first in the queue at once, so nobody who comes at the same instant can overtake.
class station {
public:
  struct settings {
    std::string name;
    std::size_t servers;
    std::size_t queue_limit;
  };

  /// \throws std::invalid_argument without servers
  station(boost::asio::any_io_executor executor, const settings& how);

  station(const station&) = delete;
  station& operator=(const station&) = delete;

  [[nodiscard]] const level_meter& serving() const noexcept { return serving_; }

  [[nodiscard]] const level_meter& queued() const noexcept { return queued_; }

  /// A place in the station, in the frame of the coroutine that wants one. Its destructor gives
  /// back whatever it has, so that an exception, a cancellation or the frame's destruction frees
  /// it.
  class ticket {
  public:
    explicit ticket(station& at) noexcept : station_(at) {}

    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    ~ticket() { leave(); }

    /// Takes a server or a place in the queue; false when there is neither.
    [[nodiscard]] bool enter();

    /// True while it is in the queue: `turn` is to be awaited.
    [[nodiscard]] bool waiting() const noexcept { return where_ == in_queue; }

    /// Completes when the ticket has a server. On a ticket that has one already, it waits until it
    /// is cancelled. Cancellation throws a `system_error`.
    boost::asio::awaitable<void> turn();

    void leave();

  private:
    friend class station;

    enum place { outside, in_queue, at_server };

    using turn_channel = boost::asio::experimental::channel<void(boost::system::error_code)>;

    station& station_;
    place where_ = outside;
    std::optional<turn_channel> turn_;
    ticket* previous_ = nullptr;
    ticket* next_ = nullptr;
  };

private:
  void append(ticket& last);
  void remove(ticket& which);
  void show();

  boost::asio::any_io_executor executor_;
  std::size_t servers_;
  std::size_t queue_limit_;
  level_meter serving_;
  level_meter queued_;
  gauge serving_gauge_;
  gauge queued_gauge_;
  ticket* first_ = nullptr;
  ticket* last_ = nullptr;
};

} // namespace weir::world

#include "station.hpp"

#include "checked.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <limits>
#include <utility>

namespace weir::world {

namespace asio = boost::asio;

namespace {

/// A limit as a gauge shows it: 0 for "none".
double shown(std::size_t limit) {
  return limit == std::numeric_limits<std::size_t>::max() ? 0 : static_cast<double>(limit);
}

} // namespace

station::station(asio::any_io_executor executor, const settings& how)
    : executor_(std::move(executor)),
      servers_(how.servers),
      queue_limit_(how.queue_limit),
      serving_gauge_(
          how.name + " in flight",
          {.capacity = shown(how.servers), .role = source_role::in_flight, .subject = how.name}),
      queued_gauge_(
          how.name + " queue",
          {.capacity = shown(how.queue_limit), .role = source_role::queue, .subject = how.name}) {
  require(servers_ > 0, "a service or pool wants at least one server");
  show(); // so that a station nobody ever comes to is in the trace as well
}

bool station::ticket::enter() {
  station& s = station_;
  if (s.serving_.level() < s.servers_) {
    where_ = at_server;
    s.serving_.rise();
  } else if (s.queued_.level() < s.queue_limit_) {
    where_ = in_queue;
    s.append(*this);
    s.queued_.rise();
  } else {
    return false;
  }
  s.show();
  return true;
}

asio::awaitable<void> station::ticket::turn() {
  turn_.emplace(station_.executor_, 1);
  return turn_->async_receive(asio::use_awaitable);
}

void station::ticket::leave() {
  station& s = station_;
  switch (std::exchange(where_, outside)) {
  case outside:
    return;
  case in_queue:
    s.remove(*this);
    s.queued_.fall();
    break;
  case at_server:
    if (ticket* const next = s.first_) {
      s.remove(*next);
      s.queued_.fall();
      next->where_ = at_server;
      if (auto& turn = next->turn_) { // always there: whoever queues awaits its turn at once
        turn->try_send(boost::system::error_code{});
      }
    } else {
      s.serving_.fall();
    }
    break;
  }
  s.show();
}

void station::append(ticket& last) {
  last.previous_ = last_;
  (last_ != nullptr ? last_->next_ : first_) = &last;
  last_ = &last;
}

void station::remove(ticket& which) {
  (which.previous_ != nullptr ? which.previous_->next_ : first_) = which.next_;
  (which.next_ != nullptr ? which.next_->previous_ : last_) = which.previous_;
  which.previous_ = which.next_ = nullptr;
}

void station::show() {
  serving_gauge_.set(static_cast<double>(serving_.level()));
  queued_gauge_.set(static_cast<double>(queued_.level()));
}

} // namespace weir::world

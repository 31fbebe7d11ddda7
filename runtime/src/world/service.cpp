#include "weir/world/service.hpp"

#include "checked.hpp"
#include "station.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace weir::world {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

/// What will become of a call, drawn when it arrives.
struct fate {
  nanoseconds latency{};
  error_code error = {};
  bool hangs = false;
};

void check(const service_options& options) {
  for (const fault& f : options.faults) {
    require(f.probability >= 0 && f.probability <= 1, "fault: probability must be in [0, 1]");
    require(f.during.from <= f.during.until, "fault: the window must not end before it begins");
    require(f.effect == fault_effect::hang || f.error.failed(),
            "fault: wants an error to fail with");
    require(!f.after || f.after->count() >= 0, "fault: after must not be negative");
  }
}

} // namespace

struct service::impl {
  impl(asio::any_io_executor ex, service_options chosen, const random_stream& random)
      : executor(std::move(ex)),
        options(std::move(chosen)),
        servers(executor, {.name = options.name,
                           .servers = options.capacity,
                           .queue_limit = options.queue_limit}),
        latency_random(random.split("latency")),
        fault_random(random.split("faults")),
        made(steady_clock::now()),
        ends(options.name, {.role = source_role::visits, .subject = options.name}),
        at(options.name, {.role = source_role::in_flight}) {
    check(options);
    if (options.limit) {
      bucket.emplace(*options.limit);
    }
  }

  class visit;

  fate draw(const request& asked);
  static asio::awaitable<call_result> exchange(std::shared_ptr<impl> self, request asked);
  static asio::awaitable<reply> exchange_or_throw(std::shared_ptr<impl> self, request asked);

  asio::any_io_executor executor;
  service_options options;
  station servers;
  random_stream latency_random;
  random_stream fault_random;
  steady_clock::time_point made;
  std::optional<token_bucket> bucket;
  service_observer observer;
  service_stats counts;
  duration_samples latencies;
  duration_samples waits;
  level_meter inside;
  nanoseconds time_inside{};
  outcomes ends;
  place at;
};

/// The account of one call, closed exactly once; as given up if nobody says otherwise.
class service::impl::visit {
public:
  visit(impl& service, const request& asked)
      : service_(service), asked_(asked), arrived_(steady_clock::now()) {
    ++service_.counts.offered;
    tell(service_.observer.arrived);
  }

  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;

  ~visit() {
    if (open_) {
      count(&service_stats::cancelled, outcome::dropped);
    }
  }

  void enter() {
    entered_ = true;
    service_.inside.rise();
  }

  void start() {
    started_ = steady_clock::now();
    ++service_.counts.started;
    service_.waits.add(started_ - arrived_);
    service_.at.enter(asked_.id);
    tell(service_.observer.started);
  }

  call_result refuse(std::uint64_t service_stats::* counter, error why,
                     std::optional<nanoseconds> retry_after = {}) {
    count(counter, outcome::rejected);
    tell_end(why);
    return {.error = why, .retry_after = retry_after};
  }

  call_result answer(const error_code& ec) {
    const auto now = steady_clock::now();
    if (!ec) {
      service_.latencies.add(now - arrived_);
    }
    count(ec ? &service_stats::failed : &service_stats::completed,
          ec ? outcome::failed : outcome::ok);
    tell_end(ec);
    return {.error = ec,
            .answer = {.id = asked_.id, .waited = started_ - arrived_, .served = now - started_}};
  }

  void give_up() {
    count(&service_stats::cancelled, outcome::dropped);
    tell_end(asio::error::operation_aborted);
  }

private:
  void count(std::uint64_t service_stats::* counter, outcome how) {
    open_ = false;
    ++(service_.counts.*counter);
    service_.ends.add(how, asked_.id);
    if (entered_) {
      service_.inside.fall();
      service_.time_inside += steady_clock::now() - arrived_;
    }
  }

  void tell(const std::function<void(const request&)>& hook) const {
    if (hook) {
      hook(asked_);
    }
  }

  void tell_end(const error_code& ec) const {
    if (service_.observer.ended) {
      service_.observer.ended(asked_, ec);
    }
  }

  impl& service_;
  request asked_;
  steady_clock::time_point arrived_;
  steady_clock::time_point started_;
  bool open_ = true;
  bool entered_ = false;
};

fate service::impl::draw(const request& asked) {
  fate drawn{.latency = options.latency.draw(latency_random)};
  const auto age = steady_clock::now() - made;
  bool decided = false;
  for (const fault& f : options.faults) {
    // Drawn whether it can strike or not, so that call n gets the same numbers under every plan.
    const bool strikes = fault_random.bernoulli(f.probability);
    if (decided || !strikes || !f.during.contains(age) || (f.applies_to && !f.applies_to(asked))) {
      continue;
    }
    decided = true;
    drawn.hangs = f.effect == fault_effect::hang;
    drawn.error = f.error;
    drawn.latency = f.after.value_or(drawn.latency);
  }
  return drawn;
}

asio::awaitable<call_result> service::impl::exchange(std::shared_ptr<impl> self, request asked) {
  visit call(*self, asked);
  station::ticket ticket(self->servers);
  const fate drawn = self->draw(asked);
  try {
    std::optional<nanoseconds> retry_after;
    if (auto& bucket = self->bucket) {
      retry_after = bucket->try_take(steady_clock::now());
    }
    if (retry_after || !ticket.enter()) {
      const call_result refusal =
          retry_after ? call.refuse(&service_stats::rate_limited, error::rate_limited, retry_after)
                      : call.refuse(&service_stats::rejected, error::unavailable);
      // A turn of the loop, lest a caller that retries without a pause never lets go of it.
      co_await asio::post(self->executor, asio::use_awaitable);
      co_return refusal;
    }
    call.enter();
    if (ticket.waiting()) {
      co_await ticket.turn();
    }
    call.start();
    if (drawn.hangs) {
      co_await ticket.turn();
    }
    asio::steady_timer timer(self->executor, drawn.latency);
    co_await timer.async_wait(asio::use_awaitable);
    ticket.leave();
    co_return call.answer(drawn.error);
  } catch (const boost::system::system_error&) { // thrown by the waits alone: cancelled
    ticket.leave();
    call.give_up();
  }
  throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<reply> service::impl::exchange_or_throw(std::shared_ptr<impl> self, request asked) {
  auto exchanged = exchange(std::move(self), asked);
  const call_result result = co_await std::move(exchanged);
  if (!result) {
    throw service_error(result.error, result.retry_after);
  }
  co_return result.answer;
}

service::service(asio::any_io_executor executor, service_options options, random_stream random)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(options), random)) {}

service::service(asio::any_io_executor executor, service_options options) {
  const random_stream random = weir::stream("service " + options.name);
  impl_ = std::make_shared<impl>(std::move(executor), std::move(options), random);
}

asio::awaitable<reply> service::call(request asked) {
  return impl::exchange_or_throw(impl_, asked);
}

asio::awaitable<call_result> service::try_call(request asked) {
  return impl::exchange(impl_, asked);
}

void service::observe(service_observer observer) {
  impl_->observer = std::move(observer);
}

service_stats service::stats() const {
  const level_meter& serving = impl_->servers.serving();
  const level_meter& queued = impl_->servers.queued();
  service_stats seen = impl_->counts;
  seen.in_flight = serving.level();
  seen.queued = queued.level();
  seen.peak_in_flight = serving.peak();
  seen.peak_queued = queued.peak();
  seen.mean_in_flight = serving.mean();
  seen.mean_queued = queued.mean();
  return seen;
}

const duration_samples& service::latencies() const noexcept {
  return impl_->latencies;
}

const duration_samples& service::waits() const noexcept {
  return impl_->waits;
}

nanoseconds service::occupancy() const {
  return impl_->inside.integral();
}

nanoseconds service::time_inside() const noexcept {
  return impl_->time_inside;
}

} // namespace weir::world

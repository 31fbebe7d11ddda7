#include "weir/world/source.hpp"

#include "checked.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weir::world {

namespace asio = boost::asio;
using std::chrono::steady_clock;

struct source::impl {
  impl(asio::any_io_executor ex, source_options chosen, random_stream stream)
      : executor(std::move(ex)),
        options(std::move(chosen)),
        random(stream),
        made(steady_clock::now()),
        arrived(options.name + " offered", {}, source_role::load),
        at(options.name) {
    require(!options.lasting || options.lasting->count() >= 0,
            "source: lasting must not be negative");
  }

  /// When the next item is due: the one that nobody has taken yet, or else a new one. Empty at the
  /// end.
  std::optional<steady_clock::time_point> prepare();

  static asio::awaitable<std::optional<item>> next(std::shared_ptr<impl> self);
  static asio::awaitable<void> push(std::shared_ptr<impl> self, std::function<void(item)> take);
  static asio::awaitable<void> offer(std::shared_ptr<impl> self,
                                     std::function<asio::awaitable<void>(item)> take);

  asio::any_io_executor executor;
  source_options options;
  random_stream random;
  steady_clock::time_point made;
  counter arrived;
  place at;
  std::optional<steady_clock::time_point> upcoming;
  std::uint64_t offered = 0;
  std::chrono::nanoseconds peak_lateness{};
  bool waiting = false;
  bool exhausted = false;
};

std::optional<steady_clock::time_point> source::impl::prepare() {
  if (upcoming || exhausted || (options.count && offered >= *options.count)) {
    return upcoming;
  }
  const auto offset = options.arrivals.next(random);
  if (offset && (!options.lasting || *offset <= *options.lasting)) {
    upcoming = made + *offset;
  }
  return upcoming;
}

asio::awaitable<std::optional<item>> source::impl::next(std::shared_ptr<impl> self) {
  if (self->waiting) {
    throw std::logic_error("source '" + self->options.name +
                           "': next() was called while another next() waits; one at a time");
  }
  const auto due = self->prepare();
  if (!due) {
    self->exhausted = true;
    co_return std::nullopt;
  }

  struct waiting_mark {
    bool& flag;

    ~waiting_mark() { flag = false; }
  } mark{self->waiting};

  self->waiting = true;
  asio::steady_timer timer(self->executor, *due);
  co_await timer.async_wait(asio::use_awaitable);
  const item arrived{.number = ++self->offered, .due = *due};
  self->upcoming.reset();
  self->peak_lateness = std::max(self->peak_lateness, steady_clock::now() - arrived.due);
  ++self->arrived;
  self->at.enter(arrived.number);
  co_return arrived;
}

asio::awaitable<void> source::impl::push(std::shared_ptr<impl> self,
                                         std::function<void(item)> take) {
  for (;;) {
    auto waiting = next(self);
    const std::optional<item> arrived = co_await std::move(waiting);
    if (!arrived) {
      co_return;
    }
    take(*arrived);
  }
}

asio::awaitable<void> source::impl::offer(std::shared_ptr<impl> self,
                                          std::function<asio::awaitable<void>(item)> take) {
  for (;;) {
    auto waiting = next(self);
    const std::optional<item> arrived = co_await std::move(waiting);
    if (!arrived) {
      co_return;
    }
    auto taken = take(*arrived);
    co_await std::move(taken);
  }
}

source::source(asio::any_io_executor executor, source_options options, random_stream random)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(options), random)) {}

source::source(asio::any_io_executor executor, source_options options) {
  const random_stream random = weir::stream("source " + options.name);
  impl_ = std::make_shared<impl>(std::move(executor), std::move(options), random);
}

asio::awaitable<std::optional<item>> source::next() {
  return impl::next(impl_);
}

asio::awaitable<void> source::push_to(std::function<void(item)> take) {
  return impl::push(impl_, std::move(take));
}

asio::awaitable<void> source::offer_to(std::function<asio::awaitable<void>(item)> take) {
  return impl::offer(impl_, std::move(take));
}

std::uint64_t source::offered() const noexcept {
  return impl_->offered;
}

bool source::exhausted() const noexcept {
  return impl_->exhausted;
}

std::chrono::nanoseconds source::peak_lateness() const noexcept {
  return impl_->peak_lateness;
}

} // namespace weir::world

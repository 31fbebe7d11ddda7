#include "weir/world/sink.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace weir::world {

namespace asio = boost::asio;
using std::chrono::steady_clock;

struct sink::impl {
  impl(asio::any_io_executor ex, sink_options chosen, random_stream stream)
      : executor(std::move(ex)),
        options(std::move(chosen)),
        random(stream),
        busy(options.name + " consuming", {.role = source_role::busy}),
        at(options.name, {.role = source_role::busy}),
        ends(options.name) {
    busy.set(0);
  }

  static asio::awaitable<void> consume(std::shared_ptr<impl> self, std::uint64_t item);

  asio::any_io_executor executor;
  sink_options options;
  random_stream random;
  std::vector<receipt> received;
  std::size_t consumed = 0;
  level_meter consuming;
  gauge busy;
  place at;
  outcomes ends;
};

asio::awaitable<void> sink::impl::consume(std::shared_ptr<impl> self, std::uint64_t item) {
  struct consumption {
    impl& sink;
    std::uint64_t item;
    outcome how = outcome::dropped;

    consumption(impl& s, std::uint64_t i) : sink(s), item(i) {
      sink.consuming.rise();
      sink.busy.set(static_cast<double>(sink.consuming.level()));
      sink.at.enter(item);
    }

    consumption(const consumption&) = delete;
    consumption& operator=(const consumption&) = delete;

    ~consumption() {
      sink.consuming.fall();
      sink.busy.set(static_cast<double>(sink.consuming.level()));
      sink.ends.add(how, item);
    }
  };

  const std::size_t index = self->received.size();
  self->received.push_back({.item = item, .received = steady_clock::now()});
  consumption current(*self, item);
  asio::steady_timer timer(self->executor, self->options.per_item.draw(self->random));
  co_await timer.async_wait(asio::use_awaitable);
  self->received[index].consumed = steady_clock::now();
  ++self->consumed;
  current.how = outcome::ok;
}

sink::sink(asio::any_io_executor executor, sink_options options, random_stream random)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(options), random)) {}

sink::sink(asio::any_io_executor executor, sink_options options) {
  const random_stream random = weir::stream("sink " + options.name);
  impl_ = std::make_shared<impl>(std::move(executor), std::move(options), random);
}

asio::awaitable<void> sink::consume(std::uint64_t item) {
  return impl::consume(impl_, item);
}

std::span<const receipt> sink::received() const noexcept {
  return impl_->received;
}

std::vector<std::uint64_t> sink::items() const {
  std::vector<std::uint64_t> items;
  items.reserve(impl_->received.size());
  for (const receipt& r : impl_->received) {
    items.push_back(r.item);
  }
  return items;
}

std::size_t sink::consumed() const noexcept {
  return impl_->consumed;
}

std::size_t sink::peak_concurrent() const noexcept {
  return impl_->consuming.peak();
}

} // namespace weir::world

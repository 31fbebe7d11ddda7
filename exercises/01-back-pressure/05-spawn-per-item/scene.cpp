/// \file
/// More labels than a print shop can render.
#include "pipeline.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t budget = 16;

const weir::knob<std::size_t> limit{"limit",
                                    {.value = 64,
                                     .min = 1,
                                     .max = 256,
                                     .unit = "items",
                                     .documentation = "The limit given to run_pipeline()."}};
const weir::knob<std::size_t> arrival_rate{
    "arrival-rate",
    {.value = 150, .min = 1, .max = 1000, .unit = "/s", .documentation = "Items that come."}};
const weir::knob<std::size_t> connections{
    "connections",
    {.value = 4, .min = 1, .max = 64, .documentation = "Items that the store can do at once."}};
const weir::knob<nanoseconds> service_time{
    "service-time",
    {.value = 40ms, .min = 1ms, .max = 1000ms, .documentation = "What the store takes for one."}};

struct dials {
  weir::gauge in_flight{"in flight", {.capacity = budget, .unit = "items"}};
  weir::gauge waiting{"waiting in the feed", {.unit = "items"}};
};

/// Items at an even pace; those that nobody has taken wait here.
class steady_feed final : public feed {
public:
  steady_feed(asio::any_io_executor executor, std::size_t per_second, dials& shown)
      : executor_(executor), interval_(nanoseconds(1s) / per_second), shown_(shown) {}

  asio::awaitable<std::optional<int>> next() override {
    while (steady_clock::now() < due()) {
      asio::steady_timer arrival(executor_, due());
      co_await arrival.async_wait(asio::use_awaitable);
    }
    const int item = ++given_;
    shown_.in_flight.add(1);
    shown_.waiting.set(static_cast<double>((steady_clock::now() - due()) / interval_ + 1));
    co_return item;
  }

private:
  [[nodiscard]] steady_clock::time_point due() const {
    return start_ + interval_ * static_cast<std::int64_t>(given_ + 1);
  }

  asio::any_io_executor executor_;
  nanoseconds interval_;
  dials& shown_;
  steady_clock::time_point start_ = steady_clock::now();
  int given_ = 0;
};

/// Has a few connections; whoever calls waits for the one that is free first.
class small_store final : public service {
public:
  small_store(asio::any_io_executor executor, std::size_t width, nanoseconds time, dials& shown)
      : executor_(executor),
        time_(time),
        shown_(shown),
        free_at_(width, steady_clock::now()),
        busy_("connections busy", {.capacity = static_cast<double>(width)}),
        share_("share busy", {.capacity = 1}) {}

  asio::awaitable<void> handle(int) override {
    const auto connection = std::min_element(free_at_.begin(), free_at_.end());
    const auto begin = std::max(*connection, steady_clock::now());
    *connection = begin + time_;
    asio::steady_timer timer(executor_, begin);
    if (begin > steady_clock::now())
      co_await timer.async_wait(asio::use_awaitable);
    show(1);
    timer.expires_at(begin + time_);
    co_await timer.async_wait(asio::use_awaitable);
    show(-1);
    shown_.in_flight.subtract(1);
    ++done_;
  }

private:
  /// A connection goes from one item to the next in an instant, and either may report first.
  void show(int change) {
    held_ += change;
    const double busy = std::min(held_, static_cast<double>(free_at_.size()));
    busy_.set(busy);
    share_.set(busy / static_cast<double>(free_at_.size()));
  }

  asio::any_io_executor executor_;
  nanoseconds time_;
  dials& shown_;
  std::vector<steady_clock::time_point> free_at_;
  double held_ = 0;
  weir::gauge busy_;
  weir::gauge share_;
  weir::counter done_{"done", "items"};
};

asio::awaitable<void> monday(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  weir::name_this_task("run_pipeline");
  dials shown;
  steady_feed labels(executor, scene[arrival_rate], shown);
  small_store printers(executor, scene[connections], scene[service_time], shown);
  co_await run_pipeline(labels, printers, scene[limit]);
}

} // namespace

WEIR_SCENE(.title = "More labels than a print shop can render",
           .caption = "Watch what is in flight, and where items wait. Then find a limit that keeps "
                      "the store busy with no more than 16 in flight.",
           .knobs = {limit, arrival_rate, connections, service_time},
           .goals = {{"Never more than 16 items taken and not finished",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("in flight").max <= budget;
                      }},
                     {"The store's connections busy for 98 % of the time",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("share busy").mean >= 0.98;
                      }}},
           .body = monday, .horizon = 10s);

/// \file
/// More labels than a print shop can render.
#include "pipeline.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
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
                                     .step = 1,
                                     .unit = "items",
                                     .documentation = "The limit given to run_pipeline()."}};
const weir::knob<std::size_t> arrival_rate{"arrival-rate",
                                           {.value = 150,
                                            .min = 1,
                                            .max = 1000,
                                            .step = 1,
                                            .unit = "/s",
                                            .documentation = "Items that come."}};
const weir::knob<std::size_t> connections{
    "connections",
    {.value = 4,
     .min = 1,
     .max = 64,
     .step = 1,
     .documentation = "Items that the store can do at once."}};
const weir::knob<nanoseconds> service_time{"service-time",
                                           {.value = 40ms,
                                            .min = 1ms,
                                            .max = 1000ms,
                                            .step = 1ms,
                                            .documentation = "What the store takes for one."}};

/// What a dashboard shows of the items.
struct dials {
  explicit dials(std::size_t width)
      : taken("taken, waiting", {.capacity = static_cast<double>(budget - std::min(width, budget)),
                                 .role = weir::source_role::waiting}),
        at_work("store",
                {.capacity = static_cast<double>(width), .role = weir::source_role::busy}) {}

  struct item_spans {
    weir::span whole;
    weir::span stage;
  };

  void arrives(int item) {
    in_feed.enter(static_cast<std::uint64_t>(item));
    waiting.add(1);
  }

  void is_taken(int item) {
    waiting.subtract(1);
    in_flight.add(1);
    taken.enter(static_cast<std::uint64_t>(item));
    weir::span whole("item", {weir::span_role::request, weir::no_parent});
    weir::span waits("for a connection", {weir::span_role::waiting, whole.id()});
    spans.emplace(item, item_spans{std::move(whole), std::move(waits)});
  }

  void is_worked_on(int item) {
    at_work.enter(static_cast<std::uint64_t>(item));
    const auto found = spans.find(item);
    if (found == spans.end())
      return;
    item_spans& its = found->second;
    its.stage.end();
    its.stage = weir::span("in the store", {weir::span_role::running, its.whole.id()});
  }

  void is_done(int item) {
    in_flight.subtract(1);
    done.add(weir::outcome::ok, static_cast<std::uint64_t>(item));
    const auto found = spans.find(item);
    if (found == spans.end())
      return;
    found->second.stage.end();
    found->second.whole.end();
    spans.erase(found);
  }

  weir::gauge in_flight{
      "in flight", {.capacity = budget, .unit = "items", .role = weir::source_role::in_flight}};
  weir::gauge waiting{"waiting in the feed", {.unit = "items", .role = weir::source_role::waiting}};
  weir::place in_feed{"feed", {.role = weir::source_role::waiting}};
  weir::place taken;
  weir::place at_work;
  weir::outcomes done{"items"};
  std::map<int, item_spans> spans; ///< of those in flight
};

/// Items at an even pace; those that nobody has taken wait here.
class steady_feed final : public feed {
public:
  steady_feed(asio::any_io_executor executor, std::size_t per_second, std::shared_ptr<dials> shown)
      : executor_(executor), interval_(nanoseconds(1s) / per_second), shown_(std::move(shown)) {}

  asio::awaitable<std::optional<int>> next() override {
    while (steady_clock::now() < due(given_ + 1)) {
      asio::steady_timer arrival(executor_, due(given_ + 1));
      co_await arrival.async_wait(asio::use_awaitable);
    }
    const int item = ++given_;
    arrive_until(item);
    shown_->is_taken(item);
    co_return item;
  }

  [[nodiscard]] steady_clock::time_point next_arrival() const { return due(arrived_ + 1); }

  /// Shows what has come, also when nobody asks for it.
  void show_arrivals() {
    arrive_until(static_cast<int>((steady_clock::now() - start_) / interval_));
  }

private:
  [[nodiscard]] steady_clock::time_point due(int item) const {
    return start_ + interval_ * static_cast<std::int64_t>(item);
  }

  void arrive_until(int item) {
    while (arrived_ < item)
      shown_->arrives(++arrived_);
  }

  asio::any_io_executor executor_;
  nanoseconds interval_;
  std::shared_ptr<dials> shown_;
  steady_clock::time_point start_ = steady_clock::now();
  int given_ = 0;
  int arrived_ = 0;
};

/// Has a few connections; whoever calls waits for the one that is free first.
class small_store final : public service {
public:
  small_store(asio::any_io_executor executor, std::size_t width, nanoseconds time, dials& shown)
      : executor_(executor),
        time_(time),
        shown_(shown),
        free_at_(width, steady_clock::now()),
        busy_("connections busy",
              {.capacity = static_cast<double>(width), .role = weir::source_role::busy}) {}

  asio::awaitable<void> handle(int item) override {
    const auto connection = std::min_element(free_at_.begin(), free_at_.end());
    const auto begin = std::max(*connection, steady_clock::now());
    *connection = begin + time_;
    asio::steady_timer timer(executor_, begin);
    if (begin > steady_clock::now())
      co_await timer.async_wait(asio::use_awaitable);
    show(1);
    shown_.is_worked_on(item);
    timer.expires_at(begin + time_);
    co_await timer.async_wait(asio::use_awaitable);
    show(-1);
    shown_.is_done(item);
  }

private:
  /// A connection goes from one item to the next in an instant, and either may report first.
  void show(int change) {
    held_ += change;
    busy_.set(std::min(held_, static_cast<double>(free_at_.size())));
  }

  asio::any_io_executor executor_;
  nanoseconds time_;
  dials& shown_;
  std::vector<steady_clock::time_point> free_at_;
  double held_ = 0;
  weir::gauge busy_;
};

asio::awaitable<void> arrivals(std::shared_ptr<steady_feed> at) {
  weir::name_this_task("arrivals");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_at(at->next_arrival());
    co_await timer.async_wait(asio::use_awaitable);
    at->show_arrivals();
  }
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> monday(weir::scene_context& scene) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  weir::name_this_task("run_pipeline");
  const auto shown = std::make_shared<dials>(scene[connections]);
  const auto labels = std::make_shared<steady_feed>(executor, scene[arrival_rate], shown);
  small_store printers(executor, scene[connections], scene[service_time], *shown);
  asio::co_spawn(executor, arrivals(labels), rethrow);
  co_await run_pipeline(*labels, printers, scene[limit]);
}

} // namespace

WEIR_SCENE(.title = "More labels than a print shop can render",
           .caption = "Watch what is in flight, and where items wait. Then find a limit that keeps "
                      "the store busy with no more than 16 in flight.",
           .knobs = {limit, arrival_rate, connections, service_time},
           .goals = {{"never more than 16 items taken and not finished",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("in flight").max <= budget;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {}",
                                          static_cast<std::int64_t>(seen.gauge("in flight").max));
                      }},
                     {"the store's connections busy for 98 % of the time",
                      [](const weir::trace::summary& seen) {
                        const auto& busy = seen.gauge("connections busy");
                        return busy.mean >= 0.98 * busy.capacity;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} % of the time",
                            static_cast<std::int64_t>(100 * seen.gauge("connections busy").mean /
                                                      seen.gauge("connections busy").capacity));
                      }}},
           .body = monday, .horizon = 10s);

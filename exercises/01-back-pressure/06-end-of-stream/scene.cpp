/// \file
/// A night of readings: bursts at one end, a database that stops now and then at the other.
#include "stages.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int readings = 500;

const weir::knob<std::size_t> capacity{
    "capacity",
    {.value = 64,
     .min = 1,
     .max = 256,
     .unit = "items",
     .documentation = "Room in each of the two channels. It carries the stages over a pause."}};
const weir::knob<nanoseconds> read_time{
    "read-time",
    {.value = 1ms, .min = 0ms, .max = 50ms, .documentation = "For a reading out of an open file."}};
const weir::knob<nanoseconds> open_time{
    "open-time",
    {.value = 180ms, .min = 0ms, .max = 1s, .documentation = "For the next file, of 20 readings."}};
const weir::knob<nanoseconds> tariff_time{
    "tariff-time",
    {.value = 4ms, .min = 0ms, .max = 50ms, .documentation = "For the tariff of a reading."}};
const weir::knob<nanoseconds> write_time{
    "write-time",
    {.value = 5ms, .min = 0ms, .max = 50ms, .documentation = "For a write to the database."}};
const weir::knob<nanoseconds> stop_time{
    "stop-time",
    {.value = 150ms,
     .min = 0ms,
     .max = 1s,
     .documentation = "How long the database stops, once in 45 writes."}};

class night final : public reader, public transformer, public writer {
public:
  night(asio::any_io_executor executor, weir::scene_context& scene)
      : executor_(executor), scene_(scene) {}

  asio::awaitable<std::optional<int>> read() override {
    const int next = given_ + 1;
    if (next > readings)
      co_return std::nullopt;
    co_await pass(next % 20 == 1 ? scene_[open_time] : scene_[read_time]);
    given_ = next;
    ++read_;
    under_way_.add(1);
    co_return next;
  }

  asio::awaitable<int> transform(int item) override {
    co_await pass(scene_[tariff_time]);
    co_return item;
  }

  asio::awaitable<void> write(int item) override {
    writing_.set(1);
    co_await pass(item % 45 == 0 ? scene_[stop_time] : scene_[write_time]);
    writing_.set(0);
    ++written_;
    under_way_.subtract(1);
  }

private:
  asio::awaitable<void> pass(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::any_io_executor executor_;
  weir::scene_context& scene_;
  weir::counter read_{"read", "items"};
  weir::counter written_{"written", "items"};
  weir::gauge under_way_{"under way", {.unit = "items"}};
  weir::gauge writing_{"writing", {.capacity = 1}};
  int given_ = 0;
};

asio::awaitable<void> carry(weir::scene_context& scene) {
  auto executor = co_await asio::this_coro::executor;
  weir::name_this_task("run_stages");
  night tonight(executor, scene);
  co_await run_stages(tonight, tonight, tonight, scene[capacity]);
  weir::counter seconds("took", "ms");
  seconds.add(weir::now() / 1ms);
}

} // namespace

WEIR_SCENE(.title = "A night of 500 readings",
           .caption = "Watch how many readings are written. Once it is all of them, find the "
                      "capacity that makes the night short.",
           .knobs = {capacity, read_time, open_time, tariff_time, write_time, stop_time},
           .goals = {{"Everything that was read has been written",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("read").total > 0 &&
                               seen.counter("written").total == seen.counter("read").total;
                      }},
                     {"Done within 6 s, and never more than 20 items under way",
                      [](const weir::trace::summary& seen) {
                        return seen.counter("written").total == readings &&
                               seen.counter("took").total <= 6000 &&
                               seen.gauge("under way").max <= 20;
                      }}},
           .body = carry, .horizon = 30s);

/// \file
/// A night of readings: bursts at one end, a database that stops now and then at the other.
#include "stages.hpp"

#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int readings = 500;
constexpr int most_under_way = 20;

const weir::knob<std::size_t> capacity{
    "capacity",
    {.value = 64,
     .min = 1,
     .max = 256,
     .step = 1,
     .unit = "items",
     .documentation = "Room in each of the two channels. It carries the stages over a pause."}};
const weir::knob<nanoseconds> read_time{"read-time",
                                        {.value = 1ms,
                                         .min = 0ms,
                                         .max = 50ms,
                                         .step = 1ms,
                                         .documentation = "For a reading out of an open file."}};
const weir::knob<nanoseconds> open_time{"open-time",
                                        {.value = 180ms,
                                         .min = 0ms,
                                         .max = 1s,
                                         .step = 10ms,
                                         .documentation = "For the next file, of 20 readings."}};
const weir::knob<nanoseconds> tariff_time{"tariff-time",
                                          {.value = 4ms,
                                           .min = 0ms,
                                           .max = 50ms,
                                           .step = 1ms,
                                           .documentation = "For the tariff of a reading."}};
const weir::knob<nanoseconds> write_time{"write-time",
                                         {.value = 5ms,
                                          .min = 0ms,
                                          .max = 50ms,
                                          .step = 1ms,
                                          .documentation = "For a write to the database."}};
const weir::knob<nanoseconds> stop_time{
    "stop-time",
    {.value = 150ms,
     .min = 0ms,
     .max = 1s,
     .step = 10ms,
     .documentation = "How long the database stops, once in 45 writes."}};

class night final : public reader, public transformer, public writer {
public:
  night(asio::any_io_executor executor, weir::scene_context& scene)
      : executor_(executor),
        scene_(scene),
        raw_("to transform",
             {.capacity = static_cast<double>(scene[capacity]), .role = weir::source_role::queue}),
        ready_("to write", {.capacity = static_cast<double>(scene[capacity]),
                            .role = weir::source_role::queue}) {}

  asio::awaitable<std::optional<int>> read() override {
    const int next = given_ + 1;
    if (next > readings)
      co_return std::nullopt;
    co_await pass(next % 20 == 1 ? scene_[open_time] : scene_[read_time]);
    given_ = next;
    under_way_.add(1);
    spans_.emplace(
        next, item_spans{weir::span("reading", {weir::span_role::request, weir::no_parent}), {}});
    enter(next, raw_, "to transform", weir::span_role::waiting);
    co_return next;
  }

  asio::awaitable<int> transform(int item) override {
    enter(item, transformer_, "transform", weir::span_role::running);
    co_await pass(scene_[tariff_time]);
    enter(item, ready_, "to write", weir::span_role::waiting);
    co_return item;
  }

  asio::awaitable<void> write(int item) override {
    writing_.set(1);
    enter(item, writer_, "write", weir::span_role::running);
    co_await pass(item % 45 == 0 ? scene_[stop_time] : scene_[write_time]);
    writing_.set(0);
    under_way_.subtract(1);
    end(item, weir::outcome::ok);
    spans_.erase(item);
  }

  [[nodiscard]] bool lost_any() const { return !spans_.empty(); }

  /// Whatever has not been written by now never will be.
  void count_the_lost() {
    for (auto& [item, spans] : spans_)
      end(item, weir::outcome::dropped);
    spans_.clear();
  }

private:
  struct item_spans {
    weir::span whole;
    std::optional<weir::span> stage;
  };

  void enter(int item, weir::place& where, std::string_view stage, weir::span_role role) {
    where.enter(static_cast<std::uint64_t>(item));
    const auto found = spans_.find(item);
    if (found == spans_.end())
      return;
    item_spans& its = found->second;
    if (its.stage)
      its.stage->end();
    its.stage.emplace(stage, weir::span_options{role, its.whole.id()});
  }

  void end(int item, weir::outcome how) {
    const auto found = spans_.find(item);
    if (found == spans_.end())
      return;
    found->second.stage->end(how);
    found->second.whole.end(how);
    readings_.add(how, static_cast<std::uint64_t>(item));
  }

  asio::awaitable<void> pass(nanoseconds time) {
    asio::steady_timer timer(executor_, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::any_io_executor executor_;
  weir::scene_context& scene_;
  weir::gauge under_way_{
      "under way",
      {.capacity = most_under_way, .unit = "items", .role = weir::source_role::in_flight}};
  weir::gauge writing_{"writing", {.capacity = 1, .role = weir::source_role::busy}};
  weir::place raw_;
  weir::place transformer_{"transformer", {.capacity = 1, .role = weir::source_role::busy}};
  weir::place ready_;
  weir::place writer_{"writer", {.capacity = 1, .role = weir::source_role::busy}};
  weir::outcomes readings_{"readings"};
  std::map<int, item_spans> spans_; ///< of those under way
  int given_ = 0;
};

asio::awaitable<void> carry(weir::scene_context& scene) {
  auto executor = co_await asio::this_coro::executor;
  weir::name_this_task("run_stages");
  night tonight(executor, scene);
  co_await run_stages(tonight, tonight, tonight, scene[capacity]);
  if (tonight.lost_any()) {
    weir::note("run_stages() has returned, and readings are left behind");
    asio::steady_timer a_while(executor, 500ms); // in which one can see where they are
    co_await a_while.async_wait(asio::use_awaitable);
    tonight.count_the_lost();
  }
}

} // namespace

WEIR_SCENE(.title = "A night of 500 readings",
           .caption = "Watch how many readings are written and how many are lost. Once all are "
                      "written, find the capacity that makes the night short.",
           .knobs = {capacity, read_time, open_time, tariff_time, write_time, stop_time},
           .goals = {{"everything that was read has been written",
                      [](const weir::trace::summary& seen) {
                        const auto& ended = seen.outcome("readings");
                        return ended.total() > 0 && ended[weir::outcome::ok] == ended.total() &&
                               seen.gauge("under way").last == 0;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} of {}", seen.outcome("readings")[weir::outcome::ok],
                                          seen.outcome("readings").total());
                      }},
                     {"done within 6 s, and never more than 20 items under way",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("readings")[weir::outcome::ok] == readings &&
                               seen.length <= 6s && seen.gauge("under way").max <= most_under_way;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} ms, at most {}", seen.length / 1ms,
                                          static_cast<std::int64_t>(seen.gauge("under way").max));
                      }}},
           .body = carry, .horizon = 30s);

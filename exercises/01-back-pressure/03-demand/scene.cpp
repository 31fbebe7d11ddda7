/// \file
/// A subscriber who keeps a small stock of records, and an archive that takes its time.
#include "publisher.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const weir::knob<int> batch{
    "batch",
    {.value = 10,
     .min = 1,
     .max = 200,
     .unit = "records",
     .documentation = "How many records the subscriber asks for at a time."}};
const weir::knob<int> refill_at{
    "refill-at",
    {.value = 12,
     .min = 0,
     .max = 200,
     .unit = "records",
     .documentation =
         "It asks again when this many or fewer are in stock or still to come: its low "
         "watermark. 0: when it has nothing left."}};
const weir::knob<nanoseconds> work_time{
    "work-time",
    {.value = 2ms,
     .min = 0ms,
     .max = 20ms,
     .documentation = "How long the subscriber works on a record."}};
const weir::knob<nanoseconds> fetch_time{
    "fetch-time",
    {.value = 40ms,
     .min = 0ms,
     .max = 500ms,
     .documentation = "How long the archive takes for a page."}};
const weir::knob<int> page_size{"page-size",
                                {.value = 50,
                                 .min = 1,
                                 .max = 500,
                                 .unit = "records",
                                 .documentation = "How many records the archive puts on a page."}};

/// Never runs out of records.
class endless_archive final : public archive {
public:
  endless_archive(asio::any_io_executor executor, int size, nanoseconds time)
      : executor_(executor), size_(size), time_(time) {}

  asio::awaitable<std::vector<int>> next_page() override {
    fetching_.add(1);
    asio::steady_timer round_trip(executor_, time_);
    co_await round_trip.async_wait(asio::use_awaitable);
    fetching_.subtract(1);
    std::vector<int> page(static_cast<std::size_t>(size_));
    for (int& record : page)
      record = ++last_;
    held_by_publisher.add(size_);
    co_return page;
  }

  weir::gauge held_by_publisher{"held by the publisher", {.unit = "records"}};

private:
  asio::any_io_executor executor_;
  int size_;
  nanoseconds time_;
  int last_ = 0;
  weir::gauge fetching_{"pages being fetched", {.capacity = 1}};
};

class stocking_subscriber final : public subscriber {
public:
  stocking_subscriber(asio::any_io_executor executor, endless_archive& from, int how_many, int low)
      : from_(from),
        batch_(how_many),
        low_(low),
        arrived_(executor, asio::steady_timer::time_point::max()) {}

  void on_subscribe(std::shared_ptr<subscription> handle) override { handle_ = std::move(handle); }

  void on_next(int record) override {
    from_.held_by_publisher.subtract(1);
    stock_.push_back(record);
    stock_gauge_.set(static_cast<double>(stock_.size()));
    arrived_.cancel();
  }

  void on_error(boost::system::error_code why) override { weir::note("on_error({})", why); }

  void on_complete() override { weir::note("on_complete"); }

  asio::awaitable<void> work(nanoseconds per_record) {
    weir::name_this_task("subscriber");
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer busy(executor);
    int processed = 0;
    for (;; ++processed) {
      if (requested_ - processed <= low_)
        refill();
      while (stock_.empty()) {
        boost::system::error_code woken;
        co_await arrived_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      }
      stock_.pop_front();
      stock_gauge_.set(static_cast<double>(stock_.size()));
      busy.expires_after(per_record);
      co_await busy.async_wait(asio::use_awaitable);
      ++processed_counter_;
    }
  }

private:
  void refill() {
    requested_ += batch_;
    weir::note("request({})", batch_);
    handle_->request(batch_);
  }

  endless_archive& from_;
  int batch_;
  int low_;
  int requested_ = 0;
  std::deque<int> stock_;
  asio::steady_timer arrived_;
  std::shared_ptr<subscription> handle_;
  weir::gauge stock_gauge_{"waiting at the subscriber", {.capacity = 64, .unit = "records"}};
  weir::counter processed_counter_{"processed", "records"};
};

asio::awaitable<void> stream(weir::scene_context& scene) {
  auto executor = co_await asio::this_coro::executor;
  endless_archive from(executor, scene[page_size], scene[fetch_time]);
  stocking_subscriber to(executor, from, scene[batch], scene[refill_at]);
  from.held_by_publisher.limit(scene[page_size]);
  subscribe(executor, from, to);
  co_await to.work(scene[work_time]);
}

} // namespace

WEIR_SCENE(.title = "Demand, and what it is worth",
           .caption = "Watch the pages being fetched. Then turn batch and refill-at until the "
                      "subscriber never waits for the archive and never drowns in records.",
           .knobs = {batch, refill_at, work_time, fetch_time, page_size},
           .goals =
               {{"At least 4,800 records processed in 10 s, and never more than 64 waiting at the "
                 "subscriber",
                 [](const weir::trace::summary& seen) {
                   return seen.counter("processed").total >= 4'800 &&
                          seen.gauge("waiting at the subscriber").max <= 64;
                 }},
                {"The publisher never holds more than a page, and never fetches two at once",
                 [](const weir::trace::summary& seen) {
                   const auto& held = seen.gauge("held by the publisher");
                   return held.max <= held.capacity && seen.gauge("pages being fetched").max <= 1;
                 }}},
           .body = stream, .horizon = 10s);

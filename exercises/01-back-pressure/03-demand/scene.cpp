/// \file
/// A subscriber who keeps a small stock of records, and an archive that takes its time.
#include "publisher.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr int most_in_stock = 64;

const weir::knob<int> batch{
    "batch",
    {.value = 5,
     .min = 1,
     .max = 200,
     .step = 1,
     .unit = "records",
     .documentation = "How many records the subscriber asks for at a time."}};
const weir::knob<int> refill_at{
    "refill-at",
    {.value = 15,
     .min = 0,
     .max = 200,
     .step = 1,
     .unit = "records",
     .documentation =
         "It asks again when this many or fewer are in stock or still to come: its low "
         "watermark. 0: when it has nothing left."}};
const weir::knob<nanoseconds> work_time{
    "work-time",
    {.value = 2ms,
     .min = 0ms,
     .max = 20ms,
     .step = 1ms,
     .documentation = "How long the subscriber works on a record."}};
const weir::knob<nanoseconds> fetch_time{
    "fetch-time",
    {.value = 40ms,
     .min = 0ms,
     .max = 500ms,
     .step = 10ms,
     .documentation = "How long the archive takes for a page."}};
const weir::knob<int> page_size{"page-size",
                                {.value = 50,
                                 .min = 1,
                                 .max = 500,
                                 .step = 1,
                                 .unit = "records",
                                 .documentation = "How many records the archive puts on a page."}};

/// Never runs out of records.
class endless_archive final : public archive {
public:
  endless_archive(asio::any_io_executor executor, int size, nanoseconds time)
      : executor_(executor),
        size_(size),
        time_(time),
        fetched_("publisher",
                 {.capacity = static_cast<double>(size), .role = weir::source_role::waiting}) {}

  asio::awaitable<std::vector<int>> next_page() override {
    fetching_.add(1);
    const weir::span fetch("fetch a page", {.role = weir::span_role::running});
    asio::steady_timer round_trip(executor_, time_);
    co_await round_trip.async_wait(asio::use_awaitable);
    fetching_.subtract(1);
    std::vector<int> page(static_cast<std::size_t>(size_));
    for (int& record : page) {
      record = ++last_;
      fetched_.enter(static_cast<std::uint64_t>(record));
    }
    held_by_publisher.add(size_);
    co_return page;
  }

  weir::gauge held_by_publisher{"held by the publisher",
                                {.unit = "records", .role = weir::source_role::waiting}};

private:
  asio::any_io_executor executor_;
  int size_;
  nanoseconds time_;
  int last_ = 0;
  weir::gauge fetching_{"pages being fetched", {.capacity = 1, .role = weir::source_role::busy}};
  weir::place fetched_;
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
    in_stock_.enter(static_cast<std::uint64_t>(record));
    show_delivery();
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
      if (stock_.empty())
        co_await wait_for_records();
      const auto record = static_cast<std::uint64_t>(stock_.front());
      stock_.pop_front();
      at_work_.enter(record);
      stock_gauge_.set(static_cast<double>(stock_.size()));
      busy.expires_after(per_record);
      co_await busy.async_wait(asio::use_awaitable);
      records_.add(weir::outcome::ok, record);
    }
  }

private:
  asio::awaitable<void> wait_for_records() {
    const weir::span waits("nothing to work on", {weir::span_role::waiting, weir::no_parent});
    while (stock_.empty()) {
      boost::system::error_code woken;
      co_await arrived_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
  }

  void refill() {
    requested_ += batch_;
    weir::note("request({})", batch_);
    requests_.push_back(weir::span("request", {weir::span_role::request, weir::no_parent}));
    handle_->request(batch_);
  }

  /// A request has been answered when its last record is there.
  void show_delivery() {
    ++delivered_;
    if (delivered_ % batch_ != 0 || requests_.empty())
      return;
    requests_.front().end();
    requests_.pop_front();
  }

  endless_archive& from_;
  int batch_;
  int low_;
  int requested_ = 0;
  int delivered_ = 0;
  std::deque<int> stock_;
  std::deque<weir::span> requests_; ///< not answered yet
  asio::steady_timer arrived_;
  std::shared_ptr<subscription> handle_;
  weir::gauge stock_gauge_{
      "waiting at the subscriber",
      {.capacity = most_in_stock, .unit = "records", .role = weir::source_role::queue}};
  weir::place in_stock_{"stock", {.capacity = most_in_stock, .role = weir::source_role::queue}};
  weir::place at_work_{"at work", {.capacity = 1, .role = weir::source_role::busy}};
  weir::outcomes records_{"records"};
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
           .caption = "Watch the pages being fetched and the records at the publisher. Then turn "
                      "batch and refill-at until the subscriber neither waits nor drowns.",
           .knobs = {batch, refill_at, work_time, fetch_time, page_size},
           .goals = {{"at least 4,800 records in 10 s, and never more than 64 in stock",
                      [](const weir::trace::summary& seen) {
                        return seen.outcome("records")[weir::outcome::ok] >= 4'800 &&
                               seen.gauge("waiting at the subscriber").max <= most_in_stock;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "{} records, at most {} in stock",
                            seen.outcome("records")[weir::outcome::ok],
                            static_cast<std::int64_t>(seen.gauge("waiting at the subscriber").max));
                      }},
                     {"the publisher never holds more than a page, nor fetches two at once",
                      [](const weir::trace::summary& seen) {
                        const auto& held = seen.gauge("held by the publisher");
                        return held.max <= held.capacity &&
                               seen.gauge("pages being fetched").max <= 1;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "at most {} held, {} fetched at once",
                            static_cast<std::int64_t>(seen.gauge("held by the publisher").max),
                            static_cast<std::int64_t>(seen.gauge("pages being fetched").max));
                      }}},
           .body = stream, .horizon = 10s);

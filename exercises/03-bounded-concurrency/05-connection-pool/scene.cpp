/// \file
/// A database that restarts, and the pool in front of it.
#include "pool.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/arrivals.hpp>
#include <weir/world/service.hpp>
#include <weir/world/source.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>

using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;

constexpr int allowed_at_once = 16;
constexpr nanoseconds outage_begins = 3s;

/// So that nobody is inside the pool when the curtain falls.
constexpr nanoseconds closes_before_the_end = 500ms;

const weir::knob<int> arrival_rate{"arrival-rate",
                                   {.value = 140,
                                    .min = 10,
                                    .max = 400,
                                    .step = 10,
                                    .unit = "/s",
                                    .documentation = "Requests that come."}};

const weir::knob<int> size_of_pool{"size",
                                   {.value = 7,
                                    .min = 1,
                                    .max = 60,
                                    .step = 1,
                                    .unit = "connections",
                                    .documentation = "Of the pool."}};

const weir::knob<nanoseconds> patience{
    "acquire-deadline",
    {.value = 100ms,
     .min = 10ms,
     .max = 2s,
     .step = 10ms,
     .unit = {},
     .documentation = "How long a request waits for a connection."}};

const weir::knob<nanoseconds> query_time{"query-time",
                                         {.value = 50ms,
                                          .min = 1ms,
                                          .max = 500ms,
                                          .step = 1ms,
                                          .unit = {},
                                          .documentation = "What a query takes, in the median."}};

const weir::knob<nanoseconds> connect_time{
    "connect-time",
    {.value = 20ms,
     .min = 1ms,
     .max = 500ms,
     .step = 1ms,
     .unit = {},
     .documentation = "What it takes to open a connection."}};

const weir::knob<nanoseconds> outage{
    "outage",
    {.value = 500ms,
     .min = 0ms,
     .max = 5s,
     .step = 100ms,
     .unit = {},
     .documentation =
         "For how long the database is away, from 3 s on. Every connection breaks, and "
         "none can be opened."}};

const weir::knob<double> breaks{
    "breaks",
    {.value = 0.5,
     .min = 0,
     .max = 20,
     .step = 0.5,
     .unit = "%",
     .documentation = "Queries that end with a broken connection, at any time."}};

/// What a dashboard shows; everything else reports to it.
struct dials {
  explicit dials(int pool_size)
      : size(pool_size),
        connections("connections",
                    {.capacity = static_cast<double>(pool_size), .role = weir::source_role::busy}) {
  }

  void show() {
    const double there = connections.value();
    unused.set(waiting.value() > opening ? size - there : 0);
  }

  int size;
  int opening = 0;
  weir::gauge connections;
  weir::gauge waiting{"in acquire", {.unit = "requests", .role = weir::source_role::waiting}};
  weir::gauge unused{"places out of use while somebody waits", {.capacity = 0, .unit = {}}};
};

class socket_to_database final : public connection {
public:
  explicit socket_to_database(dials& on) : shown_(on), opened_(weir::now()) {}

  socket_to_database(const socket_to_database&) = delete;
  socket_to_database& operator=(const socket_to_database&) = delete;

  ~socket_to_database() override {
    shown_.connections.subtract(1);
    shown_.show();
  }

  [[nodiscard]] bool broken() const override {
    return failed || (opened_ < outage_begins && weir::now() >= outage_begins);
  }

  bool failed = false;

private:
  dials& shown_;
  nanoseconds opened_;
};

class server final : public database {
public:
  server(asio::any_io_executor executor, const weir::scene_context& scene, dials& on)
      : executor_(executor),
        connect_time_(scene[connect_time]),
        back_at_(outage_begins + scene[outage]),
        shown_(on),
        queries(std::move(executor),
                {.name = "database",
                 .capacity = allowed_at_once,
                 .latency = weir::world::lognormal(scene[query_time], 0.4),
                 .faults = {{.during = {outage_begins, back_at_},
                             .error = weir::world::error::connection_reset,
                             .after = 2ms},
                            {.probability = scene[breaks] / 100,
                             .error = weir::world::error::connection_reset}}}) {}

  asio::awaitable<std::unique_ptr<connection>> connect() override {
    opening_ends counted(shown_);
    const nanoseconds now = weir::now();
    const bool away = now >= outage_begins && now < back_at_;
    asio::steady_timer timer(executor_, away ? 2ms : connect_time_);
    co_await timer.async_wait(asio::use_awaitable);
    if (away)
      throw boost::system::system_error(asio::error::connection_refused);
    counted.opened = true;
    std::unique_ptr<connection> made = std::make_unique<socket_to_database>(shown_);
    co_return made;
  }

private:
  /// It counts as a connection from the first packet on.
  struct opening_ends {
    explicit opening_ends(dials& on) : shown(on) {
      ++shown.opening;
      shown.connections.add(1);
      shown.show();
    }

    opening_ends(const opening_ends&) = delete;
    opening_ends& operator=(const opening_ends&) = delete;

    ~opening_ends() {
      --shown.opening;
      if (!opened)
        shown.connections.subtract(1);
      shown.show();
    }

    dials& shown;
    bool opened = false;
  };

  asio::any_io_executor executor_;
  nanoseconds connect_time_;
  nanoseconds back_at_;
  dials& shown_;

public:
  weir::world::service queries;
};

/// Everything that the requests share; the last of them to go takes it down.
struct shop {
  shop(asio::any_io_executor executor, const weir::scene_context& scene)
      : shown(scene[size_of_pool]),
        base(executor, scene, shown),
        pool(make_connection_pool(executor, base, static_cast<std::size_t>(scene[size_of_pool]))),
        waits_so_long(scene[patience]),
        working("database", {.capacity = static_cast<double>(scene[size_of_pool]),
                             .role = weir::source_role::busy}) {}

  weir::place in_line{"pool", {.role = weir::source_role::waiting}};
  dials shown;
  server base;
  std::unique_ptr<connection_pool> pool;
  nanoseconds waits_so_long;
  weir::place working;
  weir::outcomes requests{"requests"};
};

/// The connection, or no connection and the reason.
asio::awaitable<std::optional<lease>> acquire(shop& at, weir::outcome& how) {
  at.shown.waiting.add(1);
  at.shown.show();
  const weir::span waits("in acquire", {.role = weir::span_role::waiting});
  std::optional<lease> got;
  try {
    asio::awaitable<lease> one =
        at.pool->acquire(std::chrono::steady_clock::now() + at.waits_so_long);
    got.emplace(co_await std::move(one));
  } catch (const boost::system::system_error& error) {
    how = error.code() == asio::error::timed_out ? weir::outcome::timed_out : weir::outcome::failed;
  }
  at.shown.waiting.subtract(1);
  at.shown.show();
  co_return got;
}

asio::awaitable<void> handle(std::shared_ptr<shop> at, std::uint64_t id) {
  weir::name_this_task("request");
  weir::span request("request", {.role = weir::span_role::request});
  at->in_line.enter(id);
  weir::outcome how = weir::outcome::ok;
  std::optional<lease> mine = co_await acquire(*at, how);
  if (mine) {
    at->working.enter(id);
    weir::span query("query", {.role = weir::span_role::attempt});
    try {
      asio::awaitable<weir::world::reply> answer = at->base.queries.call({.id = id});
      co_await std::move(answer);
    } catch (const boost::system::system_error&) {
      dynamic_cast<socket_to_database&>(**mine).failed = true;
      how = weir::outcome::failed;
    }
    query.end(how);
    mine.reset();
  }
  at->requests.add(how, id);
  request.end(how);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> evening(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  const auto at = std::make_shared<shop>(executor, scene);
  weir::world::source requests(
      executor,
      {.name = "requests",
       .arrivals = weir::world::poisson({.per_second = static_cast<double>(scene[arrival_rate])}),
       .lasting = scene.horizon() - closes_before_the_end});
  while (const std::optional<weir::world::item> next = co_await requests.next())
    asio::co_spawn(executor, handle(at, next->number), rethrow);
  asio::steady_timer end(executor, std::chrono::steady_clock::time_point(scene.horizon()));
  co_await end.async_wait(asio::use_awaitable);
}

bool answered(const weir::trace::summary& seen) {
  const auto& requests = seen.outcome("requests");
  return requests[weir::outcome::ok] * 100 >= requests.total() * 90;
}

/// What lasts for an instant, between a return and the next opening, does not count.
bool whole(const weir::trace::summary& seen) {
  return seen.gauge("places out of use while somebody waits").mean < 0.5;
}

bool few_enough(const weir::trace::summary& seen) {
  return seen.gauge("connections").max <= allowed_at_once;
}

} // namespace

WEIR_SCENE(
        .title = "A database restarts",
        .caption = "Watch how many connections there are after the outage at 3 s, while requests "
                   "wait. When the pool comes back whole, find a size that serves the traffic.",
        .knobs = {arrival_rate, size_of_pool, patience, query_time, connect_time, outage, breaks},
        .goals = {{"at least 90 of 100 requests are answered", answered,
                   [](const weir::trace::summary& seen) {
                     return weir::text("{} of {}", seen.outcome("requests")[weir::outcome::ok],
                                       seen.outcome("requests").total());
                   }},
                  {"the pool comes back whole: no places out of use while somebody waits", whole,
                   [](const weir::trace::summary& seen) {
                     return weir::text(
                         "{} on average",
                         std::round(10 *
                                    seen.gauge("places out of use while somebody waits").mean) /
                             10);
                   }},
                  {"never more than 16 connections at the database", few_enough,
                   [](const weir::trace::summary& seen) {
                     return weir::text("at most {}",
                                       static_cast<std::int64_t>(seen.gauge("connections").max));
                   }}},
        .body = evening, .horizon = 10s);

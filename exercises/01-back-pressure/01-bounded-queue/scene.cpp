#include "queue.hpp"

#include <weir/knob.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/scene.hpp>
#include <weir/world/distribution.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <vector>

using namespace std::chrono_literals;

namespace {

const weir::knob<int> connections{
    "connections",
    {.value = 200,
     .min = 1,
     .max = 400,
     .step = 1,
     .unit = {},
     .documentation = "How many connections push. Each waits for its push before it goes on."}};

const weir::knob<std::chrono::nanoseconds> pause_between{
    "pause",
    {.value = 1s,
     .min = 10ms,
     .max = 10s,
     .step = 10ms,
     .unit = {},
     .documentation = "Between two uploads of a connection, on average (exponential)."}};

const weir::knob<int> capacity{
    "capacity",
    {.value = 64,
     .min = 0,
     .max = 256,
     .step = 1,
     .unit = "uploads",
     .documentation = "Of the queue. An accepted upload holds 8 MB until it is rendered; 0 makes a "
                      "rendezvous."}};

const weir::knob<int> renderers{
    "renderers",
    {.value = 1,
     .min = 1,
     .max = 8,
     .step = 1,
     .unit = {},
     .documentation = "How many renderers pop. Each leaves when it is told that nothing is left."}};

const weir::knob<std::chrono::nanoseconds> render_time{
    "render-time",
    {.value = 5ms,
     .min = 1ms,
     .max = 100ms,
     .step = 1ms,
     .unit = {},
     .documentation = "What an ordinary picture takes."}};

const weir::knob<std::chrono::nanoseconds> panorama_time{
    "panorama-time",
    {.value = 1s,
     .min = 100ms,
     .max = 5s,
     .step = 100ms,
     .unit = {},
     .documentation = "What every 500th picture takes."}};

/// Everything that connections and renderers share; the last of them to go takes it down.
struct service {
  service(asio::any_io_executor executor, std::size_t bound, int takers)
      : queue(make_bounded_queue(std::move(executor), bound)),
        depth("queue depth", {.capacity = static_cast<double>(bound),
                              .unit = "uploads",
                              .role = weir::source_role::queue}),
        at_work("renderers at work",
                {.capacity = static_cast<double>(takers), .role = weir::source_role::busy}),
        in_queue("queue",
                 {.capacity = static_cast<double>(bound), .role = weir::source_role::queue}),
        rendering("renderer",
                  {.capacity = static_cast<double>(takers), .role = weir::source_role::busy}) {}

  std::unique_ptr<bounded_queue> queue;
  weir::gauge depth;
  weir::gauge waiting{"connections waiting in push", {.role = weir::source_role::waiting}};
  weir::gauge at_work;
  weir::place phone{"connection"};
  weir::place in_queue;
  weir::place rendering;
  weir::outcomes uploads{"uploads"};

  /// Those that were taken before their push could say so are never "in the queue".
  struct upload_spans {
    weir::span whole;
    std::optional<weir::span> stage;
    bool taken = false;

    void enter(std::string_view name, weir::span_role role) {
      leave();
      stage.emplace(name, weir::span_options{role, whole.id()});
    }

    void leave() {
      if (stage)
        stage->end();
    }
  };

  std::vector<upload_spans> spans; ///< by upload

  std::size_t begin_upload() {
    spans.push_back({weir::span("upload", {weir::span_role::request, weir::no_parent}), {}});
    spans.back().enter("in push", weir::span_role::waiting);
    phone.enter(spans.size());
    waiting.add(1);
    return spans.size() - 1;
  }

  void accept(std::size_t upload) {
    waiting.subtract(1);
    if (!spans[upload].taken) {
      spans[upload].enter("in the queue", weir::span_role::waiting);
      in_queue.enter(upload + 1);
    }
    depth.set(static_cast<double>(queue->size()));
  }

  void take(std::size_t upload) {
    spans[upload].taken = true;
    spans[upload].enter("rendering", weir::span_role::running);
    rendering.enter(upload + 1);
    depth.set(static_cast<double>(queue->size()));
  }

  void finish(std::size_t upload) {
    spans[upload].leave();
    spans[upload].whole.end();
    uploads.add(weir::outcome::ok, upload + 1);
  }
};

asio::awaitable<void> connection(std::shared_ptr<service> photos, weir::random_stream random,
                                 std::chrono::nanoseconds mean_pause) {
  weir::name_this_task("connection");
  auto pause = weir::world::exponential(mean_pause);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(pause.draw(random));
    co_await timer.async_wait(asio::use_awaitable);
    const std::size_t upload = photos->begin_upload();
    co_await photos->queue->push(static_cast<int>(upload));
    photos->accept(upload);
  }
}

asio::awaitable<void> renderer(std::shared_ptr<service> photos, std::chrono::nanoseconds picture,
                               std::chrono::nanoseconds panorama) {
  weir::name_this_task("renderer");
  asio::steady_timer timer(co_await asio::this_coro::executor);
  photos->at_work.add(1);
  while (const std::optional<int> next = co_await photos->queue->pop()) {
    const auto upload = static_cast<std::size_t>(*next);
    photos->take(upload);
    timer.expires_after(upload % 500 == 499 ? panorama : picture);
    co_await timer.async_wait(asio::use_awaitable);
    photos->finish(upload);
  }
  photos->at_work.subtract(1);
}

/// Of a task that nobody awaits: what it throws ends the run, where asio::detached would hide it.
void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> evening(weir::scene_context& scene) {
  const auto executor = co_await asio::this_coro::executor;
  auto photos = std::make_shared<service>(executor, static_cast<std::size_t>(scene[capacity]),
                                          scene[renderers]);
  for (int i = 0; i < scene[renderers]; ++i) {
    asio::co_spawn(executor, renderer(photos, scene[render_time], scene[panorama_time]), rethrow);
  }
  for (int i = 0; i < scene[connections]; ++i) {
    auto random = weir::stream(weir::text("connection {}", i));
    asio::co_spawn(executor, connection(photos, random, scene[pause_between]), rethrow);
  }
  asio::steady_timer closing_time(executor, scene.horizon());
  co_await closing_time.async_wait(asio::use_awaitable);
}

bool depth_bounded(const weir::trace::summary& seen) {
  const auto& depth = seen.gauge("queue depth");
  return depth.max <= depth.capacity;
}

/// With a rendezvous there may be none.
bool short_wait(const weir::trace::summary& seen) {
  const auto stays =
      std::ranges::find(seen.spans, "in the queue", &weir::trace::span_summary::name);
  return stays == seen.spans.end() || stays->p99 <= 200ms;
}

std::string wait_reached(const weir::trace::summary& seen) {
  const auto stays =
      std::ranges::find(seen.spans, "in the queue", &weir::trace::span_summary::name);
  return stays == seen.spans.end() ? "none was in it"
                                   : weir::text("99 of 100 for {} ms", stays->p99 / 1ms);
}

bool busy_enough(const weir::trace::summary& seen) {
  return seen.outcome("uploads")[weir::outcome::ok] >= 1300;
}

} // namespace

WEIR_SCENE(.title = "Two hundred connections, one renderer",
           .caption = "Watch the queue while a panorama holds the renderer up, and how long "
                      "uploads lie in it. Then turn the capacity down: who waits now?",
           .knobs = {connections, pause_between, capacity, renderers, render_time, panorama_time},
           .goals = {{"the depth never exceeds the capacity", depth_bounded,
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {}",
                                          static_cast<std::int64_t>(seen.gauge("queue depth").max));
                      }},
                     {"99 of 100 uploads are in the queue for at most 200 ms", short_wait,
                      wait_reached},
                     {"at least 1,300 uploads are rendered in ten seconds", busy_enough,
                      [](const weir::trace::summary& seen) {
                        return weir::text("{} uploads", seen.outcome("uploads")[weir::outcome::ok]);
                      }}},
           .body = evening, .horizon = 10s);

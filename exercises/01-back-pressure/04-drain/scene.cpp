/// \file
/// A fast feed, a thin link, and the writer between them.
#include "writer.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <chrono>
#include <functional>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t budget = 16 * kibibyte;

const weir::knob<std::size_t> high{
    "high",
    {.value = 64 * kibibyte,
     .min = 0,
     .max = 256 * kibibyte,
     .unit = "B",
     .documentation = "High mark: the writer pauses above. It bounds memory."}};
const weir::knob<std::size_t> low{"low",
                                  {.value = 0,
                                   .min = 0,
                                   .max = 256 * kibibyte,
                                   .unit = "B",
                                   .documentation =
                                       "Low mark: the writer resumes at or below. It keeps the "
                                       "link busy while the feed gets going again. At most "
                                       "the high mark; beyond, the high mark is taken."}};
const weir::knob<std::size_t> link_rate{"link-rate",
                                        {.value = 64 * kibibyte,
                                         .min = kibibyte,
                                         .max = 1024 * kibibyte,
                                         .unit = "B/s",
                                         .documentation = "How much the link carries."}};
const weir::knob<nanoseconds> restart_time{
    "restart-time",
    {.value = 20ms,
     .min = 0ms,
     .max = 500ms,
     .documentation = "How long the feed takes for its next message after it has been stopped."}};
const weir::knob<std::size_t> message_size{"message-size",
                                           {.value = 512,
                                            .min = 1,
                                            .max = 16 * kibibyte,
                                            .unit = "B",
                                            .documentation = "Bytes in a message."}};

/// Carries so many bytes a second.
class thin_link final : public transport {
public:
  thin_link(asio::any_io_executor executor, std::size_t bytes_per_second)
      : executor_(executor), seconds_per_byte_(1.0 / static_cast<double>(bytes_per_second)) {}

  asio::awaitable<void> send(std::string_view message) override {
    about_to_send();
    busy_.set(1);
    const std::chrono::duration<double> takes(seconds_per_byte_ *
                                              static_cast<double>(message.size()));
    asio::steady_timer on_its_way(executor_, std::chrono::duration_cast<nanoseconds>(takes));
    co_await on_its_way.async_wait(asio::use_awaitable);
    busy_.set(0);
    ++sent_;
  }

  std::function<void()> about_to_send = [] {
  };

private:
  asio::any_io_executor executor_;
  double seconds_per_byte_;
  weir::gauge busy_{"link busy", {.capacity = 1}};
  weir::counter sent_{"sent", "messages"};
};

/// A message a millisecond for as long as somebody asks; it stops when nobody has asked for one.
class restarting_feed final : public feed {
public:
  restarting_feed(asio::any_io_executor executor, std::size_t size, nanoseconds restart)
      : executor_(executor), size_(size), restart_(restart) {}

  asio::awaitable<std::optional<std::string>> next() override {
    const bool stopped = steady_clock::now() > given_at_;
    if (stopped && given_any_)
      ++stops_;
    asio::steady_timer ready(executor_, stopped ? restart_ : 1ms);
    co_await ready.async_wait(asio::use_awaitable);
    given_at_ = steady_clock::now();
    given_any_ = true;
    co_return std::string(size_, '.');
  }

private:
  asio::any_io_executor executor_;
  std::size_t size_;
  nanoseconds restart_;
  steady_clock::time_point given_at_ = steady_clock::now();
  bool given_any_ = false;
  weir::counter stops_{"feed stopped", "times"};
};

/// The reader's writer, with its level on show.
class shown_writer final : public paced_writer {
public:
  shown_writer(asio::any_io_executor executor, transport& to, watermarks marks)
      : inner_(make_paced_writer(executor, to, marks)) {}

  void write(std::string message) override {
    inner_->write(std::move(message));
    show();
  }

  asio::awaitable<void> drain() override { return inner_->drain(); }

  asio::awaitable<void> close() override { return inner_->close(); }

  [[nodiscard]] std::size_t buffered() const override { return inner_->buffered(); }

  void show() { level_.set(static_cast<double>(inner_->buffered())); }

private:
  std::unique_ptr<paced_writer> inner_;
  weir::gauge level_{"buffered", {.capacity = budget, .unit = "B"}};
};

asio::awaitable<void> catch_up(weir::scene_context& scene) {
  auto executor = co_await asio::this_coro::executor;
  weir::name_this_task("forward");
  thin_link link(executor, scene[link_rate]);
  restarting_feed positions(executor, scene[message_size], scene[restart_time]);
  const watermarks marks{.low = std::min(scene[low], scene[high]), .high = scene[high]};
  shown_writer writer(executor, link, marks);
  link.about_to_send = [&writer] {
    writer.show();
  };
  co_await forward(positions, writer);
}

} // namespace

WEIR_SCENE(.title = "A fast feed and a thin link",
           .caption = "Watch what is buffered. Then bring it down to 16 KiB without letting the "
                      "link run dry or stopping the feed all the time.",
           .knobs = {high, low, link_rate, restart_time, message_size},
           .goals = {{"Never more than 16 KiB buffered",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("buffered").max <= budget;
                      }},
                     {"The link busy for 98 % of the time, and the feed stopped no more than 60 "
                      "times in 10 s",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("link busy").mean >= 0.98 &&
                               seen.counter("feed stopped").total <= 60;
                      }}},
           .body = catch_up, .horizon = 10s);

/// \file
/// A fast feed, a thin link, and the writer between them.
#include "writer.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
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
     .step = 512,
     .unit = "B",
     .documentation = "High mark: the writer pauses above. It bounds memory."}};
const weir::knob<std::size_t> low{"low",
                                  {.value = 0,
                                   .min = 0,
                                   .max = 256 * kibibyte,
                                   .step = 512,
                                   .unit = "B",
                                   .documentation =
                                       "Low mark: the writer resumes at or below. It keeps the "
                                       "link busy while the feed gets going again. At most "
                                       "the high mark; beyond, the high mark is taken."}};
const weir::knob<std::size_t> link_rate{"link-rate",
                                        {.value = 64 * kibibyte,
                                         .min = kibibyte,
                                         .max = 1024 * kibibyte,
                                         .step = kibibyte,
                                         .unit = "B/s",
                                         .documentation = "How much the link carries."}};
const weir::knob<nanoseconds> restart_time{
    "restart-time",
    {.value = 20ms,
     .min = 0ms,
     .max = 500ms,
     .step = 1ms,
     .documentation = "How long the feed takes for its next message after it has been stopped."}};
const weir::knob<std::size_t> message_size{"message-size",
                                           {.value = kibibyte,
                                            .min = 64,
                                            .max = 16 * kibibyte,
                                            .step = 64,
                                            .unit = "B",
                                            .documentation = "Bytes in a message."}};

/// Carries so many bytes a second.
class thin_link final : public transport {
public:
  thin_link(asio::any_io_executor executor, std::size_t bytes_per_second, std::size_t bytes)
      : executor_(executor),
        seconds_per_byte_(1.0 / static_cast<double>(bytes_per_second)),
        message_size_(bytes) {}

  asio::awaitable<void> send(std::string_view message) override {
    const std::uint64_t first = begun_ + 1;
    begun_ += message.size() / message_size_; // a writer may send several at once
    weir::span sending("on the link", {weir::span_role::running, about_to_send(first)});
    for (std::uint64_t id = first; id <= begun_; ++id)
      on_the_link_.enter(id);
    busy_.set(1);
    const std::chrono::duration<double> takes(seconds_per_byte_ *
                                              static_cast<double>(message.size()));
    asio::steady_timer on_its_way(executor_, std::chrono::duration_cast<nanoseconds>(takes));
    co_await on_its_way.async_wait(asio::use_awaitable);
    busy_.set(0);
    sending.end();
    for (std::uint64_t id = first; id <= begun_; ++id) {
      sent_.add(weir::outcome::ok, id);
      has_sent();
    }
  }

  /// Gives the span of the message.
  std::function<std::uint64_t(std::uint64_t)> about_to_send;
  std::function<void()> has_sent;

private:
  asio::any_io_executor executor_;
  double seconds_per_byte_;
  std::size_t message_size_;
  weir::gauge busy_{"link busy", {.capacity = 1, .role = weir::source_role::busy}};
  std::uint64_t begun_ = 0;
  weir::place on_the_link_{"link", {.capacity = 1, .role = weir::source_role::busy}};
  weir::outcomes sent_{"messages"};
};

/// A message every two milliseconds for as long as somebody asks; it stops when nobody has asked
/// for one.
class restarting_feed final : public feed {
public:
  restarting_feed(asio::any_io_executor executor, std::size_t size, nanoseconds restart)
      : executor_(executor), size_(size), restart_(restart) {}

  asio::awaitable<std::optional<std::string>> next() override {
    const bool stopped = steady_clock::now() > given_at_;
    if (stopped && given_any_)
      ++stops_;
    asio::steady_timer ready(executor_, stopped ? restart_ : 2ms);
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
  shown_writer(asio::any_io_executor executor, transport& to, watermarks marks, std::size_t message)
      : inner_(make_paced_writer(executor, to, marks)),
        room_("buffer", {.capacity = static_cast<double>(budget / message),
                         .role = weir::source_role::queue}) {}

  void write(std::string message) override {
    messages_.push_back(weir::span("message", {weir::span_role::request, weir::no_parent}));
    room_.enter(++written_);
    inner_->write(std::move(message));
    show();
  }

  asio::awaitable<void> drain() override {
    paused_.set(1);
    const weir::span waits("in drain()", {weir::span_role::waiting, weir::no_parent});
    co_await inner_->drain();
    paused_.set(0);
  }

  /// Messages leave in the order in which they were written.
  [[nodiscard]] std::uint64_t span_of(std::uint64_t message) const {
    const std::uint64_t index = message - gone_ - 1;
    return index < messages_.size() ? messages_[index].id() : weir::no_parent;
  }

  void has_sent() {
    if (messages_.empty())
      return;
    messages_.front().end();
    messages_.pop_front();
    ++gone_;
  }

  asio::awaitable<void> close() override { return inner_->close(); }

  [[nodiscard]] std::size_t buffered() const override { return inner_->buffered(); }

  void show() { level_.set(static_cast<double>(inner_->buffered())); }

private:
  std::unique_ptr<paced_writer> inner_;
  weir::gauge level_{"buffered",
                     {.capacity = budget, .unit = "B", .role = weir::source_role::queue}};
  weir::gauge paused_{"writer in drain()", {.role = weir::source_role::waiting}};
  weir::place room_;
  std::deque<weir::span> messages_; ///< not gone yet
  std::uint64_t written_ = 0;
  std::uint64_t gone_ = 0;
};

asio::awaitable<void> catch_up(weir::scene_context& scene) {
  auto executor = co_await asio::this_coro::executor;
  weir::name_this_task("forward");
  thin_link link(executor, scene[link_rate], scene[message_size]);
  restarting_feed positions(executor, scene[message_size], scene[restart_time]);
  const watermarks marks{.low = std::min(scene[low], scene[high]), .high = scene[high]};
  shown_writer writer(executor, link, marks, scene[message_size]);
  link.about_to_send = [&writer](std::uint64_t message) {
    writer.show();
    return writer.span_of(message);
  };
  link.has_sent = [&writer] {
    writer.has_sent();
  };
  co_await forward(positions, writer);
}

} // namespace

WEIR_SCENE(.title = "A fast feed and a thin link",
           .caption =
               "Watch what is buffered. Then turn the two marks, high and low: below 16 KiB, "
               "the link never dry, and the feed not stopped all the time.",
           .knobs = {high, low, link_rate, restart_time, message_size},
           .goals = {{"never more than 16 KiB buffered",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("buffered").max <= budget;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text("at most {} KiB",
                                          static_cast<std::int64_t>(seen.gauge("buffered").max) /
                                              1024);
                      }},
                     {"the link busy for 98 % of the time, the feed stopped at most 60 times",
                      [](const weir::trace::summary& seen) {
                        return seen.gauge("link busy").mean >= 0.98 &&
                               seen.counter("feed stopped").total <= 60;
                      },
                      [](const weir::trace::summary& seen) {
                        return weir::text(
                            "busy for {} %, stopped {} times",
                            static_cast<std::int64_t>(100 * seen.gauge("link busy").mean),
                            seen.counter("feed stopped").total);
                      }}},
           .body = catch_up, .horizon = 10s);

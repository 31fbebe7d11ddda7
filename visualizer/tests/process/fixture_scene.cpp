#include "fixture.hpp"

#include <weir/probe.hpp>
#include <weir/scene.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;

const weir::knob<std::int64_t> steps{
    "steps",
    {.value = 100, .min = 1, .max = 1'000'000, .step = 1, .unit = {}, .documentation = "Values."}};
const weir::knob<mischief> trouble{
    "trouble",
    {"none", "crash", "hang", "leave", "complain", "kill", "fork", "escape"},
    mischief::none,
    "What goes wrong."};

boost::asio::awaitable<void> climb(weir::scene_context& scene) {
  do_mischief(scene[trouble]);
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  weir::gauge height("height", {.capacity = 50, .unit = "m"});
  weir::gauge build("version");
  build.set(version());
  weir::gauge counted("visits");
  counted.set(visits());
  for (std::int64_t i = 1; i <= scene[steps]; ++i) {
    height.set(static_cast<double>(i));
    timer.expires_after(1us);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

bool low(const weir::trace::summary& seen) {
  return seen.gauge("height").max <= 50;
}

std::string top(const weir::trace::summary& seen) {
  return "up to " + std::to_string(static_cast<int>(seen.gauge("height").max)) + " m";
}

} // namespace

WEIR_SCENE(.title = "A climb", .caption = "Watch it climb.", .knobs = {steps, trouble},
           .goals = {{"never above 50 m", low, top}}, .body = climb, .horizon = 100ms);

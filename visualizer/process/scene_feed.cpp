#include "process/scene_feed.hpp"

#include "process/feed_loop.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace weir::viz {

namespace {

/// The border between the window's thread and the loop's: everything in it is behind one mutex.
class border {
public:
  border() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!bell_) {
      throw std::system_error(errno, std::system_category(), "could not make an event descriptor");
    }
  }

  [[nodiscard]] int bell() const noexcept { return bell_.get(); }

  void post(std::function<void(feed_loop&)> request) {
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(std::move(request));
    }
    ring();
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    ring();
  }

  /// What the window asks for; nullopt once it has gone.
  std::optional<std::vector<std::function<void(feed_loop&)>>> take_requests() {
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto got = ::read(bell_.get(), &rung, sizeof rung);
    const std::scoped_lock lock(mutex_);
    if (stopping_) {
      return std::nullopt;
    }
    return std::exchange(requests_, {});
  }

private:
  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
  }

  support::unique_fd bell_;
  std::mutex mutex_;
  std::vector<std::function<void(feed_loop&)>> requests_;
  bool stopping_ = false;
};

class scene_feed final : public simulation {
public:
  scene_feed(support::line_socket feed, std::vector<scene_entry> scenes,
             std::vector<std::string> heard)
      : scenes_(std::move(scenes)),
        thread_([this, feed = std::move(feed), heard = std::move(heard)]() mutable {
          run(std::move(feed), std::move(heard));
        }) {}

  ~scene_feed() override {
    border_.stop();
    thread_.join();
  }

  [[nodiscard]] const std::vector<scene_entry>& scenes() const override { return scenes_; }

  void open(const std::string& scene_id, submission which) override {
    border_.post([scene_id, which](feed_loop& loop) { loop.open(scene_id, which); });
  }

  void request(const run_request& what) override {
    border_.post([what](feed_loop& loop) { loop.request(what); });
  }

  void cancel_sweep() override {
    border_.post([](feed_loop& loop) { loop.cancel_sweep(); });
  }

  /// The listener moves to the loop's thread, and what had to wait for it goes first.
  void listen(std::function<void(simulation_update)> told) override {
    border_.post([this, told = std::move(told)](feed_loop&) mutable {
      told_ = std::move(told);
      for (auto& each : std::exchange(unheard_, {})) {
        told_(std::move(each));
      }
    });
  }

private:
  void run(support::line_socket feed, std::vector<std::string> heard) {
    feed_loop loop(std::move(feed), [this](simulation_update update) {
      if (told_) {
        told_(std::move(update));
      } else {
        unheard_.push_back(std::move(update));
      }
    });
    loop.hear(heard);
    while (const auto requests = border_.take_requests()) {
      for (const auto& each : *requests) {
        each(loop);
      }
      loop.wait_and_work(border_.bell());
    }
  }

  std::vector<scene_entry> scenes_;
  border border_;
  // The thread's own.
  std::function<void(simulation_update)> told_;
  std::vector<simulation_update> unheard_; ///< there is no listener yet
  std::thread thread_;                     // last: it uses the others
};

} // namespace

std::unique_ptr<simulation> open_scene_feed(int feed) {
  support::line_socket socket{support::unique_fd(feed)};
  constexpr int patience_ms = 10'000;
  pollfd readable{feed, POLLIN, 0};
  while (::poll(&readable, 1, patience_ms) < 0 && errno == EINTR) {
  }
  auto heard = socket.receive();
  if (heard.empty()) {
    throw std::runtime_error("nobody said what to show: start the visualizer with `weir viz`");
  }
  auto first = protocol::parse_feed_message(heard.front());
  heard.erase(heard.begin());
  auto* said = std::get_if<protocol::say_scenes>(&first);
  if (said == nullptr) {
    throw std::runtime_error("the list of scenes was expected first; are weir and weir-viz of the "
                             "same build?");
  }
  std::vector<scene_entry> scenes;
  for (auto& each : said->scenes) {
    scenes.push_back({.id = std::move(each.id),
                      .chapter = std::move(each.chapter),
                      .title = std::move(each.title),
                      .codes = std::move(each.submissions)});
  }
  return std::make_unique<scene_feed>(std::move(socket), std::move(scenes), std::move(heard));
}

} // namespace weir::viz

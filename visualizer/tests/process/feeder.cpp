#include "feeder.hpp"

#include "testing/catch.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>

namespace weir::viz::test {

namespace {

/// A test that waits longer has failed.
constexpr std::chrono::seconds forever{60};

} // namespace

struct session::arrivals {
  std::mutex mutex;
  std::condition_variable more;
  std::deque<simulation_update> updates;
};

protocol::scene_launch launch_of(const std::string& reader, std::chrono::milliseconds patience) {
  return {
      .argv = {FIXTURE_RUNNER, "--reader", reader, "--scene", FIXTURE_SCENE, "--exercise", "climb"},
      .environment = {"LC_ALL=C.UTF-8"},
      .directory = "/",
      .behind_shell = false,
      .address_space = FIXTURE_ADDRESS_SPACE,
      .file_size = 1 << 20,
      .open_files = 64,
      .patience = patience};
}

std::string first_build() {
  return FIXTURE_READER_1;
}

std::string second_build() {
  return FIXTURE_READER_2;
}

session::session() : arrivals_(std::make_unique<arrivals>()) {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  feeder_ = ends[0];
  say(protocol::say_scenes{{{.id = "climb",
                             .chapter = "01 Climbing",
                             .title = "A climb",
                             .submissions = {submission::mine, submission::starter}}}});
  window_ = open_scene_feed(ends[1]);
  window_->listen([this](simulation_update update) {
    told_on = std::this_thread::get_id();
    const std::scoped_lock lock(arrivals_->mutex);
    arrivals_->updates.push_back(std::move(update));
    arrivals_->more.notify_one();
  });
}

session::~session() {
  hang_up();
}

void session::say(const protocol::feed_message& message) const {
  const std::string line = to_line(message) + '\n';
  REQUIRE(::send(feeder_, line.data(), line.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(line.size()));
}

void session::say_module(submission which, const std::string& reader,
                         std::chrono::milliseconds patience) const {
  say(protocol::say_module{which, launch_of(reader, patience)});
}

protocol::feed_request session::asked() {
  for (;;) {
    if (const auto end = heard_.find('\n'); end != std::string::npos) {
      const std::string line = heard_.substr(0, end);
      heard_.erase(0, end + 1);
      return protocol::parse_feed_request(line);
    }
    std::array<char, 4096> buffer{};
    const auto size = ::read(feeder_, buffer.data(), buffer.size());
    REQUIRE(size > 0);
    heard_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

void session::hang_up() {
  if (feeder_ >= 0) {
    ::close(std::exchange(feeder_, -1));
  }
}

simulation_update session::take() {
  std::unique_lock lock(arrivals_->mutex);
  if (!arrivals_->more.wait_for(lock, forever, [this] { return !arrivals_->updates.empty(); })) {
    throw std::runtime_error("no update came");
  }
  auto first = std::move(arrivals_->updates.front());
  arrivals_->updates.pop_front();
  return first;
}

bool session::silent() const {
  const std::scoped_lock lock(arrivals_->mutex);
  return arrivals_->updates.empty();
}

banner session::next_banner(banner::kind what) {
  for (;;) {
    auto found = next<banner>();
    if (found.what == what) {
      return found;
    }
  }
}

void session::say_open(protocol::say_open what) const {
  what.scene = "climb";
  what.submissions = {submission::mine, submission::starter};
  say(std::move(what));
}

scene_opened session::open(protocol::say_open what) {
  say_open(std::move(what));
  say_module(submission::mine, first_build());
  return next<scene_opened>();
}

run_finished session::run(run_request wanted) {
  window_->request(wanted);
  for (;;) {
    auto found = next<run_finished>();
    if (found.request.ticket == wanted.ticket && found.request.where == wanted.where) {
      return found;
    }
  }
}

std::vector<int> session::children() {
  std::vector<int> all;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (int pid = 0; list >> pid;) {
      all.push_back(pid);
    }
  }
  return all;
}

} // namespace weir::viz::test

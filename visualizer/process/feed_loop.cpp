#include "process/feed_loop.hpp"

#include <weir/trace/file.hpp>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>
#include <variant>

namespace weir::viz {

namespace {

bool same(const banner& a, const banner& b) {
  return a.what == b.what && a.title == b.title && a.text == b.text;
}

/// A result for a point of a sweep whose run did not end: the sweep goes on without it.
run_finished no_result(const run_request& request, const banner& why) {
  run_finished finished;
  finished.request = request;
  finished.trace = std::make_shared<const trace::recording>();
  finished.ended = "crashed";
  finished.message = why.title;
  finished.healthy = false;
  return finished;
}

/// "Your code", "The starter", "The solution", "The other file".
std::string_view to_words(submission which) {
  switch (which) {
  case submission::mine:
    return "Your code";
  case submission::starter:
    return "The starter";
  case submission::solution:
    return "The solution";
  case submission::other:
    return "The other file";
  }
  return "";
}

/// No banner where the run says it all.
banner::kind kind_of(const protocol::say_replayed& said) {
  using kind = protocol::say_replayed::kind;
  switch (said.what) {
  case kind::passed:
    return banner::kind::passed;
  case kind::diverged:
  case kind::broken:
    return said.title.empty() ? banner::kind::none : banner::kind::remark;
  case kind::does_not_compile:
    return banner::kind::compile_error;
  case kind::not_played:
    break;
  }
  return banner::kind::problem;
}

banner banner_of(submission which, const banner& why) {
  const std::string who(to_words(which));
  switch (why.what) {
  case banner::kind::timed_out:
    return {why.what, who + " did not finish its run within " + why.title + " and was stopped",
            why.text};
  default:
    return {why.what, who + " crashed: " + why.title, why.text};
  }
}

} // namespace

feed_loop::feed_loop(support::line_socket feed, std::function<void(simulation_update)> publish)
    : feed_(std::move(feed)), publish_(std::move(publish)) {}

void feed_loop::hear(const std::vector<std::string>& lines) {
  for (const auto& each : lines) {
    try {
      hear(protocol::parse_feed_message(each));
    } catch (const protocol::message_error& error) {
      build_ = {banner::kind::problem, "A message from weir viz that can't be read", error.what()};
    }
  }
}

void feed_loop::wait_and_work(int interrupt) {
  dispatch();
  show();
  std::vector<pollfd> waiting{{interrupt, POLLIN, 0}};
  if (!feed_ended_) {
    waiting.push_back({feed_.descriptor(), POLLIN, 0});
  }
  for (const auto& each : versions_) {
    if (each.child) {
      waiting.push_back({each.child->channel(), POLLIN, 0});
      waiting.push_back({each.child->output(), POLLIN, 0});
    }
  }
  ::poll(waiting.data(), waiting.size(), milliseconds_to_deadline());
  if (!feed_ended_) {
    hear(feed_.receive());
  }
  if (!feed_ended_ && !feed_.open()) {
    feed_ended_ = true;
    build_ = {banner::kind::problem, "The session has ended",
              "weir viz is gone: saves are not noticed any more."};
  }
  show(); // before what comes of it
  for (const auto each : protocol::all_submissions) {
    attend(each);
  }
  check_deadlines();
}

void feed_loop::open(const std::string& scene, submission which) {
  feed_.write(to_line(protocol::feed_request(protocol::ask_open{scene, which})));
}

void feed_loop::request(const run_request& wanted) {
  queue_.add(wanted);
  dispatch();
}

void feed_loop::hear(const protocol::feed_message& said) {
  std::visit([this](const auto& each) { take(each); }, said);
}

void feed_loop::take(const protocol::say_open& said) {
  versions_ = {};
  queue_.clear();
  open_ = said;
  of(said.shown).asked = true;
  build_ = {};
  run_ = {};
}

void feed_loop::take(const protocol::say_working& said) {
  build_ = {banner::kind::working, said.title, ""};
}

void feed_loop::take(const protocol::say_module& said) {
  auto& version = of(said.which);
  version.rebuilt = version.launch.has_value() || version.rebuilt;
  version.launch = said.launch;
  version.announced = false;
  version.asked = true;
  build_ = {};
  run_ = {};
  if (version.rebuilt) {
    queue_.forget(said.which); // the window asks again when it is open
  }
  start_child(said.which);
}

void feed_loop::take(const protocol::say_problem& said) {
  build_ = {said.what == protocol::say_problem::kind::does_not_compile ? banner::kind::compile_error
                                                                       : banner::kind::problem,
            said.title, said.text};
}

/// The banner goes first: whoever waits for the run finds it there.
void feed_loop::take(const protocol::say_replayed& said) {
  build_ = {};
  run_ = {kind_of(said), said.title, said.text};
  std::shared_ptr<const trace::recording> recorded;
  if (!said.trace.empty()) {
    try {
      recorded = std::make_shared<const trace::recording>(trace::read_file(said.trace));
    } catch (const std::exception& error) {
      run_ = {banner::kind::problem, "The replayed run can't be read", error.what()};
    }
  }
  show();
  if (recorded) {
    publish_(run_replayed{std::move(recorded)});
  }
}

void feed_loop::attend(submission which) {
  const auto* const child = of(which).child.get();
  if (child == nullptr) {
    return;
  }
  for (auto& news : of(which).child->receive(scene_child::clock::now())) {
    if (auto* ready = std::get_if<scene_child::ready>(&news)) {
      take(which, *ready);
    } else if (auto* answered = std::get_if<scene_child::answered>(&news)) {
      deliver(which, *answered);
    } else if (const auto* lost = std::get_if<scene_child::lost>(&news)) {
      take(which, *lost);
    } else {
      take(which, std::get<scene_child::gone>(news));
    }
    if (of(which).child.get() != child) {
      return;
    }
  }
}

void feed_loop::take(submission which, scene_child::ready& news) {
  auto& version = of(which);
  if (std::exchange(version.announced, true)) {
    return; // a child that took over from one that was lost
  }
  if (which == open_.shown || version.rebuilt) {
    announce(which, std::move(news.scene));
  }
}

/// What the command line asked for is said once.
void feed_loop::announce(submission which, scene_info scene) {
  scene.id = open_.scene;
  scene_opened opened{.code = which, .codes = open_.submissions};
  opened.seed = std::exchange(open_.seed, std::nullopt);
  opened.beside = std::exchange(open_.beside, std::nullopt);
  try {
    knob_set knobs(scene.knobs);
    for (const auto& each : std::exchange(open_.settings, {})) {
      knobs.set(each);
      const auto name = each.substr(0, each.find('='));
      opened.knobs.emplace_back(name, knobs.number(name));
    }
  } catch (const std::exception& error) {
    build_ = {banner::kind::problem, "A setting that the scene does not take", error.what()};
  }
  opened.scene = std::move(scene);
  publish_(std::move(opened));
}

void feed_loop::take(submission which, const scene_child::lost& news) {
  run_ = banner_of(which, news.why);
  if (news.run.request.where == slot::sweep) {
    publish_(no_result(news.run.request, run_));
  }
}

void feed_loop::take(submission which, scene_child::gone& news) {
  auto& version = of(which);
  version.child.reset();
  run_ = banner_of(which, news.why);
  if (!news.loaded) {
    version.launch.reset(); // the next build may be better
    version.rebuilt = true;
    queue_.forget(which);
  } else if (news.run) {
    if (news.run->request.where == slot::sweep) {
      publish_(no_result(news.run->request, run_));
    }
    start_child(which); // so that the next request need not wait for it
  }
}

/// The next request leaves before the last answer is unpacked: the child works meanwhile.
void feed_loop::deliver(submission which, const scene_child::answered& news) {
  auto& version = of(which);
  dispatch(which);
  auto result = version.child->collect(news);
  if (const auto* problem = std::get_if<banner>(&result)) {
    run_ = *problem;
    if (news.run.request.where == slot::sweep) {
      publish_(no_result(news.run.request, *problem));
    }
  } else if (queue_.accept(news.run)) {
    if (news.run.request.where != slot::sweep) {
      run_ = {};
    }
    publish_(std::move(std::get<run_finished>(result)));
  }
}

void feed_loop::dispatch() {
  for (const auto each : protocol::all_submissions) {
    dispatch(each);
  }
}

void feed_loop::dispatch(submission which) {
  auto& version = of(which);
  if (!queue_.waits(which)) {
    return;
  }
  if (!version.launch) {
    if (!std::exchange(version.asked, true)) {
      feed_.write(to_line(protocol::feed_request(protocol::ask_module{which})));
    }
  } else if (!version.child) {
    start_child(which);
  } else if (version.child->idle()) {
    version.child->start(*queue_.take(which), scene_child::clock::now());
  }
}

void feed_loop::start_child(submission which) {
  auto& version = of(which);
  version.child.reset();
  try {
    version.child = std::make_unique<scene_child>(*version.launch);
  } catch (const std::exception& error) {
    run_ = {banner::kind::problem, "The scene runner could not be started", error.what()};
    version.launch.reset();
    version.rebuilt = true;
    queue_.forget(which);
  }
}

void feed_loop::check_deadlines() {
  for (const auto each : protocol::all_submissions) {
    auto& child = of(each).child;
    if (child && child->deadline() && *child->deadline() <= scene_child::clock::now()) {
      auto late = child->give_up();
      take(each, late);
    }
  }
}

int feed_loop::milliseconds_to_deadline() const {
  std::optional<scene_child::clock::time_point> first;
  for (const auto& each : versions_) {
    if (each.child && each.child->deadline()) {
      first = std::min(first.value_or(*each.child->deadline()), *each.child->deadline());
    }
  }
  if (!first) {
    return -1;
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*first - scene_child::clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void feed_loop::show() {
  const banner& matters = build_.what != banner::kind::none ? build_ : run_;
  if (!same(matters, published_)) {
    published_ = matters;
    publish_(matters);
  }
}

} // namespace weir::viz

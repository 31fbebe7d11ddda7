#include "stages.hpp"

#include <string>

namespace weir::viz::test {

namespace {

std::unique_ptr<workbench> recorded(trace::recording made, std::string file = "run.weirtrace") {
  return std::make_unique<workbench>(std::make_shared<const trace::recording>(std::move(made)),
                                     std::move(file));
}

run_finished finished() {
  run_finished done;
  done.trace = std::make_shared<trace::recording>(breaker_run());
  done.ended = "reached the horizon";
  done.goals = {{"at most 10 requests time out", false, ""}};
  return done;
}

/// A session that has told this after its first run.
std::unique_ptr<workbench> told(banner what) {
  auto made = std::make_unique<fake_simulation>();
  fake_simulation& source = *made;
  auto bench = std::make_unique<workbench>(std::move(made));
  source.tell(fake_simulation::scene());
  bench->poll();
  source.answer();
  source.tell(std::move(what));
  bench->poll();
  return bench;
}

std::unique_ptr<workbench> live() {
  return live_with(finished());
}

std::unique_ptr<workbench> four_codes() {
  scene_opened scene = fake_simulation::scene();
  scene.codes = {submission::mine, submission::starter, submission::solution, submission::other};
  scene.code = submission::other;
  return live_with(finished(), scene);
}

std::unique_ptr<workbench> long_words() {
  scene_opened scene = fake_simulation::scene();
  scene.scene.title = "A dependency that hangs for three seconds in every minute while everybody "
                      "in the house waits for what it has to say";
  scene.scene.caption =
      "The dependency is well again at 7 s. Watch when the breaker closes, and which results it "
      "went by. Then find a timeout and a cooldown that cost little, and see whether they still do "
      "when twice as many requests come in, half of them from people who do not like to wait.";
  return live_with(finished(), scene);
}

std::unique_ptr<workbench> no_caption() {
  scene_opened scene = fake_simulation::scene();
  scene.scene.caption.clear();
  return live_with(finished(), scene);
}

std::unique_ptr<workbench> waiting() {
  return std::make_unique<workbench>(std::make_unique<fake_simulation>());
}

std::unique_ptr<workbench> first_run_goes() {
  auto made = std::make_unique<fake_simulation>();
  made->tell(fake_simulation::scene());
  auto bench = std::make_unique<workbench>(std::move(made));
  bench->poll();
  return bench;
}

std::unique_ptr<workbench> next_run_goes() {
  auto bench = live();
  bench->set_knob(0, 90);
  return bench;
}

std::unique_ptr<workbench> copied() {
  auto bench = live();
  bench->set_knob(0, 399);
  bench->set_knob(1, 123e6);
  bench->set_knob(2, 63);
  bench->set_knob(3, 1);
  bench->perform(action::copy_command);
  return bench;
}

std::unique_ptr<workbench> large_type() {
  auto bench = live();
  bench->screen.text_scale = 1.1F * 1.1F;
  return bench;
}

std::unique_ptr<workbench> truncated() {
  trace::recording made = breaker_run();
  made.header.scenario = "A breaker opens";
  made.truncated = true;
  made.remark = "The file breaks off after 1,000 of 5,000 events: what it holds is shown. It was "
                "probably cut while it was copied.";
  return recorded(std::move(made), "/home/somebody/somewhere/run.weirtrace");
}

std::unique_ptr<workbench> failed_late() {
  trace_builder b;
  b.at(ms).gauge("queue depth", 3, 4).at(60 * s).promise_broken("nobody came");
  return recorded(b.done());
}

std::unique_ptr<workbench> session_over() {
  return told({banner::kind::problem, "the session has ended", ""});
}

const std::string compiler =
    "queue.cpp:14:12: error: no member named 'push_back' in 'asio::experimental::channel<void "
    "(boost::system::error_code, std::shared_ptr<weir::message>)>'\n"
    "   14 |   buffer_.push_back(std::move(what));\n"
    "      |   ~~~~~~~ ^\n"
    "queue.cpp:22:1: error: expected '}'\n"
    "   22 | \n"
    "      | ^\n"
    "queue.cpp:3:20: note: to match this '{'\n"
    "    3 | class bounded_queue {\n"
    "      |                     ^\n"
    "2 errors generated.\n";

std::unique_ptr<workbench> compile_error() {
  return told({banner::kind::compile_error, "queue.cpp does not compile", compiler});
}

std::unique_ptr<workbench> compile_error_folded() {
  auto bench = compile_error();
  bench->screen.banner_open = false;
  return bench;
}

std::unique_ptr<workbench> compile_error_first() {
  auto made = std::make_unique<fake_simulation>();
  made->tell(banner{banner::kind::compile_error, "queue.cpp does not compile", compiler});
  auto bench = std::make_unique<workbench>(std::move(made));
  bench->poll();
  return bench;
}

std::unique_ptr<workbench> long_banner() {
  return told({banner::kind::problem,
               "the scene does not take the knob 'connections-of-each-replica' with the value "
               "'as-many-as-the-database-takes', and runs with its default instead",
               compiler + compiler + compiler});
}

std::unique_ptr<workbench> crash() {
  return told({banner::kind::crash, "your code crashed: segmentation fault",
               "in connection #3\nqueue.cpp:12"});
}

std::unique_ptr<workbench> timed_out() {
  return told({banner::kind::timed_out, "your code did not finish within 10 s", ""});
}

std::unique_ptr<workbench> passed() {
  return told({banner::kind::passed, "The promise holds in this schedule now",
               "Save on: it is replayed with every save. Other schedules may still break it; "
               "`weir run` tries many of them, and the watch loop does so with every save."});
}

std::unique_ptr<workbench> replay_remark() {
  return told({banner::kind::remark, "The schedule no longer fits your code",
               "It was recorded when the code took other turns; what is shown follows it as far "
               "as that goes."});
}

std::unique_ptr<workbench> working() {
  return told({banner::kind::working, "compiling queue.cpp", ""});
}

std::unique_ptr<workbench> menu() {
  auto bench = live();
  bench->screen.menu_open = true;
  return bench;
}

class many_scenes : public fake_simulation {
public:
  many_scenes() {
    const char* chapters[] = {"01 Back-pressure", "03 Bounded concurrency", "04 Resilience"};
    for (int i = 0; i < 18; ++i) {
      entries_.push_back({i == 0 ? "breaker" : "scene-" + std::to_string(i),
                          chapters[i / 6],
                          i % 5 == 4 ? "A title that is much too long for the menu of scenes"
                                     : "Two hundred connections",
                          {submission::mine, submission::starter, submission::solution}});
    }
  }

  [[nodiscard]] const std::vector<scene_entry>& scenes() const override { return entries_; }

private:
  std::vector<scene_entry> entries_;
};

std::unique_ptr<workbench> long_menu() {
  auto made = std::make_unique<many_scenes>();
  many_scenes& source = *made;
  auto bench = std::make_unique<workbench>(std::move(made));
  source.tell(fake_simulation::scene());
  bench->poll();
  source.answer();
  bench->poll();
  bench->screen.menu_open = true;
  return bench;
}

std::unique_ptr<workbench> keys() {
  auto bench = live();
  bench->screen.help_open = true;
  return bench;
}

std::unique_ptr<workbench> lecture() {
  auto bench = live();
  bench->screen.presenter = true;
  bench->clock.go_to(bench->shown()->trace(), 1500 * ms);
  return bench;
}

std::unique_ptr<workbench> lecture_without_breaker() {
  run_finished done = finished();
  trace_builder b;
  for (std::int64_t item = 1; item <= 60; ++item) {
    b.at(item * ms).enter("queue", item, 16).gauge("queue depth", static_cast<double>(item), 16);
    if (item < 50) {
      b.at(item * ms + 1).end("jobs", trace::outcome::ok, item);
    }
  }
  done.trace = std::make_shared<trace::recording>(b.done());
  auto bench = live_with(std::move(done));
  bench->screen.presenter = true;
  return bench;
}

std::unique_ptr<workbench> lecture_without_run() {
  auto bench = waiting();
  bench->screen.presenter = true;
  return bench;
}

/// Playing, zoomed, with markers and a broken promise: all that the transport bar can show.
std::unique_ptr<workbench> busy_strip() {
  auto bench = recorded(breaker_run());
  const trace_view trace = bench->shown()->trace();
  for (const nanos at : {500 * ms, 1500 * ms, 1520 * ms, 3900 * ms}) {
    bench->clock.go_to(trace, at);
    bench->perform(action::marker);
  }
  bench->clock.go_to(trace, 1600 * ms);
  bench->perform(action::zoom_in);
  bench->perform(action::zoom_in);
  bench->perform(action::speed_5);
  bench->clock.play(trace);
  return bench;
}

std::unique_ptr<workbench> long_run() {
  trace_builder b;
  b.at(ms).gauge("queue depth", 1, 4).at(36'000 * s + 5 * ms).gauge("queue depth", 2, 4);
  return recorded(b.done());
}

std::unique_ptr<workbench> short_run() {
  trace_builder b;
  b.at(100).gauge("queue depth", 1, 4).at(733).gauge("queue depth", 2, 4);
  return recorded(b.done());
}

} // namespace

std::vector<stage> frame_stages() {
  return {{"header: live", live},
          {"header: four codes", four_codes},
          {"header: long title and caption", long_words},
          {"header: no caption", no_caption},
          {"header: waiting for the scene", waiting},
          {"header: the first run goes", first_run_goes},
          {"header: the next run goes", next_run_goes},
          {"header: a long command copied", copied},
          {"header: larger type", large_type},
          {"header: a file that breaks off", truncated},
          {"header: failed long after the last event", failed_late},
          {"header: the session is over", session_over},
          {"banner: compiling", working},
          {"banner: compile error", compile_error},
          {"banner: compile error, folded", compile_error_folded},
          {"banner: compile error before the first run", compile_error_first},
          {"banner: long title and text", long_banner},
          {"banner: crash", crash},
          {"banner: stalled", timed_out},
          {"banner: a replayed promise holds", passed},
          {"banner: a remark about a replay", replay_remark},
          {"menu: two scenes", menu},
          {"menu: eighteen scenes", long_menu},
          {"help: list of keys", keys},
          {"presenter: with a breaker", lecture},
          {"presenter: without a breaker", lecture_without_breaker},
          {"presenter: no run yet", lecture_without_run},
          {"transport: playing, zoomed, markers", busy_strip},
          {"transport: ten hours", long_run},
          {"transport: less than a microsecond", short_run}};
}

} // namespace weir::viz::test

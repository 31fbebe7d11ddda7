#include "model/task_script.hpp"
#include "model/task_tree.hpp"
#include "model/timeline.hpp"
#include "testing/catch.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace weir::viz {

using namespace test;
using trace::outcome;

namespace {

/// A run with its tree, and its nodes by name.
struct planted {
  explicit planted(trace::recording run) : recording(std::move(run)), line(recording) {}

  [[nodiscard]] const task_tree& tree() const { return line.tree(); }

  [[nodiscard]] std::uint32_t find(std::string_view name) const {
    for (std::uint32_t i = 0; i < tree().nodes().size(); ++i) {
      if (tree().name_of(i) == name) {
        return i;
      }
    }
    throw std::logic_error("no node is called " + std::string(name));
  }

  [[nodiscard]] const tree_node& operator[](std::string_view name) const {
    return tree().nodes()[find(name)];
  }

  [[nodiscard]] std::string above(std::string_view name) const {
    const auto parent = (*this)[name].parent;
    return parent == tree_node::none ? "" : tree().name_of(parent);
  }

  trace::recording recording;
  timeline line;
};

/// Names, each two spaces further in than its parent.
std::string drawn(const planted& run, const folded_nodes& folded = {}) {
  std::string text;
  for (const auto i : tree_rows(run.tree(), folded, run.line.range())) {
    text += std::string(2 * std::size_t{run.tree().nodes()[i].depth}, ' ') + run.tree().name_of(i);
    text += '\n';
  }
  return text;
}

} // namespace

TEST_CASE("tasks lie below the scope they were started in, else below the task that started them") {
  const planted run(failed_request());
  CHECK(drawn(run) == "server\n"
                      "  meter\n"
                      "  request\n"
                      "    services\n"
                      "      price\n"
                      "      stock\n"
                      "      reviews\n"
                      "        read page\n"
                      "      record\n");
  CHECK(run.tree().scopes() == 1);
  CHECK(run["services"].what == tree_node::kind::scope);
  CHECK(run.tree().lane_of(run["services"]) == nullptr);
  CHECK(run.tree().lane_of(run["price"])->task == 3);
  CHECK((run["request"].begin_ns == 10 * ms && run["request"].end_ns == 70 * ms));
  CHECK(run.tree().nested());
}

TEST_CASE("a task that goes on when its scope or its parent has ended is an orphan from then on") {
  const planted run(failed_request());
  CHECK(run.tree().orphans() == 1);
  CHECK(run["record"].outlived == run.find("services"));
  CHECK(run["record"].orphan_ns == 70 * ms);
  CHECK_FALSE(run["price"].orphan());

  task_script other;
  other.at(0).start(1, "parent").start(2, "child", 1).start(3, "grandchild", 2).wait(2).wait(3);
  other.at(5 * ms).end(1).at(8 * ms).end(2).over();
  const planted left(other.done());
  CHECK(left["child"].outlived == left.find("parent"));
  CHECK(left["child"].orphan_ns == 5 * ms);
  CHECK(left["grandchild"].outlived == left.find("child")); // it never ended
}

TEST_CASE("a task that never ran to its end is told apart from an orphan") {
  const planted run(failed_request());
  CHECK(run.tree().unended() == 2);
  CHECK_FALSE(run["meter"].ended());
  CHECK_FALSE(run["meter"].orphan()); // the server that started it is still there
  CHECK(run["meter"].end_ns == 100 * ms);
}

TEST_CASE("who ends in the very instant in which its parent ends is no orphan, in any order") {
  task_script run; // the runtime writes an end down after that of whoever waited for it
  run.at(0).start(1, "parent").start(2, "child", 1).wait(2).wait(1, "child task");
  run.at(5 * ms).go_on(2).go_on(1).end(1).end(2).at(6 * ms).over();
  CHECK(planted(run.done()).tree().orphans() == 0);
}

TEST_CASE("what goes on in a scope's task goes beyond the scope with it") {
  task_script run;
  run.at(0).start(1, "main");
  const auto scope = run.scope(1, "scope");
  run.start(2, "outer", 1).start(3, "inner", 2).at(4 * ms).close(scope);
  run.at(6 * ms).end(3).end(2).end(1).over();
  const planted seen(run.done());
  CHECK(seen["outer"].outlived == seen.find("scope"));
  CHECK(seen["inner"].outlived == seen.find("scope"));
}

TEST_CASE("the first failure is the child that ended badly before its parent did") {
  const planted run(failed_request());
  CHECK(run["stock"].how == outcome::failed);
  CHECK(run["services"].how == outcome::failed);
  CHECK(run["services"].first_failure == run.find("stock"));
  CHECK(run["request"].how == outcome::failed); // its last span, in its last turn
  CHECK(run["request"].first_failure == run.find("services"));
  CHECK(run["reviews"].first_failure == tree_node::none);
  CHECK(run["record"].how == outcome::none); // nobody said
}

TEST_CASE("a failure after which its parent went on and started others is not what it ended by") {
  task_script run;
  run.at(0).start(1, "supervisor");
  const auto fail = [&](std::uint32_t task, nanos at) {
    run.at(at).go_on(task);
    run.close(run.span(task, "work"), outcome::failed).end(task);
  };
  run.start(2, "worker 1", 1).start(3, "worker 2", 1).wait(2).wait(3);
  fail(2, 5 * ms);
  run.start(4, "worker 1 again", 1).wait(4);
  fail(4, 8 * ms);
  fail(3, 9 * ms);
  run.at(10 * ms).go_on(1);
  run.close(run.span(1, "supervise"), outcome::failed).end(1).over();
  const planted seen(run.done());
  CHECK(seen["supervisor"].first_failure == seen.find("worker 1 again"));
}

TEST_CASE("a failure under a parent that ended well leads nowhere") {
  task_script run;
  run.at(0).start(1, "main");
  const auto scope = run.scope(1, "scope");
  run.start(2, "child", 1).go_on(2);
  const auto call = run.span(2, "call");
  run.at(ms).close(call, outcome::failed).end(2).go_on(1).close(scope).end(1).over();
  const planted seen(run.done());
  CHECK(seen["child"].how == outcome::failed);
  CHECK(seen["scope"].first_failure == tree_node::none);
  CHECK(seen["main"].first_failure == tree_node::none);
}

TEST_CASE("a span that failed in an earlier turn says nothing about how its task ended") {
  task_script run;
  run.at(0).start(1, "main").go_on(1);
  const auto call = run.span(1, "call");
  run.at(ms).go_on(1).close(call, outcome::failed).wait(1).at(2 * ms).go_on(1).end(1).over();
  CHECK(planted(run.done())["main"].how == outcome::none);
}

TEST_CASE("children that end in one instant know how many they are, and their order") {
  const planted run(failed_request());
  for (const auto* name : {"stock", "price", "reviews"}) {
    CHECK(run[name].together == 3);
  }
  CHECK((run["stock"].place == 1 && run["price"].place == 2 && run["reviews"].place == 3));
  CHECK(run["record"].together == 1);
  CHECK(run["meter"].together == 0);
}

TEST_CASE(
    "of scopes opened outside of tasks only those that lie in each other own what is started") {
  task_script run;
  run.at(0);
  const auto outer = run.scope(0, "outer");
  run.start(1, "in the outer");
  const auto inner = run.scope(0, "inner", outer);
  run.start(2, "in the inner");
  run.close(inner);
  run.start(3, "in the outer again");
  static_cast<void>(run.scope(0, "beside"));
  run.start(4, "in either").over();
  const planted seen(run.done());
  CHECK(seen.above("in the outer") == "outer");
  CHECK(seen.above("in the inner") == "inner");
  CHECK(seen.above("inner") == "outer");
  CHECK(seen.above("in the outer again") == "outer");
  CHECK(seen.above("in either").empty());
}

TEST_CASE("a run of random tasks holds each task and scope once, parents before children") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const planted run(random_tree(seed, 80));
    const auto nodes = run.tree().nodes();
    std::map<std::uint32_t, int> tasks;
    std::map<std::uint32_t, int> scopes;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const auto& node = nodes[i];
      ++(node.what == tree_node::kind::task ? tasks : scopes)[node.of];
      REQUIRE((node.begin_ns >= 0 && node.begin_ns <= node.end_ns));
      REQUIRE(node.end_ns <= run.line.range().to_ns);
      REQUIRE((node.next > i && node.next <= nodes.size()));
      if (node.parent == tree_node::none) {
        REQUIRE(node.depth == 0);
      } else {
        const auto& parent = nodes[node.parent];
        REQUIRE((node.parent < i && i < parent.next && node.next <= parent.next));
        REQUIRE(node.depth == parent.depth + 1);
        REQUIRE(parent.begin_event < node.begin_event);
      }
      if (node.orphan()) {
        const auto& left = nodes[node.outlived];
        REQUIRE((left.ended() && (!node.ended() || left.end_ns < node.end_ns)));
        REQUIRE((node.orphan_ns >= node.begin_ns && node.orphan_ns <= node.end_ns));
      } else if (node.parent != tree_node::none && nodes[node.parent].ended()) {
        REQUIRE((node.ended() && node.end_ns <= nodes[node.parent].end_ns));
      }
    }
    std::size_t declared = 0;
    for (const auto& span : run.line.spans()) {
      declared += run.recording.source(span.source).role == trace::source_role::task_scope ? 1 : 0;
    }
    REQUIRE(tasks.size() == run.recording.tasks.size());
    REQUIRE(scopes.size() == declared);
    REQUIRE(std::ranges::all_of(tasks, [](const auto& each) { return each.second == 1; }));
    REQUIRE(std::ranges::all_of(scopes, [](const auto& each) { return each.second == 1; }));
  }
}

TEST_CASE("a tree stands whatever events are missing or make no sense") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 60; ++round) {
    auto run = random_tree(static_cast<std::uint64_t>(round), 60);
    std::erase_if(run.events, [&](const trace::event&) { return random() % 4 == 0; });
    for (auto& e : run.events) {
      if (random() % 8 == 0) {
        e.task = static_cast<std::uint32_t>(random() % 70);
        e.b = static_cast<std::int64_t>(random() % 70);
      }
    }
    const planted seen(std::move(run));
    const auto nodes = seen.tree().nodes();
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      REQUIRE((nodes[i].parent == tree_node::none || nodes[i].parent < i));
      REQUIRE(nodes[i].next > i);
    }
  }
}

TEST_CASE("folding hides what is below, and rows above keep their places") {
  const planted run(failed_request());
  const folded_nodes folded{run.tree().key_of(run.find("services"))};
  CHECK(drawn(run, folded) == "server\n"
                              "  meter\n"
                              "  request\n"
                              "    services\n");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const planted any(random_tree(seed, 80));
    const auto before = tree_rows(any.tree(), {}, any.line.range());
    for (std::uint32_t row = 0; row < before.size(); ++row) {
      const auto after = tree_rows(any.tree(), {any.tree().key_of(before[row])}, any.line.range());
      REQUIRE(after.size() ==
              before.size() - (any.tree().nodes()[row].next - row - 1)); // nothing else is hidden
      REQUIRE(std::equal(after.begin(), after.begin() + row + 1, before.begin()));
    }
  }
}

TEST_CASE("rows are those that lived in view, and what is above them; the cursor moves none") {
  const planted run(failed_request());
  const auto names = [&](time_range view) {
    std::string text;
    for (const auto i : tree_rows(run.tree(), {}, view)) {
      text += run.tree().name_of(i) + ' ';
    }
    return text;
  };
  CHECK(names({0, 5 * ms}) == "server meter ");
  CHECK(names({75 * ms, 80 * ms}) == "server meter request services record "); // by the orphan
  CHECK(names({95 * ms, 100 * ms}) == "server meter ");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const planted any(random_tree(seed, 80));
    const auto end = any.line.range().to_ns;
    const time_range view{end / 3, end / 2};
    const auto rows = tree_rows(any.tree(), {}, view);
    REQUIRE(std::ranges::is_sorted(rows));
    const auto nodes = any.tree().nodes();
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      bool lives = false; // it or what is below it
      for (auto below = i; below < nodes[i].next; ++below) {
        lives =
            lives || (nodes[below].begin_ns <= view.to_ns && nodes[below].end_ns >= view.from_ns);
      }
      REQUIRE(std::ranges::binary_search(rows, i) == lives);
    }
  }
}

TEST_CASE("the orphans alone stand below whoever is above them") {
  const planted run(failed_request());
  const auto rows = tree_rows(run.tree(), {}, run.line.range(), tree_part::orphans);
  CHECK(rows == std::vector<std::uint32_t>{0, run.find("request"), run.find("services"),
                                           run.find("record")});
}

TEST_CASE("no part of a row is narrower than the least, and none of its states is lost") {
  std::mt19937_64 random(3);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const planted run(random_tree(seed, 60));
    const auto whole = run.line.range();
    for (int view = 0; view < 8; ++view) {
      nanos from = static_cast<nanos>(random() % static_cast<std::uint64_t>(whole.to_ns));
      nanos to = static_cast<nanos>(random() % static_cast<std::uint64_t>(whole.to_ns));
      if (from > to) {
        std::swap(from, to);
      }
      const row_measure by{view == 0 ? whole : time_range{from, to + 100},
                           static_cast<double>(3 + random() % 900), 3};
      for (const auto& node : run.tree().nodes()) {
        std::vector<drawn_state> states;
        static_cast<void>(run.tree().states(node, by, states));
        const auto bar = pixels_of(node.begin_ns, node.end_ns, by);
        if (bar) {
          REQUIRE(
              (bar->from >= 0 && bar->to <= by.width + 1e-6 && bar->width() >= by.least - 1e-6));
        }
        const auto* const lane = run.tree().lane_of(node);
        if (lane == nullptr || !bar) {
          REQUIRE(states.empty());
          continue;
        }
        REQUIRE_FALSE(states.empty());
        REQUIRE(states.front().from == Approx(bar->from));
        REQUIRE(states.back().to == Approx(bar->to));
        std::size_t behind = 0;
        bool runs = false;
        bool waits = false;
        for (std::size_t i = 0; i < states.size(); ++i) {
          REQUIRE(states[i].to - states[i].from >= by.least - 1e-6);
          REQUIRE((states[i].runs || states[i].waits));
          if (i > 0) {
            REQUIRE(states[i].from == Approx(states[i - 1].to));
          }
          behind += states[i].merged;
          runs = runs || states[i].runs;
          waits = waits || states[i].waits;
        }
        std::size_t in_view = 0;
        bool seen_running = false;
        bool seen_waiting = false;
        for (const auto& one : run.tree().lanes().stretches(*lane)) {
          if (one.end_ns >= by.range.from_ns && one.begin_ns <= by.range.to_ns) {
            ++in_view;
            (one.doing == task_doing::running ? seen_running : seen_waiting) = true;
          }
        }
        REQUIRE(behind == in_view);
        REQUIRE(runs == seen_running);
        REQUIRE((waits || !seen_waiting));
      }
    }
  }
}

TEST_CASE("parts stay within two least widths of where they belong") {
  task_script run; // a turn every 3.1 pixels: drawn too wide they would run away from their times
  run.at(0).start(1, "busy");
  for (int i = 1; i <= 200; ++i) {
    run.at(31 * ms * i).go_on(1).wait(1);
  }
  run.over();
  const planted seen(run.done());
  std::vector<drawn_state> states;
  const row_measure by{{0, 6200 * ms}, 620, 3};
  static_cast<void>(seen.tree().states(seen["busy"], by, states));
  const auto own = seen.tree().lanes().stretches(*seen.tree().lane_of(seen["busy"]));
  for (const auto& each : states) {
    const double exact = static_cast<double>(own[each.stretch].begin_ns) / (10.0 * ms);
    CAPTURE(each.stretch, each.from, exact);
    REQUIRE(std::abs(each.from - exact) <= 2 * by.least);
  }
}

TEST_CASE("a hundred thousand tasks in any shape are placed, and a row costs what its width does") {
  // Were one of these shapes quadratic, the suite's patience would end before it does.
  constexpr std::uint32_t many = 100'000;
  enum class shape { chain, fan, scopes_outside, scopes_inside, one_instant };
  for (const auto which : {shape::chain, shape::fan, shape::scopes_outside, shape::scopes_inside,
                           shape::one_instant}) {
    task_script run;
    std::vector<std::uint64_t> open;
    for (std::uint32_t task = 1; task <= many; ++task) {
      run.at(task * us);
      if (which == shape::scopes_outside || which == shape::scopes_inside) {
        open.push_back(run.scope(which == shape::scopes_outside ? 0 : 1, "scope"));
      }
      run.start(task, "task", which == shape::chain ? task - 1 : task == 1 ? 0 : 1).wait(task);
    }
    run.at(many * us * 2);
    for (std::uint32_t task = many; task >= 1 && which == shape::one_instant; --task) {
      run.end(task);
    }
    for (const auto id : open) {
      run.close(id);
    }
    run.over();
    const planted seen(run.done());
    CAPTURE(static_cast<int>(which));
    REQUIRE(seen.tree().nodes().size() == many + open.size());
    if (which == shape::chain) {
      REQUIRE(seen.tree().nodes().back().depth == many - 1);
    }
    std::vector<drawn_state> states;
    const auto cost =
        seen.tree().states(seen.tree().nodes()[0], {seen.line.range(), 900, 3}, states);
    CHECK(cost.visited <= 7'500); // 300 columns
  }
}

} // namespace weir::viz

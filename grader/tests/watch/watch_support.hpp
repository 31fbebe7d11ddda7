#pragma once

#include "testing/catch.hpp"
#include "watch/machine.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weir::grader::watch {

/// Three exercises: a passed one, and two pending ones.
inline std::vector<watched_exercise> three_exercises() {
  const auto make = [](std::string id, std::string number, std::string title) {
    watched_exercise each;
    each.file = "workspace/01-back-pressure/" + id + "/" + id + ".cpp";
    each.id = std::move(id);
    each.number = std::move(number);
    each.title = std::move(title);
    each.summary = "Give the queue a bound, and make its producers wait.";
    each.hints = {"What should push do when the queue is full?", "A channel with a capacity waits.",
                  "Use experimental::channel."};
    return each;
  };
  auto all = std::vector{make("bounded-queue", "1.1", "A queue that says wait"),
                         make("overflow", "1.2", "What to lose"),
                         make("demand", "1.3", "Ask before you send")};
  all[0].passed = true;
  all[0].passed_once = true;
  return all;
}

/// An outcome's report that is the same for every width.
inline std::function<std::string(std::size_t)> saying(std::string text) {
  return [text = std::move(text)](std::size_t) {
    return text;
  };
}

inline run_outcome passing() {
  return {true, "passed", "passed, 6 of 6 points", 6,
          saying("Passed: 6 of 6 points, 3,072 schedules.\n")};
}

inline run_outcome failing() {
  return {false, "deadlock", "deadlock in push-waits", 2,
          saying("Deadlock: push waits while the queue holds `capacity` items.\n")};
}

} // namespace weir::grader::watch

#include "test_plan.hpp"

#include "weir_catch.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace weir::harness {

namespace {

struct running {
  std::string id;
  test_outcome* outcome = nullptr;
};

std::optional<const test_plan>& the_plan() {
  static std::optional<const test_plan> plan;
  return plan;
}

running& the_test() {
  static running test;
  return test;
}

} // namespace

void seal_test_plan(test_plan plan) {
  if (the_plan()) {
    throw std::logic_error("the runner's plan is made once");
  }
  the_plan().emplace(std::move(plan));
}

const test_plan& sealed_test_plan() {
  return the_plan().value();
}

running_test::running_test(std::string id, test_outcome& outcome) {
  the_test() = {std::move(id), &outcome};
}

running_test::~running_test() {
  the_test() = {};
}

test_outcome* current_outcome() noexcept {
  return the_test().outcome;
}

exploration explore_as_told(explore_options options, const scenario& body) {
  const running& test = the_test();
  if (test.outcome == nullptr) {
    throw std::logic_error("no test is running, so there is nothing to explore for");
  }
  const test_plan& plan = sealed_test_plan();
  options.scope = plan.exercise + '/' + test.id;
  options.search = options.search.or_else(plan.search);
  exploration found = explore(options, body);
  test.outcome->add(found);
  return found;
}

} // namespace weir::harness

#define CATCH_CONFIG_RUNNER // with version 2, Catch2 itself is compiled here
#include "weir_catch.hpp"

#if WEIR_CATCH_VERSION == 3
#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/internal/catch_test_case_registry_impl.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#endif

#include "catch_session.hpp"
#include "test_plan.hpp"

#include <array>

namespace weir::harness {

namespace {

void pass_on(const Catch::AssertionStats& stats) {
  test_outcome* const outcome = current_outcome();
  if (stats.assertionResult.isOk() || outcome == nullptr) {
    return;
  }
  const auto kind = stats.assertionResult.getResultType();
  std::string message;
  if (kind == Catch::ResultWas::ExplicitFailure || kind == Catch::ResultWas::ThrewException ||
      kind == Catch::ResultWas::FatalErrorCondition) {
    message = std::string(stats.assertionResult.getMessage());
  }
  for (const auto& info : stats.infoMessages) {
    if (message.empty() && info.type == Catch::ResultWas::Info) {
      message = info.message;
    }
  }
  outcome->fail(message.empty() ? "what the promise says did not hold" : message);
}

#if WEIR_CATCH_VERSION == 3

class listener : public Catch::EventListenerBase {
public:
  using EventListenerBase::EventListenerBase;

  void assertionEnded(const Catch::AssertionStats& stats) override { pass_on(stats); }
};

std::string text_of(const Catch::Tag& tag) {
  return std::string(tag.original);
}

#else

class listener : public Catch::TestEventListenerBase {
public:
  using TestEventListenerBase::TestEventListenerBase;

  bool assertionEnded(const Catch::AssertionStats& stats) override {
    pass_on(stats);
    return true;
  }
};

std::string text_of(const std::string& tag) {
  return tag;
}

#endif

CATCH_REGISTER_LISTENER(listener)

} // namespace

struct catch_session::session {
  Catch::Session catch2;
};

catch_session::catch_session() : session_(std::make_unique<session>()) {
  // Our records say what Catch2's report would. Its command line is what both versions understand.
  const std::array arguments{"weir-runner", "--reporter", "compact", "--out", "/dev/null"};
  session_->catch2.applyCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

catch_session::~catch_session() = default;

std::vector<hidden_test> catch_session::tests() {
  std::vector<hidden_test> found;
  for (const auto& test : Catch::getAllTestCasesSorted(session_->catch2.config())) {
    const auto& info = test.getTestCaseInfo();
    if (!info.tags.empty()) {
      found.push_back({text_of(info.tags.front()), info.name});
    }
  }
  return found;
}

void catch_session::run(const std::string& id) {
  Catch::ConfigData config = session_->catch2.configData();
  config.testsOrTags = {"[" + id + "]"};
  session_->catch2.useConfigData(config);
  // What it returns counts Catch2's failures; the records count ours.
  (void)session_->catch2.run();
}

} // namespace weir::harness

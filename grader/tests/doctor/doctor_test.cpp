#include "doctor/checks.hpp"
#include "tests/workbook_support.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

using namespace weir::grader;
using weir::test::has_text;

namespace {

doctor_facts healthy() {
  doctor_facts facts;
  facts.where = {.root = "/r", .build = "/b", .workspace = "/w"};
  facts.exercises = 6;
  facts.compilers = {{.name = "clang++-19", .path = "/usr/bin/clang++-19", .version = "19.1.7"}};
  facts.linkers = {{.name = "ld.lld-19", .path = "/usr/bin/ld.lld-19", .version = "19.1.7"}};
  facts.tools = {{.name = "cmake", .path = "/usr/bin/cmake", .version = "3.25"},
                 {.name = "ninja", .path = "/usr/bin/ninja", .version = "1.11"},
                 {.name = "ccache", .path = "/usr/bin/ccache", .version = "4.7"}};
  toolchain used;
  used.compiler = "/usr/bin/clang++-19";
  used.compiler_id = "clang";
  used.compiler_version = "19.1.7";
  used.link_flags = {"-shared", "--ld-path=/usr/bin/ld.lld-19"};
  used.runner = "/b/bin/weir-runner";
  facts.used = used;
  facts.libraries = {{"boost", "1_81"}, {"catch2", "2.13.10"},     {"CLI11", "2.1.2"},
                     {"fmt", "90100"},  {"tomlplusplus", "3.3.0"}, {"xxhash", "0.8.1"}};
  facts.confinement = sandbox{"/usr/bin/bwrap", {}, ""};
  facts.free_bytes = std::uint64_t{100} << 30;
  facts.processors = 2;
  return facts;
}

doctor_check check_of(const doctor_facts& facts, const std::string& topic) {
  const auto checks = doctor_checks(facts);
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const doctor_check& each) { return each.topic == topic; });
  REQUIRE(found != checks.end());
  return *found;
}

} // namespace

TEST_CASE("on a healthy machine everything is fine and needs no advice", "[doctor]") {
  for (const doctor_check& check : doctor_checks(healthy())) {
    INFO(check.topic << ": " << check.found);
    CHECK(check.state == check_state::fine);
    CHECK(check.advice.empty());
  }
}

TEST_CASE("what grading can't do without is missing, each with what to do", "[doctor]") {
  struct loss {
    const char* topic;
    void (*inflict)(doctor_facts&);
  };

  const loss losses[] = {
      {"workbook",
       [](doctor_facts& f) {
         f.root_problem = "gone";
       }},
      {"workspace",
       [](doctor_facts& f) {
         f.workspace_problem = "read-only";
       }},
      {"compiler",
       [](doctor_facts& f) {
         f.used.reset();
       }},
      {"compiler",
       [](doctor_facts& f) {
         f.trial_problem = "no linker";
       }},
      {"runner",
       [](doctor_facts& f) {
         f.runner_problem = "not there";
       }},
      {"boost",
       [](doctor_facts& f) {
         f.libraries.erase("boost");
       }},
      {"boost",
       [](doctor_facts& f) {
         f.libraries["boost"] = "1_74";
       }},
  };
  for (const loss& each : losses) {
    doctor_facts facts = healthy();
    each.inflict(facts);
    const doctor_check check = check_of(facts, each.topic);
    INFO(each.topic);
    CHECK(check.state == check_state::missing);
    CHECK_FALSE(check.advice.empty());
  }
}

TEST_CASE("what only makes things worse is a notice with what to do", "[doctor]") {
  struct loss {
    const char* topic;
    void (*inflict)(doctor_facts&);
  };

  const loss losses[] = {
      {"compiler",
       [](doctor_facts& f) {
         f.used->compiler_id = "gcc";
       }},
      {"linker",
       [](doctor_facts& f) {
         f.used->link_flags.clear();
       }},
      {"catch2",
       [](doctor_facts& f) {
         f.libraries.erase("catch2");
       }},
      {"fmt",
       [](doctor_facts& f) {
         f.libraries.erase("fmt");
       }},
      {"tools",
       [](doctor_facts& f) {
         f.tools.clear();
       }},
      {"tools",
       [](doctor_facts& f) {
         f.tools.pop_back();
       }},
      {"sandbox",
       [](doctor_facts& f) {
         f.confinement = sandbox{};
       }},
      {"file events",
       [](doctor_facts& f) {
         f.inotify_problem = "too many";
       }},
      {"file events",
       [](doctor_facts& f) {
         f.workspace_file_system = "nfs";
       }},
      {"machine",
       [](doctor_facts& f) {
         f.free_bytes = 1000;
       }},
  };
  for (const loss& each : losses) {
    doctor_facts facts = healthy();
    each.inflict(facts);
    const doctor_check check = check_of(facts, each.topic);
    INFO(each.topic);
    CHECK(check.state == check_state::notice);
    CHECK_FALSE(check.advice.empty());
  }
}

TEST_CASE("the doctor says which compiler and linker are used, and why", "[doctor]") {
  CHECK_THAT(check_of(healthy(), "compiler").found,
             has_text("/usr/bin/clang++-19") && has_text("used because"));
  CHECK_THAT(check_of(healthy(), "linker").found,
             has_text("ld.lld-19") && has_text("used because"));
}

TEST_CASE("versions are shown as people write them", "[doctor]") {
  CHECK(check_of(healthy(), "fmt").found == "9.1.0");
  CHECK(check_of(healthy(), "boost").found == "1.81");
}

TEST_CASE("what a build needs is missing before one", "[doctor]") {
  doctor_facts facts = healthy();
  facts.used.reset();
  facts.libraries.erase("fmt");
  CHECK(check_of(facts, "fmt").state == check_state::missing);
}

TEST_CASE("a Boost newer than the oldest is as good", "[doctor]") {
  doctor_facts facts = healthy();
  facts.libraries["boost"] = "1_90";
  CHECK(check_of(facts, "boost").state == check_state::fine);
  CHECK(check_of(facts, "boost").found == "1.90");
}

TEST_CASE("on a machine where nothing was built the doctor still looks, and exits with 3",
          "[doctor]") {
  const workbook book;
  command_runner weir{book};
  weir.variables["PATH"] = "/usr/bin:/bin";
  const auto outcome = weir({"doctor", "--json"});
  CHECK(outcome.code == exit_code::environment);
  const auto document = boost::json::parse(outcome.out).as_object();
  CHECK(document.at("ok") == false);
  CHECK(document.at("checks").as_array().size() == doctor_checks(healthy()).size());
  const auto text = weir({"doctor"});
  CHECK_THAT(text.out, has_text("MISSING") && has_text("Something needed is missing."));
}

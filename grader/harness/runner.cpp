/// \file
/// `weir-runner`: loads a reader's object and runs hidden tests or a scene on it, in a process that
/// the grader guards. It decides nothing: it writes records, and the parent decides (see
/// grader/judge/record.hpp).
#include "catch_session.hpp"
#include "protocol/exit_code.hpp"
#include "records.hpp"
#include "serve.hpp"
#include "test_plan.hpp"

#include <weir/scene.hpp>
#include <weir/token.hpp>
#include <weir/trace/file.hpp>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>

namespace weir::harness {

namespace {

struct arguments {
  std::string reader, tests, scene, exercise, trace_directory, trace_file;
  std::vector<std::string> only, settings;
  search_options search;
  int record_fd = -1;
  int nonce_fd = -1;
  serve_descriptors serving;
  bool list = false;
};

record_writer* the_records = nullptr;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "weir-runner: %s\n", why.c_str());
  std::_Exit(static_cast<int>(protocol::exit_code::environment));
}

/// The nonce, read before any of the reader's code is loaded, so that a static initialiser can't
/// have it.
std::string read_nonce(int descriptor) {
  std::string nonce;
  char c = 0;
  while (nonce.size() < 128 && ::read(descriptor, &c, 1) == 1 && c != '\n')
    nonce += c;
  ::close(descriptor);
  if (nonce.empty() || nonce.find_first_not_of("0123456789abcdef") != std::string::npos)
    give_up("expected a nonce of hexadecimal digits on the descriptor given by --nonce-fd");
  return nonce;
}

[[maybe_unused]] void on_crash(int signal) {
  if (the_records)
    the_records->write_crash(signal);
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

void catch_crashes() {
#if !defined(WEIR_SANITIZED) // a sanitizer's own report says more
  static char stack[64 * 1024];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action{};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    ::sigaction(signal, &action, nullptr);
#endif
}

void* load(const std::string& path, int flags) {
  void* const module = ::dlopen(path.c_str(), flags);
  if (module == nullptr)
    give_up(std::string("can't load ") + path + ": " + ::dlerror());
  return module;
}

int run_tests(const arguments& args, record_writer& records) {
  catch_session session;
  std::vector<hidden_test> tests = session.tests();
  if (args.list) {
    boost::json::array list;
    for (const auto& test : tests)
      list.push_back({{"id", test.id}, {"title", test.title}});
    std::cout << boost::json::serialize(list) << '\n';
    return 0;
  }
  if (!args.only.empty())
    std::erase_if(tests, [&](const hidden_test& test) {
      return std::find(args.only.begin(), args.only.end(), test.id) == args.only.end();
    });

  protocol::begin_record begun;
  for (const auto& test : tests)
    begun.tests.push_back(test.id);
  records.write(begun);
  std::size_t passed = 0;
  for (const auto& test : tests) {
    test_outcome outcome;
    const running_test scope(test.id, outcome);
    records.prepare_crash_record(test.id);
    records.write(protocol::test_begin_record{test.id});
    session.run(test.id);
    if (!args.search.replay.empty() && outcome.replayed_nothing())
      outcome.fail("no scenario of this test has the token's name: the token is of another version "
                   "of the exercise");
    if (outcome.passed())
      ++passed;
    records.write(outcome.to_record(test.id, args.trace_directory));
  }
  records.write(protocol::end_record{passed, tests.size() - passed});
  return 0;
}

const scene_definition& load_scene(const std::string& path) {
  void* const module = load(path, RTLD_NOW | RTLD_LOCAL);
  const auto entry = reinterpret_cast<scene_entry>(::dlsym(module, scene_entry_name));
  if (entry == nullptr)
    give_up(path + " defines no scene (WEIR_SCENE)");
  return *entry();
}

int run_the_scene(const arguments& args, record_writer& records) {
  const scene_definition& scene = load_scene(args.scene);
  scene_settings settings;
  settings.assignments = args.settings;
  settings.seed = args.search.seed.value_or(1);
  settings.exercise = args.exercise;
  trace::recorder recorder;
  records.prepare_crash_record("scene");
  try {
    const scene_result result = run_scene(scene, settings, recorder);
    if (!args.trace_file.empty())
      trace::write_file(args.trace_file, recorder.snapshot());
    records.write(protocol::scene_end_record{.healthy = result.healthy,
                                             .goals_met = result.goals_met(),
                                             .text = to_text(result),
                                             .json = to_json(result)});
  } catch (const knob_error& e) {
    records.write(protocol::scene_error_record{protocol::scene_error_record::kind::knob, e.what()});
  } catch (const std::exception& e) {
    records.write(
        protocol::scene_error_record{protocol::scene_error_record::kind::scene, e.what()});
  }
  return 0;
}

int main(int argc, char** argv) {
  arguments args;
  CLI::App app{
      "Runs hidden tests or a scene on a reader's object; started by weir, not by people."};
  app.add_option("--reader", args.reader, "the reader's shared object")->required();
  app.add_option("--tests", args.tests, "the hidden tests' module");
  app.add_option("--scene", args.scene, "the scene's module");
  app.add_option("--exercise", args.exercise, "stable id, part of every token");
  app.add_option("--test", args.only, "only this test; may be repeated");
  app.add_option("--schedules", args.search.schedules, "for each scenario")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", args.search.seed);
  std::string policy;
  app.add_option("--policy", policy, "mixed, fifo, random, pct or dfs");
  std::string model =
      "anything"; // what the exercises are calibrated under: any order, and time stands still
  app.add_option("--model", model, "which schedules there are (weir/model.hpp)");
  app.add_option("--replay", args.search.replay, "a token: runs that schedule and nothing else");
  app.add_option("--trace-dir", args.trace_directory, "where traces of failing schedules go");
  app.add_option("--trace", args.trace_file, "where the scene's trace goes");
  app.add_option("--set", args.settings, "knob=value of the scene; may be repeated");
  app.add_option("--record-fd", args.record_fd);
  app.add_option("--nonce-fd", args.nonce_fd);
  app.add_option("--serve-fd", args.serving.channel,
                 "answers requests for runs of the scene there (serve.hpp)");
  app.add_option("--memory-fd", args.serving.memory,
                 "shared memory for what --serve-fd is asked for");
  app.add_flag("--list", args.list, "prints the tests as JSON and runs none");
  try {
    app.parse(argc, argv);
    if (!policy.empty())
      args.search.policy = parse_policy(policy);
    args.search.model = parse_schedule_model(model);
    if (!args.search.replay.empty())
      (void)parse_token(args.search.replay);
    if (args.tests.empty() == args.scene.empty())
      throw std::invalid_argument("give either --tests or --scene");
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(protocol::exit_code::usage);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weir-runner: %s\n", e.what());
    return static_cast<int>(protocol::exit_code::usage);
  }
  const bool serving = args.serving.channel >= 0;
  if (serving && (args.scene.empty() || args.serving.memory < 0))
    give_up("--serve-fd needs --scene and --memory-fd");
  if (!args.list && !serving && (args.record_fd < 0 || args.nonce_fd < 0))
    give_up("--record-fd and --nonce-fd are needed: results go to a parent that asked for them");

  ::prctl(PR_SET_DUMPABLE, 0); // no core files, and nobody attaches to read the nonce
  if (serving)
    return serve({[&]() -> const scene_definition& {
                    load(args.reader, RTLD_NOW | RTLD_GLOBAL);
                    return load_scene(args.scene);
                  },
                  args.exercise},
                 args.serving);
  record_writer records(args.record_fd, args.list ? "0" : read_nonce(args.nonce_fd));
  if (args.record_fd >= 0)
    ::fcntl(args.record_fd, F_SETFD, FD_CLOEXEC);
  the_records = args.list ? nullptr : &records;
  catch_crashes();
  seal_test_plan({args.exercise, args.search});
  load(args.reader, RTLD_NOW | RTLD_GLOBAL);
  if (!args.scene.empty())
    return run_the_scene(args, records);
  load(args.tests, RTLD_NOW | RTLD_LOCAL);
  return run_tests(args, records);
}

} // namespace

} // namespace weir::harness

int main(int argc, char** argv) {
  const int status = weir::harness::main(argc, argv);
  std::fflush(nullptr);
  std::_Exit(
      status); // what the reader's static destructors would still do is not part of the grade
}

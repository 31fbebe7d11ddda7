#include "author/bench.hpp"

#include "base/find_program.hpp"
#include "judge/pipeline.hpp"
#include "judge/process.hpp"
#include "judge/stopwatch.hpp"

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>

namespace asio = boost::asio;

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::ifstream in{file};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream{file} << text;
}

/// A comment that no earlier turn wrote.
std::string edit_number(int turn) {
  return fmt::format("\n// edit {} at {}\n", turn,
                     std::chrono::steady_clock::now().time_since_epoch().count());
}

/// Ours may use what it likes, but ends some time.
process_spec peer_spec(std::vector<std::string> argv, const fs::path& folder) {
  process_spec spec;
  spec.argv = std::move(argv);
  for (const char* name : {"PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME"}) {
    if (const char* value = std::getenv(name)) {
      spec.environment.push_back(std::string{name} + "=" + value);
    }
  }
  spec.working_directory = folder;
  spec.limits.wall = std::chrono::minutes{5};
  spec.limits.file_size = 0;
  spec.limits.open_files = 0;
  return spec;
}

/// Runs the steps one after the other and times each. Stops at the first that fails.
class stepper {
public:
  explicit stepper(fs::path folder) : folder_{std::move(folder)} {}

  asio::awaitable<bool> step(std::string name, std::vector<std::string> argv) {
    stopwatch watch;
    const process_result result = co_await run_process(peer_spec(std::move(argv), folder_));
    watch.lap(stages, name);
    if (!result.end.success()) {
      const auto errors = result.errors.text() + result.output.text();
      problem =
          fmt::format("{} ended with {}: {}", name, to_string(result.end), errors.substr(0, 400));
    }
    co_return problem.empty();
  }

  std::vector<stage_timing> stages;
  std::string problem;

private:
  fs::path folder_;
};

void write_crate(const fs::path& folder) {
  write_text(folder / "Cargo.toml",
             "[package]\nname = \"turn\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
  write_text(folder / "src/main.rs", R"(use std::collections::VecDeque;

/// A queue that refuses more than `capacity` items.
struct Bounded {
    capacity: usize,
    items: VecDeque<i32>,
}

impl Bounded {
    fn new(capacity: usize) -> Self {
        Bounded { capacity, items: VecDeque::new() }
    }

    fn push(&mut self, item: i32) -> Result<(), i32> {
        if self.items.len() == self.capacity {
            return Err(item);
        }
        self.items.push_back(item);
        Ok(())
    }

    fn pop(&mut self) -> Option<i32> {
        self.items.pop_front()
    }
}

fn main() {
    let mut queue = Bounded::new(2);
    println!("{:?} {:?}", queue.push(1), queue.pop());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_when_full() {
        let mut queue = Bounded::new(1);
        assert_eq!(queue.push(1), Ok(()));
        assert_eq!(queue.push(2), Err(2));
        assert_eq!(queue.pop(), Some(1));
    }
}
)");
}

} // namespace

std::chrono::microseconds total_of(const std::vector<stage_timing>& stages) {
  return std::accumulate(stages.begin(), stages.end(), std::chrono::microseconds{},
                         [](auto sum, const stage_timing& each) { return sum + each.duration; });
}

asio::awaitable<turn_timing> time_turn(const toolchain& tools, const sandbox& box,
                                       const bench_request& request, const exercise& ex,
                                       fs::path source, std::string name) {
  const std::string original = read_text(source);
  std::vector<turn_timing> turns;
  for (int turn = 0; turn <= request.repetitions; ++turn) {
    const fs::path edited = request.scratch / ex.folder / ex.file;
    write_text(edited, original + edit_number(turn));
    grade_request wanted;
    wanted.ex = &ex;
    wanted.repository_root = request.repository_root;
    wanted.source = edited;
    wanted.build_folder = request.scratch / ".weir" / "build" / ex.id;
    wanted.use_cache = false;
    const verdict v = co_await grade(tools, box, std::move(wanted));
    if (turn != 0) {
      turns.push_back({ex.id, name, v.kind, v.schedules, v.total_time(), {}, v.stages});
    }
  }
  std::ranges::sort(turns, {}, &turn_timing::total);
  turn_timing median = turns[turns.size() / 2];
  median.longest = turns.back().total;
  co_return median;
}

/// What the runner does for hidden tests, without a plan.
constexpr const char* in_place_of_the_runner = R"(
weir::exploration weir::harness::explore_as_told(weir::explore_options options,
                                                 const weir::scenario& body) {
  return weir::explore(options, body);
}
)";

asio::awaitable<peer_timing> time_plain_catch2(const toolchain& tools, const bench_request& request,
                                               const exercise& ex) {
  peer_timing peer;
  peer.name = "plain Catch2 file, " + ex.id;
  const fs::path solution = request.repository_root / "solutions" / ex.folder / ex.file;
  const fs::path hidden = request.repository_root / "grader/hidden" / ex.folder;
  if (!fs::exists(solution) || !fs::exists(hidden / "tests.cpp")) {
    peer.problem = "no solution or no hidden tests here";
    co_return peer;
  }
  const fs::path folder = request.scratch / "plain" / ex.id;
  write_text(folder / "plain.cpp",
             fmt::format("#include <weir/prelude.hpp>\n#include \"testing/test_main.cpp\"\n"
                         "#include \"weir_catch.hpp\"\n#include \"{}\"\n#include \"{}\"\n{}",
                         solution.string(), (hidden / "tests.cpp").string(),
                         in_place_of_the_runner));
  std::vector<std::string> compile{tools.compiler.string()};
  compile.insert(compile.end(), tools.compile_flags.begin(), tools.compile_flags.end());
  for (const auto& each : tools.include_dirs) {
    compile.push_back("-I" + each.string());
  }
  for (const auto& each :
       {request.repository_root / "exercises" / ex.folder, request.repository_root / "runtime",
        request.repository_root / "grader/harness", hidden}) {
    compile.push_back("-I" + each.string());
  }
  compile.insert(compile.end(), {"-c", "plain.cpp", "-o", "plain.o"});
  const std::string libraries = (request.build / "lib").string();
  stepper steps{folder};
  const bool compiled = co_await steps.step("compile", std::move(compile));
  if (compiled) {
    std::vector<std::string> link{
        tools.compiler.string(),   "plain.o", "-o",       "plain", "-L" + libraries,
        "-Wl,-rpath," + libraries, "-lweir",  "-lpthread"};
    if (fs::exists(fs::path{libraries} / "libweir-reader.so")) {
      link.emplace_back("-lweir-reader");
    }
#if __has_include(<catch2/catch_session.hpp>) // version 3, which is a library
    link.emplace_back("-lCatch2");
#endif
    const bool linked = co_await steps.step("link", std::move(link));
    if (linked) {
      std::vector<std::string> run{(folder / "plain").string()};
      co_await steps.step("run", std::move(run));
    }
  }
  peer.stages = std::move(steps.stages);
  peer.problem = std::move(steps.problem);
  co_return peer;
}

asio::awaitable<peer_timing> time_cargo(const bench_request& request) {
  peer_timing peer;
  peer.name = "cargo build, test, clippy";
  const auto cargo = find_program("cargo");
  if (!cargo) {
    peer.problem = "cargo is not installed";
    co_return peer;
  }
  const fs::path folder = request.scratch / "crate";
  write_crate(folder);
  const std::string original = read_text(folder / "src/main.rs");
  std::vector<std::vector<stage_timing>> turns;
  for (int turn = 0; turn <= request.repetitions; ++turn) {
    write_text(folder / "src/main.rs", original + edit_number(turn));
    stepper steps{folder};
    for (const char* verb : {"build", "test", "clippy"}) {
      std::vector<std::string> argv{cargo->string(), verb, "--offline", "--quiet"};
      const bool done = co_await steps.step(verb, std::move(argv));
      if (!done) {
        peer.problem = steps.problem;
        co_return peer;
      }
    }
    if (turn != 0) {
      turns.push_back(std::move(steps.stages));
    }
  }
  std::ranges::sort(turns, {}, total_of);
  peer.stages = turns[turns.size() / 2];
  co_return peer;
}

} // namespace weir::grader

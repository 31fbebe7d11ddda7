// Writes the traces that the scripts beside it open: make_trace FOLDER.
#include "tests/session/fake_simulation.hpp"

#include <weir/trace/file.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace fs = std::filesystem;
using namespace weir;

namespace {

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary}.write(bytes.data(),
                                              static_cast<std::streamsize>(bytes.size()));
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  trace::recording run = viz::test::breaker_run();
  run.header.scenario = "A breaker opens";
  const std::string whole = trace::encode(run);
  write(folder / "whole.weirtrace", whole);
  write(folder / "truncated.weirtrace", whole.substr(0, whole.size() / 2));
  write(folder / "empty.weirtrace", "");
  write(folder / "garbage.weirtrace", std::string(5000, 'x'));
  std::string damaged = whole;
  damaged[70] = static_cast<char>(damaged[70] ^ 0x5a); // among the tables
  write(folder / "damaged.weirtrace", damaged);
  std::string newer = whole;
  newer[8] = 99; // the format's version
  write(folder / "newer.weirtrace", newer);
  viz::test::trace_builder failed;
  failed.at(viz::test::ms).gauge("queue depth", 3, 4).at(2 * viz::test::ms);
  failed.gauge("queue depth", 5, 4).promise_broken("the queue held 5 items with capacity 4");
  failed.at(3 * viz::test::ms).run_end("assertion-failed");
  trace::write_file(folder / "failed.weirtrace", failed.done());
  return 0;
}

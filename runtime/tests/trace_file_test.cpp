#include "testing/catch.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/recorder.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace weir::trace;
using weir::test::has_text;

namespace {

recording sample() {
  recorder to;
  to.header() = {.exercise = "bounded-queue",
                 .scenario = "a burst",
                 .seed = 0xFFFFFFFFFFFFFFFFu,
                 .token = "w1-burst-7-0a",
                 .knobs = {{"latency", "20ms"}, {"capacity", "64"}}};
  to.declare({.kind = source_kind::gauge,
              .name = "depth",
              .unit = "items",
              .capacity = 64,
              .role = source_role::queue});
  to.declare({.kind = source_kind::state,
              .name = "breaker",
              .labels = {"closed", "open"},
              .role = source_role::breaker_state,
              .subject = "breaker"});
  to.task_started(1, 1, "producer");
  to.append({2, 1, 1, event_kind::gauge, 0, to_bits(3.5), 0});
  to.append({3, 1, 2, event_kind::state, 0, 1, 0});
  to.note(4, 1, "ünïcode");
  return to.snapshot();
}

recording decode_text(const std::string& bytes) {
  return decode(std::as_bytes(std::span(bytes)));
}

file_error::reason why_not(const std::string& bytes) {
  try {
    decode_text(bytes);
  } catch (const file_error& error) {
    return error.why();
  }
  FAIL("it was opened");
  return {};
}

/// A folder of its own, removed with what is in it.
class scratch_folder {
public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-trace-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("a trace reads back as it was written", "[trace]") {
  const auto written = sample();
  const auto read = decode_text(encode(written));
  CHECK(read.header == written.header);
  CHECK(read.strings == written.strings);
  CHECK(read.sources == written.sources);
  CHECK(read.tasks == written.tasks);
  CHECK(read.events == written.events);
  CHECK_FALSE(read.truncated);
  CHECK(read.remark.empty());
}

TEST_CASE("an empty recording is a valid trace", "[trace]") {
  CHECK(decode_text(encode(recording{})).events.empty());
}

TEST_CASE("something else than a trace is refused as such", "[trace]") {
  CHECK(why_not("") == file_error::reason::not_a_trace);
  CHECK(why_not("{\"traceEvents\":[]}") == file_error::reason::not_a_trace);
  CHECK(why_not(std::string(4096, '\0')) == file_error::reason::not_a_trace);
}

TEST_CASE("a trace of a later version names the weir that opens it", "[trace]") {
  auto bytes = encode(sample());
  bytes[8] = static_cast<char>(file_version + 1);
  bytes.replace(16, 5, "3.1.4");
  CHECK(why_not(bytes) == file_error::reason::newer_version);
  CHECK_THROWS_WITH(decode_text(bytes), has_text("with weir 3.1.4 or later"));
  // Whatever a later version puts behind the first 40 bytes.
  CHECK(why_not(bytes.substr(0, 40)) == file_error::reason::newer_version);
}

TEST_CASE("a trace cut off at any byte opens as far as it goes, or says why not", "[trace]") {
  const auto whole = sample();
  const auto bytes = encode(whole);
  std::size_t opened = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      const auto part = decode_text(bytes.substr(0, size));
      ++opened;
      CHECK(part.truncated);
      CHECK_THAT(part.remark, has_text("breaks off"));
      REQUIRE(part.events.size() <= whole.events.size());
      CHECK(std::equal(part.events.begin(), part.events.end(), whole.events.begin()));
    } catch (const file_error& error) {
      CHECK(opened == 0); // once the tables are complete, every longer part opens
      CHECK(error.why() ==
            (size < 8 ? file_error::reason::not_a_trace : file_error::reason::damaged));
    }
  }
  CHECK(opened == 8 + 32 * whole.events.size() + 8);
}

TEST_CASE("no single flipped bit goes unnoticed or brings the reader down", "[trace]") {
  const auto whole = sample();
  const auto bytes = encode(whole);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const bool in_writer_version = i >= 16 && i < 40;
    try {
      const auto read = decode_text(damaged);
      REQUIRE((read.truncated || in_writer_version));
    } catch (const file_error&) {
      REQUIRE_FALSE(in_writer_version);
    }
  }
}

TEST_CASE("a file is replaced as a whole and leaves no other file behind", "[trace]") {
  const scratch_folder folder;
  const auto path = folder.path() / "run.weirtrace";
  write_file(path, recording{});
  write_file(path, sample());
  CHECK(read_file(path).events == sample().events);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("files that can't be opened or written are named with the reason", "[trace]") {
  const scratch_folder folder;
  const auto missing = folder.path() / "none" / "run.weirtrace";
  CHECK_THROWS_WITH(read_file(missing), has_text("run.weirtrace: No such file"));
  CHECK_THROWS_WITH(read_file(folder.path()), has_text("can't open the trace"));
  CHECK_THROWS_WITH(write_file(missing, sample()), has_text("No such file"));
}

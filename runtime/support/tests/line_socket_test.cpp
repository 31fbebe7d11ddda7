#include "support/line_socket.hpp"
#include "testing/catch.hpp"

#include <sys/socket.h>

#include <thread>

using namespace weir::support;

namespace {

struct sockets {
  std::pair<unique_fd, unique_fd> ends = make_socket_pair();
  line_socket ours{std::move(ends.first)};
  unique_fd theirs{std::move(ends.second)};

  void say(const std::string& bytes) const {
    REQUIRE(::send(theirs.get(), bytes.data(), bytes.size(), 0) ==
            static_cast<ssize_t>(bytes.size()));
  }
};

} // namespace

TEST_CASE("bytes in pieces of any size come out as lines") {
  const std::string text = "one\n\nthree\nfo";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    line_buffer buffer;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      buffer.add(std::string_view(text).substr(at, piece));
      while (auto line = buffer.next()) {
        lines.push_back(*line);
      }
    }
    CHECK(lines == std::vector<std::string>{"one", "", "three"});
    CHECK(buffer.rest() == "fo");
  }
}

TEST_CASE("a line that is only begun is not given, and one that never ends overflows") {
  line_buffer buffer;
  buffer.add(std::string(line_buffer::longest_line, 'x'));
  CHECK_FALSE(buffer.next());
  CHECK_FALSE(buffer.overflowed());
  buffer.add("x");
  CHECK_FALSE(buffer.next());
  CHECK(buffer.overflowed());
}

TEST_CASE("what has arrived is given at once, and nothing is waited for") {
  sockets pair;
  CHECK(pair.ours.receive().empty());
  pair.say("one\ntwo\nthr");
  CHECK(pair.ours.receive() == std::vector<std::string>{"one", "two"});
  pair.say("ee\n");
  CHECK(pair.ours.receive() == std::vector<std::string>{"three"});
  CHECK(pair.ours.open());
}

TEST_CASE("after the other end has closed, what it said is still given") {
  sockets pair;
  pair.say("last\n");
  pair.theirs.reset();
  CHECK(pair.ours.receive() == std::vector<std::string>{"last"});
  CHECK_FALSE(pair.ours.open());
  CHECK_FALSE(pair.ours.read());
  CHECK_FALSE(pair.ours.write("anybody there?"));
}

TEST_CASE("a read waits for the whole line") {
  sockets pair;
  std::thread other([&pair] {
    pair.say("be");
    pair.say("gun\nrest");
    pair.theirs.reset();
  });
  CHECK(pair.ours.read() == "begun");
  CHECK_FALSE(pair.ours.read());
  other.join();
}

TEST_CASE("a line of any length is written whole to a reader who takes his time") {
  sockets pair;
  line_socket reader(std::move(pair.theirs));
  const std::string line(std::size_t{2} << 20, 'y');
  std::thread writer([&] { pair.ours.write(line); });
  CHECK(reader.read() == line);
  writer.join();
}

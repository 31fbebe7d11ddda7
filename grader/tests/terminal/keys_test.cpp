#include "terminal/key_decoder.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;

namespace {

std::vector<key> decode(std::string_view bytes) {
  key_decoder decoder;
  return decoder.feed(bytes);
}

using keys = std::vector<key>;

} // namespace

TEST_CASE("letters are keys of their own", "[watch]") {
  CHECK(decode("nq?") == keys{key::of('n'), key::of('q'), key::of('?')});
  CHECK(decode("ü€😀") == keys{key::of(U'ü'), key::of(U'€'), key::of(U'😀')});
}

TEST_CASE("every way a terminal says arrow is the same arrow", "[watch]") {
  CHECK(decode("\x1b[A\x1b[B") == keys{{key_name::up}, {key_name::down}});
  CHECK(decode("\x1bOA\x1bOB") == keys{{key_name::up}, {key_name::down}});
  CHECK(decode("\x1b[1;5A") == keys{{key_name::up}});
}

TEST_CASE("paging keys have one name whatever their sequence", "[watch]") {
  CHECK(decode("\x1b[5~\x1b[6~") == keys{{key_name::page_up}, {key_name::page_down}});
  CHECK(decode("\x1b[H\x1b[F") == keys{{key_name::home}, {key_name::end}});
  CHECK(decode("\x1b[1~\x1b[4~\x1b[7~\x1b[8~") ==
        keys{{key_name::home}, {key_name::end}, {key_name::home}, {key_name::end}});
  CHECK(decode("\x1b[5;2~") == keys{{key_name::page_up}});
}

TEST_CASE("control characters with a use are recognised, others are one unknown key each",
          "[watch]") {
  CHECK(decode("\r\n\t\x7f\b") == keys{{key_name::enter},
                                       {key_name::enter},
                                       {key_name::tab},
                                       {key_name::backspace},
                                       {key_name::backspace}});
  CHECK(decode("\x01") == keys{{key_name::other}});
}

TEST_CASE("a sequence may arrive in any pieces", "[watch]") {
  const std::string all = "\x1b[6~j\x1bOB€\x1b[1;5A";
  const auto whole = decode(all);
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t second = first; second <= all.size(); ++second) {
      key_decoder decoder;
      auto found = decoder.feed(all.substr(0, first));
      for (const auto& cut : {all.substr(first, second - first), all.substr(second)}) {
        const auto more = decoder.feed(cut);
        found.insert(found.end(), more.begin(), more.end());
      }
      REQUIRE(found == whole);
      REQUIRE_FALSE(decoder.pending());
    }
  }
}

TEST_CASE("an escape that stays alone is the Escape key, once the stream has paused", "[watch]") {
  key_decoder decoder;
  CHECK(decoder.feed("\x1b").empty());
  CHECK(decoder.pending());
  CHECK(decoder.flush() == keys{{key_name::escape}});
  CHECK_FALSE(decoder.pending());
  CHECK(decoder.flush().empty());
}

TEST_CASE("two escapes are an Escape key and the beginning of something", "[watch]") {
  key_decoder decoder;
  CHECK(decoder.feed("\x1b\x1b[A") == keys{{key_name::escape}, {key_name::up}});
}

TEST_CASE("a sequence that never ends is dropped at the pause", "[watch]") {
  key_decoder decoder;
  CHECK(decoder.feed("\x1b[12;").empty());
  CHECK(decoder.flush().empty());
  CHECK(decoder.feed("q") == keys{key::of('q')});
}

TEST_CASE("keys without a use swallow their whole sequence", "[watch]") {
  CHECK(decode("\x1b[15~q") == keys{{key_name::other}, key::of('q')});
  CHECK(decode("\x1b[[Aq") == keys{{key_name::other}, key::of('q')});
  CHECK(decode("\x1bxq") == keys{{key_name::other}, key::of('q')});
}

TEST_CASE("what the terminal reports by itself is no key", "[watch]") {
  CHECK(decode("\x1b[I\x1b[O\x1b[12;40R\x1b[<0;3;4Mq") == keys{key::of('q')});
}

TEST_CASE("pasted text presses no keys, however it is cut", "[watch]") {
  const std::string all = "a\x1b[200~xy\x1b[31mq\nrm\x1b[201~b";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    key_decoder decoder;
    auto found = decoder.feed(all.substr(0, cut));
    const auto more = decoder.feed(all.substr(cut));
    found.insert(found.end(), more.begin(), more.end());
    REQUIRE(found == keys{key::of('a'), key::of('b')});
  }
}

TEST_CASE("bytes that are not UTF-8 are dropped and cost nothing that follows", "[watch]") {
  CHECK(decode("\xff\x80q") == keys{key::of('q')});
  CHECK(decode("\xe2\x82q") == keys{key::of('q')});
  key_decoder decoder;
  CHECK(decoder.feed("\xe2\x82").empty());
  CHECK(decoder.flush().empty());
  CHECK(decoder.feed("q") == keys{key::of('q')});
}

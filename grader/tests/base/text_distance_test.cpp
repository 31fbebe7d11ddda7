#include "base/text_distance.hpp"
#include "testing/catch.hpp"

using namespace weir::grader;

TEST_CASE("distance counts insertions, deletions, substitutions and swaps", "[text-distance]") {
  CHECK(text_distance("", "") == 0);
  CHECK(text_distance("list", "list") == 0);
  CHECK(text_distance("", "list") == 4);
  CHECK(text_distance("lst", "list") == 1);
  CHECK(text_distance("lisst", "list") == 1);
  CHECK(text_distance("lest", "list") == 1);
  CHECK(text_distance("lsit", "list") == 1);
  CHECK(text_distance("kitten", "sitting") == 3);
  CHECK(text_distance("abcdef", "fedcba") == text_distance("fedcba", "abcdef"));
}

TEST_CASE("the nearest words come first and far ones not at all", "[text-distance]") {
  const std::vector<std::string> words{"list", "hint", "quiz", "bounded-queue", "init"};
  CHECK(nearest("lst", words) == std::vector<std::string>{"list"});
  CHECK(nearest("hinit", words) == std::vector<std::string>{"hint", "init"});
  CHECK(nearest("queue", words) == std::vector<std::string>{"bounded-queue"});
  CHECK(nearest("LIST", words) == std::vector<std::string>{"list"});
  CHECK(nearest("zzzzzz", words).empty());
  CHECK(nearest("", words).empty());
}

TEST_CASE("a suggestion reads as a question", "[text-distance]") {
  CHECK(did_you_mean({}).empty());
  CHECK(did_you_mean(std::vector<std::string>{"a"}) == " Did you mean 'a'?");
  CHECK(did_you_mean(std::vector<std::string>{"a", "b", "c"}) == " Did you mean 'a', 'b' or 'c'?");
}

#include "testing/catch.hpp"

#include <weir/detail/ready_set.hpp>
#include <weir/random.hpp>

#include <vector>

namespace {

/// Does to a plain vector what is done to the set, and compares them after each step.
void same_as_a_vector(std::uint64_t seed, std::size_t most, std::size_t steps) {
  weir::random_stream random(seed);
  weir::detail::ready_set set;
  std::vector<std::uint32_t> model;
  std::uint32_t next = 0;
  bool grows = true;
  for (std::size_t step = 0; step < steps; ++step) {
    if (model.empty() || model.size() == most)
      grows = model.empty();
    if (random.bernoulli(grows ? 0.7 : 0.3) || model.empty()) {
      weir::detail::ready_item item{};
      item.task = ++next;
      set.push(item);
      model.push_back(next);
    } else {
      const std::size_t index = random.bernoulli(0.3) ? 0 : random.below(model.size());
      const auto taken = set.take(index);
      REQUIRE(taken.task == model[index]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(index));
    }
    REQUIRE(set.size() == model.size());
    REQUIRE(set.empty() == model.empty());
    for (std::size_t i = 0; i < model.size(); ++i)
      if (set[i].task != model[i])
        FAIL("at " << i << " after step " << step);
  }
}

} // namespace

TEST_CASE("whichever ready handler is taken, the others keep their order") {
  for (const std::size_t most : {1, 2, 20, 31, 32, 33, 64, 500})
    same_as_a_vector(most, most, 5'000);
}

#include <weir/run.hpp>
#include <weir/storm/plan.hpp>

#include <algorithm>
#include <stdexcept>

namespace weir::storm {

namespace {

std::vector<std::size_t> draw(const std::vector<std::size_t>& ways) {
  if (std::ranges::any_of(ways, [](std::size_t n) { return n < 2; }))
    throw std::invalid_argument("a field of a storm's plan needs at least two ways to be drawn: "
                                "one way leaves no choice in the token");
  std::vector<std::size_t> drawn;
  drawn.reserve(ways.size());
  for (const std::size_t n : ways)
    drawn.push_back(pick(n));
  return drawn;
}

} // namespace

plan draw_plan(const plan_shape& shape) {
  plan made;
  made.header = draw(shape.header);
  made.commands.reserve(shape.commands);
  for (std::size_t i = 0; i < shape.commands; ++i)
    made.commands.push_back(draw(shape.command));
  return made;
}

} // namespace weir::storm

#include "weir/world/cpu.hpp"

#include "checked.hpp"

#include <weir/run.hpp>

namespace weir::world {

void occupy_loop(std::chrono::nanoseconds work) {
  require(work.count() >= 0, "occupy_loop: the work must not be negative");
  weir::block_loop(work);
}

} // namespace weir::world

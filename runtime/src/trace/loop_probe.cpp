#include "weir/loop_probe.hpp"

#include <utility>

namespace weir {

loop_probe::loop_probe(std::string name)
    : name_(std::move(name)),
      lag_(name_ + " lag", {.unit = "ms", .role = source_role::loop_lag, .subject = name_}) {}

void loop_probe::lag(std::chrono::nanoseconds late) {
  lag_.set(std::chrono::duration<double, std::milli>(late).count());
}

void loop_probe::utilisation(double share) {
  if (!utilisation_) {
    utilisation_.emplace(
        name_ + " utilisation",
        gauge_options{
            .capacity = 100, .unit = "%", .role = source_role::loop_utilisation, .subject = name_});
  }
  utilisation_->set(100 * share);
}

} // namespace weir

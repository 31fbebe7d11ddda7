#include "weir/breaker_probe.hpp"

namespace weir {

namespace {

gauge_options part(const breaker_probe_options& of, source_role role, double capacity,
                   std::string unit) {
  return {.capacity = capacity, .unit = std::move(unit), .role = role, .subject = of.name};
}

} // namespace

breaker_probe::breaker_probe(const breaker_probe_options& options)
    : state_(options.name, {"closed", "open", "half-open"}, 0, source_role::breaker_state,
             options.name),
      rate_(options.name + " failure rate",
            part(options, source_role::breaker_failure_rate, options.threshold, "%")),
      calls_(options.name + " calls in window",
             part(options, source_role::breaker_calls, static_cast<double>(options.minimum), {})),
      size_(options.name + " window size", part(options, source_role::breaker_window_size,
                                                static_cast<double>(options.window), {})),
      probes_(options.name + " probes",
              part(options, source_role::breaker_probes, static_cast<double>(options.probes), {})),
      cooldown_(options.name + " cooldown", part(options, source_role::breaker_cooldown, 0, "ms")),
      results_(options.name + " window",
               {.role = source_role::breaker_window, .subject = options.name}) {
  size_.set(static_cast<double>(options.window));
  rate_.set(0);
  calls_.set(0);
  probes_.set(0);
}

void breaker_probe::enter(breaker_phase next) {
  if (next != phase()) {
    state_.set(static_cast<std::int64_t>(next));
    probes_.set(0);
  }
}

breaker_phase breaker_probe::phase() const noexcept {
  return static_cast<breaker_phase>(state_.current());
}

void breaker_probe::cooldown(std::chrono::nanoseconds length) {
  cooldown_.set(std::chrono::duration<double, std::milli>(length).count());
}

void breaker_probe::judges_by(std::size_t calls, std::size_t failures) {
  calls_.set(static_cast<double>(calls));
  rate_.set(calls == 0 ? 0.0 : 100.0 * static_cast<double>(failures) / static_cast<double>(calls));
}

} // namespace weir

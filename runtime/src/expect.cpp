#include <weir/detail/engine.hpp>
#include <weir/expect.hpp>
#include <weir/trace/recorder.hpp>

#include <cmath>
#include <cstdio>

namespace weir {

simulated_out_of_memory::simulated_out_of_memory(const std::string& what)
    : std::runtime_error(what) {
  if (auto* e = detail::engine::current())
    e->stop(detail::stop_reason::out_of_memory, what);
}

namespace detail {

std::string show_integer(long long value) {
  return std::to_string(value);
}

std::string show_unsigned(unsigned long long value) {
  return std::to_string(value);
}

std::string show_number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return buffer;
}

std::string show_duration(std::chrono::nanoseconds value) {
  const auto ns = value.count();
  const double magnitude = std::abs(static_cast<double>(ns));
  if (magnitude < 1e3)
    return show_integer(ns) + " ns";
  if (magnitude < 1e6)
    return show_number(static_cast<double>(ns) / 1e3) + " µs";
  if (magnitude < 1e9)
    return show_number(static_cast<double>(ns) / 1e6) + " ms";
  return show_number(static_cast<double>(ns) / 1e9) + " s";
}

std::string fill(std::string_view pattern, const std::string* values, std::size_t count) {
  std::string filled;
  for (std::size_t used = 0;;) {
    const auto hole = pattern.find("{}");
    filled += pattern.substr(0, hole);
    if (hole == std::string_view::npos)
      return filled;
    if (used < count)
      filled += values[used++];
    pattern.remove_prefix(hole + 2);
  }
}

void expectation_broken(std::string message) {
  const expectation_failed failed(message);
  if (auto* e = engine::current()) {
    if (auto* r = trace::current_recorder())
      r->promise_broken(e->now(), e->current_task(), message);
    e->stop(stop_reason::expectation, std::move(message));
  }
  throw failed;
}

} // namespace detail
} // namespace weir

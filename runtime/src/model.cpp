#include <weir/expect.hpp>
#include <weir/model.hpp>

#include <array>
#include <charconv>
#include <stdexcept>

namespace weir {

namespace {

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array units{unit{"s", 1'000'000'000}, unit{"ms", 1'000'000}, unit{"us", 1'000},
                           unit{"ns", 1}};

constexpr std::string_view pool_name = "pool-";

[[noreturn]] void refuse(std::string_view text) {
  throw std::invalid_argument(
      weir::text("'{}' is no model of schedules: expected anything, one-thread or pool-N with N of "
                 "at least 2, and +JITTER behind it (as in one-thread+1ms) if time may move",
                 text));
}

/// The number that `digits` is, all of it; below `least`, 0.
std::int64_t number(std::string_view digits, std::int64_t least) {
  std::int64_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = end.ec == std::errc() && end.ptr == digits.data() + digits.size();
  return whole && value >= least ? value : 0;
}

std::chrono::nanoseconds parse_jitter(std::string_view text) {
  const auto letters = text.find_first_not_of("0123456789");
  if (letters == std::string_view::npos)
    return {};
  for (const auto& each : units)
    if (text.substr(letters) == each.name) {
      const auto count = number(text.substr(0, letters), 1);
      return count > std::chrono::nanoseconds::max().count() / each.nanoseconds
                 ? std::chrono::nanoseconds()
                 : std::chrono::nanoseconds(count * each.nanoseconds);
    }
  return {};
}

} // namespace

std::string to_string(const schedule_model& model) {
  std::string made = "anything";
  if (model.order == order_model::one_thread)
    made = "one-thread";
  else if (model.order == order_model::pool)
    made = std::string(pool_name) + std::to_string(model.threads);
  if (model.time == time_model::stands_still)
    return made;
  const auto jitter = model.jitter.count();
  for (const auto& each : units)
    if (jitter % each.nanoseconds == 0)
      return made + '+' + std::to_string(jitter / each.nanoseconds) + std::string(each.name);
  return made;
}

schedule_model parse_schedule_model(std::string_view text) {
  schedule_model model;
  const auto plus = text.find('+');
  const auto order = text.substr(0, plus);
  if (order == "one-thread") {
    model.order = order_model::one_thread;
  } else if (order.starts_with(pool_name)) {
    model.order = order_model::pool;
    model.threads = static_cast<std::size_t>(number(order.substr(pool_name.size()), 2));
    if (model.threads == 0)
      refuse(text);
  } else if (order != "anything") {
    refuse(text);
  }
  if (plus != std::string_view::npos) {
    model.time = time_model::moves;
    model.jitter = parse_jitter(text.substr(plus + 1));
    if (model.jitter.count() == 0)
      refuse(text);
  }
  return model;
}

std::string describe(const schedule_model& model) {
  std::string order = "any ready handler may come next";
  if (model.order == order_model::one_thread)
    order = "handlers in the order in which one thread takes them";
  else if (model.order == order_model::pool)
    order = text("any of the {} oldest handlers may come next, as in a pool of {} threads",
                 model.threads, model.threads);
  if (model.time == time_model::stands_still)
    return order + "; time stands still while one is ready";
  return order + text("; a handler may take, and a timer be late by, up to {}", model.jitter);
}

} // namespace weir

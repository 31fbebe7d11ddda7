/// \file
/// A storm's deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

class map_story {
public:
  using model = map_specification;
  using kind = model::event::kind;
  using stage = model::place::stage;

  /// \param last where the model was
  explicit map_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    return seen ? finding(*seen) : missing();
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    switch (seen.what) {
    case kind::next:
      return weir::text("{}: next() gives {}", seen.at, seen.item);
    case kind::empty:
      return weir::text("{}: next() says that there are no more", seen.at);
    case kind::broken:
      return weir::text("{}: next() {}", seen.at, to_string(seen.how));
    case kind::begun:
      return weir::text("{}: call({})", seen.at, seen.item);
    case kind::told:
      return weir::text("{}: call({}) is cancelled", seen.at, seen.item);
    case kind::ended:
      return weir::text("{}: call({}) {}", seen.at, seen.item, to_string(seen.how));
    case kind::cancel:
      return weir::text("{}: bounded_map() is cancelled", seen.at);
    case kind::back:
      return weir::text("{}: bounded_map() {}", seen.at, to_string(seen.how));
    case kind::made: // it begins next
      break;
    }
    return {};
  }

private:
  [[nodiscard]] std::string finding(const model::event& seen) const {
    const bool late = last_.over && *last_.over != seen.at;
    const std::size_t runs = model::running(last_);
    switch (seen.what) {
    case kind::next:
    case kind::empty:
    case kind::broken:
      if (last_.back || late)
        return weir::text("next() was called when it was over");
      return weir::text("next() was called while {} items were not done, and the limit is {}",
                        model::held(last_), last_.limit);
    case kind::made:
    case kind::begun:
      if (last_.back || late)
        return weir::text("call({}) was started when it was over", seen.item);
      if (runs >= last_.limit)
        return weir::text("call({}) was started while {} calls ran, and the limit is {}", seen.item,
                          runs, last_.limit);
      return weir::text("call({}) was started once more than the item had been given out",
                        seen.item);
    case kind::told:
      return weir::text("call({}) was cancelled, and nothing had gone wrong", seen.item);
    case kind::back:
      return wrong_end(seen);
    default:
      return weir::text("call({}) went on after bounded_map() had ended", seen.item);
    }
  }

  [[nodiscard]] std::string wrong_end(const model::event& seen) const {
    if (const std::size_t runs = model::running(last_); runs != 0)
      return weir::text("bounded_map() {} while {} calls ran", to_string(seen.how), runs);
    if (seen.how != model::outcome::returned)
      return weir::text("bounded_map() {}, and should have: {}", to_string(seen.how), due());
    if (!last_.errors.empty() || last_.cancelled)
      return weir::text("bounded_map() returned, and should have: {}", due());
    if (!last_.exhausted || model::held(last_) != 0)
      return "bounded_map() returned before all was done";
    return wrong_results(seen.results);
  }

  [[nodiscard]] std::string wrong_results(const std::vector<int>& seen) const {
    const std::vector<int> right = model::results(last_);
    if (seen.size() != right.size())
      return weir::text("there were {} items, and bounded_map() returned {} results", right.size(),
                        seen.size());
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(seen, right).in1 - seen.begin());
    return weir::text("item number {} was {}, which gives {}, and result number {} is {}", at + 1,
                      last_.places[at].item, right[at], at + 1, seen[at]);
  }

  [[nodiscard]] std::string due() const {
    if (!last_.errors.empty())
      return std::string(to_string(last_.errors.front()));
    return std::string(
        to_string(last_.cancelled ? model::outcome::aborted : model::outcome::returned));
  }

  [[nodiscard]] std::string missing() const {
    for (const model::place& one : last_.places)
      if (last_.over && one.at == stage::running)
        return weir::text("call({}) ran when it was over, and was not cancelled", one.item);
    const std::size_t runs = model::running(last_);
    if (last_.over)
      return weir::text("all calls had ended, and bounded_map() has not: it should have: {}",
                        due());
    for (const model::place& one : last_.places)
      if (one.at == stage::taken || one.at == stage::made)
        return weir::text("item {} was asked for, and its call has not started", one.item);
    if (model::left(last_) && runs < last_.limit)
      return weir::text("{} calls run, the limit is {}, and nothing more is asked for", runs,
                        last_.limit);
    return "everything was done, and bounded_map() has not returned";
  }

  const model::state& last_;
};

} // namespace weir_hidden

/// \file
/// A deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir_hidden {

inline std::string name_of(const limiter_specification::caller& who) {
  return weir::text("call {}", who.id);
}

class limiter_story {
public:
  using model = limiter_specification;
  using kind = model::event::kind;
  using stage = model::guest::stage;

  /// \param last where the model was
  explicit limiter_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    return seen ? finding(*seen) : overdue();
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    std::string name = name_of(seen.who);
    switch (seen.what) {
    case kind::call:
      return name;
    case kind::cancel:
      return "cancel " + name;
    case kind::limit:
      return weir::text("set_limit({})", seen.limit);
    case kind::begun:
      return weir::text("the job of {} begins", name);
    case kind::failed:
      return weir::text("calling the job of {} throws", name);
    case kind::ended:
      return weir::text("the job of {} {}", name, to_string(seen.how));
    case kind::back:
      return weir::text("{} {}", name, to_string(seen.how));
    case kind::made: // it begins next
    case kind::counts:
      break;
    }
    return {};
  }

private:
  [[nodiscard]] std::string finding(const model::event& seen) const {
    const std::string name = name_of(seen.who);
    const std::size_t runs = model::count(last_, stage::running);
    switch (seen.what) {
    case kind::counts:
      return weir::text("in_flight says {} and waiting {}, where {} run and {} wait",
                        seen.in_flight, seen.waiting, runs, model::count(last_, stage::in_line));
    case kind::made:
    case kind::failed:
      if (at(seen.who) != stage::in_line)
        return weir::text("the job of {} was called once more", name);
      if (runs >= last_.limit)
        return weir::text("the job of {} was called while {} ran, and the limit is {}", name, runs,
                          last_.limit);
      return weir::text("the job of {} was called before its turn", name);
    case kind::back:
      return wrong_return(seen);
    default:
      return weir::text("{} went on, and that was not its turn", name);
    }
  }

  [[nodiscard]] stage at(const model::caller& who) const {
    for (const model::guest& one : last_.guests)
      if (one.who.id == who.id)
        return one.at;
    return stage::done;
  }

  [[nodiscard]] std::string overdue() const {
    const model::guest* const due = model::first_due(last_);
    if (due == nullptr)
      return "something is left to do";
    const std::string name = name_of(due->who);
    switch (due->at) {
    case stage::running:
      return weir::text("{} was cancelled, and its job has not been", name);
    case stage::done:
      return due->how == model::outcome::aborted && due->given_up
                 ? weir::text("{} was cancelled and has not ended", name)
                 : weir::text("the job of {} has ended, but {} has not", name, name);
    default:
      return weir::text("{} still waits, although {} run and the limit is {}", name,
                        model::count(last_, stage::running), last_.limit);
    }
  }

  [[nodiscard]] std::string wrong_return(const model::event& seen) const {
    const std::string name = name_of(seen.who);
    const auto what =
        seen.how == model::outcome::other ? seen.error : std::string(to_string(seen.how));
    for (const model::guest& one : last_.guests) {
      if (one.who.id != seen.who.id)
        continue;
      if (one.at == stage::done)
        return weir::text("{} {}, but its job {}", name, what, to_string(one.how));
      if (one.at == stage::running)
        return weir::text("{} {} while its job ran", name, what);
    }
    return weir::text("{} {} while it waited", name, what);
  }

  const model::state& last_;
};

} // namespace weir_hidden

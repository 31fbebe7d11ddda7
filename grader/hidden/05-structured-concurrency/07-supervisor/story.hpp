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

class supervisor_story {
public:
  using model = supervisor_specification;
  using kind = model::event::kind;
  using stage = model::seat::stage;

  /// \param last where the model was
  explicit supervisor_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    if (!seen)
      return missing();
    if (const model::seat* const late = model::overdue(last_, seen->at))
      return weir::text("{} was to be started at {}, and was not", name_of(*late), late->due);
    const std::string name = name_of(seen->who);
    switch (seen->what) {
    case kind::called:
    case kind::failed:
      return wrong_start(*seen);
    case kind::begun:
      return weir::text("{} was started after supervise() had been cancelled", name);
    case kind::told:
      return weir::text("{} was cancelled, and nobody had asked for that", name);
    case kind::back:
      return wrong_end(*seen);
    default:
      return weir::text("{} went on, and that was not its turn", name);
    }
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    const std::string name = name_of(seen.who);
    switch (seen.what) {
    case kind::cancel:
      return weir::text("{}: supervise() is cancelled", seen.at);
    case kind::failed:
      return weir::text("{}: calling {} {}", seen.at, name, to_string(seen.how));
    case kind::begun:
      return weir::text("{}: {} is started", seen.at, name);
    case kind::told:
      return weir::text("{}: {} is cancelled", seen.at, name);
    case kind::ended:
      return weir::text("{}: {} {}", seen.at, name, to_string(seen.how));
    case kind::back:
      return weir::text("{}: supervise() {}", seen.at, to_string(seen.how));
    default: // one that was called begins next
      return {};
    }
  }

private:
  static std::string name_of(std::size_t who) { return weir::text("child {}", who + 1); }

  [[nodiscard]] std::string name_of(const model::seat& one) const {
    return name_of(static_cast<std::size_t>(&one - last_.seats.data()));
  }

  [[nodiscard]] std::string wrong_start(const model::event& seen) const {
    const std::string name = name_of(seen.who);
    const model::seat& one = last_.seats[seen.who];
    if (last_.back)
      return weir::text("{} was started after supervise() had ended", name);
    if (last_.ending() && one.at == stage::done)
      return weir::text("{} was started after supervise() had given up", name);
    if (one.at == stage::waiting)
      return weir::text("{} was started at {}, and was to be started at {}", name, seen.at,
                        one.due);
    return weir::text("{} was started once more", name);
  }

  [[nodiscard]] std::string wrong_end(const model::event& seen) const {
    const auto what =
        seen.how == model::outcome::other ? seen.error : std::string(to_string(seen.how));
    for (const model::seat& one : last_.seats)
      if (one.at != stage::done)
        return weir::text("supervise() {}, and {} {}", what, name_of(one),
                          one.at == stage::running ? "still ran" : "was to be started again");
    if (last_.gave_up)
      return weir::text("supervise() {}, and the failure that was one too many {}", what,
                        to_string(*last_.gave_up));
    return last_.cancelled ? weir::text("supervise() was cancelled, and {}", what)
                           : weir::text("all children are done, and supervise() {}", what);
  }

  [[nodiscard]] std::string missing() const {
    const model::seat* const due = model::first_due(last_);
    if (due == nullptr)
      return "all children have ended, and supervise() has not";
    if (due->at != stage::running)
      return weir::text("{} was to be started at {}, and was not", name_of(*due), due->due);
    return weir::text("supervise() {}, and {} was not cancelled",
                      last_.gave_up ? "had one failure too many" : "was cancelled", name_of(*due));
  }

  const model::state& last_;
};

} // namespace weir_hidden

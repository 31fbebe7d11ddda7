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

namespace weir_hidden {

class pool_story {
public:
  using model = pool_specification;
  using kind = model::event::kind;
  using stage = model::caller::stage;
  using where = model::link::stage;

  /// \param last where the model was
  explicit pool_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    return seen ? finding(*seen) : missing();
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    switch (seen.what) {
    case kind::acquire:
      return seen.deadline == std::chrono::nanoseconds::max()
                 ? weir::text("{}: {} calls acquire()", seen.at, name(seen.id))
                 : weir::text("{}: {} calls acquire(), with a deadline at {}", seen.at,
                              name(seen.id), seen.deadline);
    case kind::cancel:
      return weir::text("{}: {} is cancelled", seen.at, name(seen.id));
    case kind::begun:
      return weir::text("{}: connection {} is being opened", seen.at, seen.connection);
    case kind::told:
      return weir::text("{}: that of connection {} is cancelled", seen.at, seen.connection);
    case kind::ended:
      return seen.how == model::outcome::returned
                 ? weir::text("{}: connection {} is open", seen.at, seen.connection)
                 : weir::text("{}: connect() of connection {} {}", seen.at, seen.connection,
                              to_string(seen.how));
    case kind::back:
      return weir::text("{}: {}", seen.at, fate(seen));
    case kind::returned:
      return weir::text("{}: connection {} is given back", seen.at, seen.connection);
    case kind::breaks:
      return weir::text("{}: connection {} breaks", seen.at, seen.connection);
    case kind::closed:
      return weir::text("{}: connection {} is closed", seen.at, seen.connection);
    case kind::clock:
      break;
    }
    return {};
  }

private:
  static std::string name(std::size_t id) { return weir::text("caller {}", id); }

  static std::string fate(const model::event& seen) {
    return seen.how == model::outcome::returned
               ? weir::text("{} got connection {}", name(seen.id), seen.connection)
               : weir::text("acquire() of {} {}", name(seen.id), to_string(seen.how));
  }

  [[nodiscard]] std::string finding(const model::event& seen) const {
    if (const model::caller* const late = model::overdue(last_, seen.at))
      return weir::text("the deadline of {} was at {}, and it still waits", name(late->id),
                        late->deadline);
    switch (seen.what) {
    case kind::begun:
      if (model::used(last_) >= last_.size)
        return weir::text("another connection was being opened while {} were open or being opened; "
                          "the pool's size is {}",
                          last_.links.size(), last_.size);
      return "another connection was being opened, and nobody needed one";
    case kind::told:
      return weir::text("the opening of connection {} was cancelled, and nobody had given up",
                        seen.connection);
    case kind::closed:
      return weir::text("connection {} was closed, and it was not broken", seen.connection);
    case kind::back:
      return weir::text("{}{}", fate(seen), why_not(seen));
    default:
      return "somebody went on who was not to";
    }
  }

  [[nodiscard]] std::string why_not(const model::event& seen) const {
    if (seen.how != model::outcome::returned) {
      for (const model::caller& one : last_.callers)
        if (one.id == seen.id && one.at == stage::failed)
          return weir::text(", and it should have: {}", to_string(one.how));
      return ", and there was no reason to";
    }
    const auto its = std::ranges::find(last_.links, seen.connection, &model::link::number);
    if (its != last_.links.end() && its->broken)
      return ", which was broken";
    if (its != last_.links.end() && its->at == where::lent)
      return ", which somebody else had";
    return ", and it was another's turn";
  }

  [[nodiscard]] std::string missing() const {
    for (const model::link& one : last_.links) {
      if (one.at == where::doomed)
        return weir::text("connection {} was given back broken, and has not been closed",
                          one.number);
      if (one.at == where::opening && one.nobodys)
        return weir::text("connection {} is still being opened, and whoever wanted it has left",
                          one.number);
    }
    for (const model::caller& one : last_.callers) {
      if (one.at == stage::in_line || one.at == stage::opening) {
        if (one.cancelled)
          return weir::text("{} was cancelled, and has not ended", name(one.id));
        if (one.deadline <= last_.now)
          return weir::text("the deadline of {} was at {}, and it still waits", name(one.id),
                            one.deadline);
      }
      if (one.at == stage::failed)
        return weir::text("connect() failed for {}, which still waits", name(one.id));
      if (one.at == stage::placed || one.at == stage::next)
        return weir::text("{} was next in line, {} of {} places were in use, and none is opened "
                          "for it",
                          name(one.id), last_.links.size(), last_.size);
      if (one.at == stage::given)
        return weir::text("connection {} was there for {}, which still waits", one.connection,
                          name(one.id));
    }
    for (const model::link& one : last_.links)
      if (one.at == where::idle)
        return weir::text("somebody waits, and connection {}, which is idle, {}", one.number,
                          one.broken ? "is broken and keeps its place" : "is not handed out");
    return "something is left to do";
  }

  const model::state& last_;
};

} // namespace weir_hidden

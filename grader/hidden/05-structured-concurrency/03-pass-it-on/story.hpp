/// \file
/// A storm's deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir_hidden {

inline std::string_view name_of(step what) {
  return what == step::connect ? "connect()" : what == step::send ? "send()" : "receive()";
}

class meter_story {
public:
  using model = meter_specification;
  using kind = model::event::kind;

  /// \param last where the model was
  explicit meter_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    if (!seen)
      return missing();
    if (model::overdue(last_, seen->at))
      return weir::text("the pause of {} ended at {}, and connect() was not called",
                        call(last_.has->id), *last_.has->pause_ends);
    switch (seen->what) {
    case kind::begun:
    case kind::failed:
      return wrong_operation(*seen);
    case kind::told:
      return "the operation was cancelled, and that nobody had asked for, or once before";
    case kind::closed:
      return last_.has && last_.has->under_way
                 ? weir::text("close() was called while {} was under way",
                              name_of(*last_.has->under_way))
                 : std::string("close() was called, and nothing had gone wrong");
    case kind::back:
      return wrong_end(*seen);
    default:
      return "an operation went on that nobody waited for";
    }
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    switch (seen.what) {
    case kind::ask:
      return weir::text("{}: {}", seen.at, call(seen.id));
    case kind::cancel:
      return weir::text("{}: {} is cancelled", seen.at, call(seen.id));
    case kind::begun:
      return weir::text("{}: {}", seen.at, name_of(seen.operation));
    case kind::failed:
      return weir::text("{}: calling {} {}", seen.at, name_of(seen.operation), to_string(seen.how));
    case kind::told:
      return weir::text("{}: {} is cancelled", seen.at, name_of(seen.operation));
    case kind::ended:
      return weir::text("{}: {} {}", seen.at, name_of(seen.operation), to_string(seen.how));
    case kind::closed:
      return weir::text("{}: close()", seen.at);
    case kind::back:
      return weir::text("{}: {} {}", seen.at, call(seen.id), to_string(seen.how));
    case kind::clock:
      break;
    }
    return {};
  }

private:
  static std::string call(std::size_t id) { return weir::text("ask({})", id); }

  [[nodiscard]] std::string wrong_operation(const model::event& seen) const {
    const std::string_view name = name_of(seen.operation);
    if (!last_.has)
      return weir::text("{} was called, and it was nobody's turn", name);
    const model::holder& now = *last_.has;
    if (now.under_way)
      return weir::text("{} was called while {} was under way", name, name_of(*now.under_way));
    if (now.pause_ends)
      return weir::text("{} was called in the pause", name);
    if (now.cancelled && now.cancelled_at != seen.at)
      return weir::text("{} was called for {}, which had been cancelled", name, call(now.id));
    if (seen.operation == step::send && seen.id != now.id)
      return weir::text("the request of {} was sent when it was the turn of {}", call(seen.id),
                        call(now.id));
    return weir::text("{} was called, and it was time for {}", name, name_of(model::due(last_)));
  }

  [[nodiscard]] std::string wrong_end(const model::event& seen) const {
    const std::string name = call(seen.id);
    for (const model::leaver& one : last_.leaving)
      if (one.id == seen.id && seen.how == model::outcome::returned && one.how == seen.how)
        return weir::text("{} returned the answer to {}", name, call(seen.answered));
      else if (one.id == seen.id)
        return weir::text("{} {}, and should have: {}", name, to_string(seen.how),
                          to_string(one.how));
    return weir::text("{} {} before its time", name, to_string(seen.how));
  }

  [[nodiscard]] std::string missing() const {
    if (!last_.leaving.empty())
      return weir::text("{} was to end, and has not", call(last_.leaving.front().id));
    if (!last_.has)
      return weir::text("{} waits, and nobody has the wire", call(last_.line.front().id));
    const model::holder& now = *last_.has;
    if (now.under_way)
      return weir::text("{} was cancelled, and {}, which was under way for it, was not",
                        call(now.id), name_of(*now.under_way));
    if (now.cancelled)
      return weir::text("{} was cancelled, and has not ended", call(now.id));
    return weir::text("it was time to call {} for {}", name_of(model::due(last_)), call(now.id));
  }

  const model::state& last_;
};

} // namespace weir_hidden

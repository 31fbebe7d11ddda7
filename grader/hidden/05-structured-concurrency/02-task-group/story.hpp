/// \file
/// A storm's deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

class group_story {
public:
  using model = group_specification;
  using kind = model::event::kind;
  using stage = model::kid::stage;

  /// \param last where the model was
  explicit group_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    if (!seen)
      return missing();
    const std::string name = name_of(seen->who);
    switch (seen->what) {
    case kind::taken:
      return weir::text("start() of {} returned true, and the group was not open", name);
    case kind::refused:
      return weir::text("start() of {} returned false, and the group was open", name);
    case kind::called:
    case kind::failed:
      return weir::text("{} was called, and that was not its turn", name);
    case kind::told:
      return last_.kids[seen->who].told
                 ? weir::text("{} was cancelled a second time", name)
                 : weir::text("{} was cancelled, and nobody had asked for that", name);
    case kind::back:
      return wrong_end(*seen);
    default:
      return weir::text("{} went on, and that was not its turn", name);
    }
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    const std::string name = name_of(seen.who);
    switch (seen.what) {
    case kind::taken:
      return weir::text("{}: start() of {}", seen.at, name);
    case kind::refused:
      return weir::text("{}: start() of {} is refused", seen.at, name);
    case kind::failed:
      return weir::text("{}: calling {} {}", seen.at, name, to_string(seen.how));
    case kind::told:
      return weir::text("{}: {} is cancelled", seen.at, name);
    case kind::ended:
      return weir::text("{}: {} {}", seen.at, name, to_string(seen.how));
    case kind::cancel:
      return weir::text("{}: cancel()", seen.at);
    case kind::join:
      return weir::text("{}: join()", seen.at);
    case kind::cancel_join:
      return weir::text("{}: join() is cancelled", seen.at);
    case kind::back:
      return weir::text("{}: join() {}", seen.at, end_of_join(seen));
    default: // one that was called begins next
      return {};
    }
  }

private:
  static std::string_view end_of_join(const model::event& seen) {
    return seen.errors.empty() ? to_string(seen.how) : "threw a group_error";
  }

  static std::string name_of(std::size_t who) { return weir::text("child {}", who + 1); }

  [[nodiscard]] std::string name_of(const model::kid& one) const {
    return name_of(static_cast<std::size_t>(&one - last_.kids.data()));
  }

  static std::string list(const std::vector<model::outcome>& all) {
    std::string out;
    for (const model::outcome one : all)
      out += weir::text("{} one that {}", out.empty() ? "" : ",", to_string(one));
    return out.empty() ? std::string(" none") : out;
  }

  [[nodiscard]] std::string wrong_end(const model::event& seen) const {
    for (const model::kid& one : last_.kids)
      if (one.at != stage::gone)
        return weir::text("join() {}, and {} {}", end_of_join(seen), name_of(one),
                          one.at == stage::running ? "still ran" : "had not begun");
    std::vector<model::outcome> due;
    for (const model::error& one : last_.errors)
      due.push_back(one.how);
    if (last_.join_knows)
      due.push_back(model::outcome::aborted);
    if (!seen.errors.empty())
      return weir::text("join() threw a group_error with{}, and there were{}", list(seen.errors),
                        list(due));
    if (!last_.errors.empty())
      return weir::text("join() {}, and there were errors:{}", end_of_join(seen), list(due));
    return last_.join_knows ? weir::text("join() was cancelled, and {}", end_of_join(seen))
                            : weir::text("there was no error, and join() {}", end_of_join(seen));
  }

  [[nodiscard]] std::string missing() const {
    const model::kid* const due = model::first_due(last_);
    if (due == nullptr)
      return "all children have ended, and join() has not";
    if (due->at != stage::running)
      return weir::text("{} was started, and has not begun", name_of(*due));
    const std::string_view why = !last_.errors.empty() ? "there was an error"
                                 : last_.join_knows    ? "join() was cancelled"
                                                       : "cancel() was called";
    return weir::text("{}, and {} was not cancelled", why, name_of(*due));
  }

  const model::state& last_;
};

} // namespace weir_hidden

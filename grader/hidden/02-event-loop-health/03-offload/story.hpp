/// \file
/// A deviation in words: what broke, and the story that led there.
#pragma once

#include "specification.hpp"

#include <weir/expect.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir_hidden {

inline std::string name_of(std::uint16_t id) {
  return weir::text("call {}", id);
}

class offload_story {
public:
  using model = offload_specification;
  using kind = model::event::kind;
  using stage = model::stage;

  /// \param last where the model was
  offload_story(const model::state& last, std::size_t threads, std::size_t limit)
      : last_(last), threads_(threads), limit_(limit) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    return seen ? finding(*seen) : overdue();
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    const std::string name = name_of(seen.id);
    switch (seen.what) {
    case kind::call:
      return name;
    case kind::cancel:
      return "cancel " + name;
    case kind::begun:
      return weir::text("the job of {} begins", name);
    case kind::told:
      return weir::text("the job of {} is asked to stop", name);
    case kind::ended:
      return weir::text("the job of {} {}", name, to_string(seen.how));
    case kind::back:
      return weir::text("{} {}", name, to_string(seen.how));
    case kind::close:
      return "close()";
    case kind::joined:
      return "the threads are joined";
    case kind::closed:
      return "close() returned";
    case kind::counts:
      break;
    }
    return {};
  }

private:
  [[nodiscard]] const model::guest* guest(std::uint16_t id) const {
    const auto found = std::ranges::find(last_.guests, id, &model::guest::id);
    return found == last_.guests.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::size_t count(stage at) const { return model::count(last_, at); }

  [[nodiscard]] std::string finding(const model::event& seen) const {
    const std::string name = name_of(seen.id);
    const model::guest* const who = guest(seen.id);
    const std::size_t runs = count(stage::running);
    switch (seen.what) {
    case kind::counts:
      return weir::text("running() says {} and waiting() {}, where {} run and {} wait",
                        seen.running, seen.waiting, runs, count(stage::in_line));
    case kind::begun:
      if (who == nullptr)
        return weir::text("the job of {} was called when the call had ended", name);
      if (who->at > stage::placed)
        return weir::text("the job of {} was called once more", name);
      if (who->late)
        return weir::text("the job of {}, which came after close(), was called", name);
      if (runs >= threads_)
        return weir::text("the job of {} was called while {} ran, and there are {} threads", name,
                          runs, threads_);
      return weir::text("the job of {} was called before its turn", name);
    case kind::told:
      return weir::text("the job of {} was asked to stop, and nobody had cancelled the call", name);
    case kind::joined:
      return weir::text("the threads were joined {}",
                        last_.joined ? "once more" : "while somebody was inside");
    case kind::closed:
      return last_.joined ? "close() returned while somebody was inside"
                          : "close() returned, and the threads have not been joined";
    case kind::back:
      return wrong_return(seen, who);
    default:
      return weir::text("{} went on, and that was not its turn", name);
    }
  }

  [[nodiscard]] std::string wrong_return(const model::event& seen, const model::guest* who) const {
    const std::string name = name_of(seen.id);
    const std::string what =
        seen.how == model::outcome::other ? seen.error : std::string(to_string(seen.how));
    if (who == nullptr)
      return weir::text("{} {}, and had ended before", name, what);
    switch (who->at) {
    case stage::running:
      return weir::text("{} {} while its job ran", name, what);
    case stage::ended:
    case stage::done:
      if (who->at == stage::done && who->how == model::outcome::shut_down)
        return weir::text("{} came after close(), and {}", name, what);
      if (who->at == stage::done && who->how == model::outcome::refused)
        return weir::text("{} came when {} waited, and {}", name, count(stage::in_line), what);
      if (who->given_up)
        return weir::text("{} was cancelled while {}, and {}", name,
                          who->told ? "its job ran" : "it waited", what);
      return weir::text("{} {}, but its job {}", name, what, to_string(who->how));
    default:
      if (seen.how == model::outcome::refused)
        return weir::text("{} was refused, where {} run and {} wait", name, count(stage::running),
                          count(stage::in_line));
      return weir::text("{} {}, and its job has not been called", name, what);
    }
  }

  [[nodiscard]] std::string overdue() const {
    const model::guest* const due = model::first_due(last_);
    if (due == nullptr)
      return model::close_is_due(last_) ? "nobody is inside any more, and close() has not returned"
                                        : "something is left to do";
    const std::string name = name_of(due->id);
    switch (due->at) {
    case stage::called:
    case stage::placed:
      return weir::text("{} waits, although {} of {} {} free", name,
                        threads_ - count(stage::running), threads_,
                        threads_ == 1 ? "thread is" : "threads are");
    case stage::in_line:
      return weir::text("{} was cancelled while it waited, and has not ended", name);
    case stage::running:
      return weir::text("{} was cancelled, and its job has not been asked to stop", name);
    case stage::ended:
    case stage::done:
      break;
    }
    if (due->at == stage::done && due->given_up && !due->told)
      return weir::text("{} was cancelled while it waited, and has not ended", name);
    if (due->how == model::outcome::refused)
      return weir::text("{} came when {} waited, which is as many as may, and has not been refused",
                        name, limit_);
    if (due->how == model::outcome::shut_down)
      return weir::text("{} came after close(), and has not been refused", name);
    return weir::text("the job of {} has ended, and {} has not", name, name);
  }

  const model::state& last_;
  std::size_t threads_;
  std::size_t limit_;
};

} // namespace weir_hidden

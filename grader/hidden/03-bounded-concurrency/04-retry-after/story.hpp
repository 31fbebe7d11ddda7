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

class client_story {
public:
  using model = client_specification;
  using kind = model::event::kind;
  using stage = model::caller::stage;

  /// \param last where the model was
  explicit client_story(const model::state& last) : last_(last) {}

  /// What broke: an event that the model could not follow, or none, where one was due.
  [[nodiscard]] std::string finding(const std::optional<model::event>& seen) const {
    if (!seen)
      return missing();
    if (const auto due = model::due(last_); due < seen->at)
      return weir::text("somebody waited, and nothing went out at {}", due);
    switch (seen->what) {
    case kind::sent:
      return wrong_sending(*seen);
    case kind::told:
      return weir::text("the sending of request {} was cancelled, and ask({}) had not been",
                        seen->request, seen->request);
    case kind::back:
      return wrong_end(*seen);
    default:
      return weir::text("request {} went on, and nobody had asked for it", seen->request);
    }
  }

  [[nodiscard]] static std::string line(const model::event& seen) {
    switch (seen.what) {
    case kind::ask:
      return weir::text("{}: ask({})", seen.at, seen.request);
    case kind::cancel:
      return weir::text("{}: ask({}) is cancelled", seen.at, seen.request);
    case kind::sent:
      return weir::text("{}: request {} goes out", seen.at, seen.request);
    case kind::told:
      return weir::text("{}: the sending of {} is cancelled", seen.at, seen.request);
    case kind::answered:
      if (seen.how != model::outcome::returned)
        return weir::text("{}: the sending of {} {}", seen.at, seen.request, to_string(seen.how));
      return seen.status == model::refusal || seen.retry_after > std::chrono::nanoseconds(0)
                 ? weir::text("{}: {} to request {}, Retry-After {}", seen.at, seen.status,
                              seen.request, seen.retry_after)
                 : weir::text("{}: {} to request {}", seen.at, seen.status, seen.request);
    case kind::back:
      return weir::text("{}: {}", seen.at, fate(seen));
    case kind::begun: // it was sent
    case kind::clock:
      break;
    }
    return {};
  }

private:
  static std::string fate(const model::event& seen) {
    return seen.how == model::outcome::returned
               ? weir::text("ask({}) returned with status {}", seen.request, seen.status)
               : weir::text("ask({}) {}", seen.request, to_string(seen.how));
  }

  [[nodiscard]] const model::caller* find(int request) const {
    const auto one = std::ranges::find(last_.callers, request, &model::caller::request);
    return one == last_.callers.end() ? nullptr : &*one;
  }

  [[nodiscard]] std::string wrong_sending(const model::event& seen) const {
    const model::caller* const one = find(seen.request);
    if (one == nullptr || one->at != stage::waits)
      return weir::text("request {} went out once more than was due", seen.request);
    if (last_.last_sent && seen.at - *last_.last_sent < last_.interval)
      return weir::text("request {} went out {} after the one before it; {} is the least",
                        seen.request, seen.at - *last_.last_sent, last_.interval);
    if (seen.at < last_.pause_ends)
      return weir::text("request {} went out at {}, in a pause until {}", seen.request, seen.at,
                        last_.pause_ends);
    return weir::text("request {} went out, and another, which had come before it, waited",
                      seen.request);
  }

  [[nodiscard]] std::string wrong_end(const model::event& seen) const {
    const model::caller* const one = find(seen.request);
    if (one == nullptr || one->at != stage::answered)
      return weir::text("{}, and it had no answer", fate(seen));
    if (one->how != model::outcome::returned)
      return weir::text("{}, and its sending {}", fate(seen), to_string(one->how));
    if (seen.how == model::outcome::returned && one->status == seen.status)
      return weir::text("{}, and the answer is another's", fate(seen));
    return weir::text("{}, and the answer to it was {}", fate(seen), one->status);
  }

  [[nodiscard]] std::string missing() const {
    for (const model::caller& one : last_.callers) {
      if (one.at == stage::answered)
        return weir::text("the sending of request {} has ended, and ask({}) has not", one.request,
                          one.request);
      if (one.cancelled && one.at == stage::waits)
        return weir::text("ask({}) was cancelled while it waited, and has not ended", one.request);
      if (one.cancelled && !one.told)
        return weir::text("ask({}) was cancelled while its request was on the way, and the sending "
                          "was not",
                          one.request);
    }
    return weir::text("somebody waited, and nothing went out at {}", model::due(last_));
  }

  const model::state& last_;
};

} // namespace weir_hidden

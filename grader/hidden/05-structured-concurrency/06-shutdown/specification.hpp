/// \file
/// The brief of `shutdown` as questions to the books: what became of everybody, and whether that
/// may be.
#pragma once

#include "shutdown.hpp"

#include <weir/expect.hpp>
#include <weir/storm/edges.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir_hidden {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using weir::storm::thrown;

inline constexpr nanoseconds for_ever = nanoseconds::max();

/// How serving a client goes, or closing a resource.
struct life {
  nanoseconds comes = 0ns; ///< a client, to the entrance
  nanoseconds lasts = 5ms; ///< unless it is cancelled
  std::optional<thrown> fails = {};
  bool at_the_call = false;                     ///< throws when it is called
  nanoseconds tidies = 0ns;                     ///< when it is cancelled
  nanoseconds hurries = 0ns;                    ///< when it is cancelled once more
  std::optional<thrown> then = thrown::aborted; ///< how it ends then; empty: it returns
  bool plain = false;   ///< it tidies up deaf, and leaves its state cancelled
  bool shields = false; ///< it leaves its cancellation state disabled
};

/// A client or a resource, and what became of it.
struct entry {
  life how;
  std::string name;
  std::optional<nanoseconds> given = {}; ///< a client, by `accept`
  int begins = 0;
  nanoseconds began = for_ever;
  std::size_t began_as = 0; ///< among all that began and ended
  std::vector<nanoseconds> cancels = {};
  bool not_terminal = false; ///< one of them was of another type, or of several
  std::optional<nanoseconds> ended = {};
  std::size_t ended_as = 0;
  std::exception_ptr error = {};
  std::optional<nanoseconds> hung_up = {}; ///< a client: the request was destroyed
  bool hung_up_on = false;                 ///< and that while it was being served

  [[nodiscard]] bool runs() const { return begins != 0 && !ended; }

  [[nodiscard]] std::ptrdiff_t cancelled_at(nanoseconds when) const {
    return std::ranges::count(cancels, when);
  }
};

struct books {
  nanoseconds grace{};
  std::vector<nanoseconds> signals; ///< when they come, in order
  std::deque<entry> clients;
  std::deque<entry> resources;
  std::vector<nanoseconds> closed; ///< the entrance
  std::optional<nanoseconds> back; ///< run() ended
  std::optional<exit_code> code;   ///< and returned that
  std::string end;                 ///< in words
  std::string left;                ///< who was left behind then
  std::size_t events = 0;

  /// Fails the run when what was seen breaks `promise`.
  void audit(std::string_view promise) const {
    if (promise == "serves")
      serves();
    else if (promise == "stops")
      stops();
    else if (promise == "drains")
      drains();
    else if (promise == "cuts-off")
      cuts_off();
    else if (promise == "in-order")
      in_order();
    else if (promise == "hurries")
      hurries();
    else
      says_how_it_went();
  }

private:
  // ---- moments

  [[nodiscard]] nanoseconds told() const {
    return signals.empty() ? for_ever : std::max(signals.front(), nanoseconds());
  }

  [[nodiscard]] nanoseconds grace_ends() const {
    return grace < for_ever - told() ? told() + grace : for_ever;
  }

  [[nodiscard]] std::vector<nanoseconds> further() const {
    std::vector<nanoseconds> all;
    for (std::size_t i = 1; i < signals.size(); ++i)
      all.push_back(std::max(signals[i], nanoseconds()));
    return all;
  }

  [[nodiscard]] nanoseconds hurried() const {
    return signals.size() < 2 ? for_ever : std::max(signals[1], nanoseconds());
  }

  [[nodiscard]] std::ptrdiff_t signals_at(nanoseconds when) const {
    std::ptrdiff_t many = 0;
    for (std::size_t i = 1; i < signals.size(); ++i)
      many += std::max(signals[i], nanoseconds()) == when ? 1 : 0;
    return many;
  }

  /// Nobody is served any more; empty while somebody is.
  [[nodiscard]] std::optional<nanoseconds> all_gone() const {
    nanoseconds last = told();
    for (const entry& one : clients) {
      if (one.runs())
        return std::nullopt;
      last = std::max(last, one.ended.value_or(nanoseconds()));
    }
    return last;
  }

  /// Who comes in when all are cancelled in that instant may be hung up on.
  [[nodiscard]] bool may_be_dropped(const entry& one) const {
    return one.given == told() && (grace == nanoseconds() || hurried() == told());
  }

  // ---- words

  /// "let in at 5 ms", "not let in"
  static std::string moment(std::string_view what, const std::optional<nanoseconds>& when) {
    return when ? weir::text("{} at {}", what, *when) : weir::text("not {}", what);
  }

  [[nodiscard]] std::string end_of_run() const {
    return back ? weir::text("run() {} at {}", end, *back) : std::string("run() has not ended");
  }

  [[nodiscard]] std::string why() const {
    if (signals.empty())
      return "no signal had come";
    return weir::text("the signal came at {}, the grace is {}", told(),
                      grace == for_ever ? "for ever" : weir::text("{}", grace)) +
           (hurried() == for_ever ? "" : weir::text(", a further signal came at {}", hurried()));
  }

  // ---- promises

  void serves() const {
    for (const entry& one : clients) {
      if (one.how.comes < told()) {
        if (one.given != one.how.comes)
          weir::fail("{} came at {}, and was {}", one.name, one.how.comes,
                     moment("let in", one.given));
        was_begun(one);
      }
      for (const nanoseconds each : one.cancels)
        weir::expect(each >= told(), "{} was cancelled at {}, and no signal had come", one.name,
                     each);
      weir::expect(one.begins <= 1, "{} was served {} times", one.name, one.begins);
      if (one.hung_up_on)
        weir::fail("{} was {}, while it was being served", one.name,
                   moment("hung up on", one.hung_up));
      if (one.given && !one.runs() && one.hung_up != (one.begins == 0 ? one.given : one.ended))
        weir::fail("{} was served until {}, and {}", one.name, one.ended.value_or(nanoseconds()),
                   moment("hung up on", one.hung_up));
    }
    weir::expect(!signals.empty() || !back, "no signal had come, and run() {}", end);
  }

  void was_begun(const entry& one) const {
    if (!one.given)
      return;
    weir::expect(one.begins != 0, "{} was let in at {}, and nobody served it", one.name,
                 *one.given);
    weir::expect(one.began == *one.given, "{} was let in at {}, and serving it began at {}",
                 one.name, *one.given, one.began);
  }

  void stops() const {
    if (signals.empty()) {
      weir::expect(closed.empty(), "no signal had come, and the entrance was closed at {}",
                   closed.empty() ? nanoseconds() : closed.front());
      return;
    }
    weir::expect(!closed.empty(), "the signal came at {}, and the entrance was not closed", told());
    weir::expect(closed.front() == told(),
                 "the signal came at {}, and the entrance was closed at {}", told(),
                 closed.front());
    weir::expect(closed.size() == 1, "the entrance was closed {} times", closed.size());
    for (const entry& one : clients) {
      weir::expect(!one.given || *one.given <= told(),
                   "the signal came at {}, and {}, which came at {}, was let in", told(), one.name,
                   one.how.comes);
      if (one.given == told() && !may_be_dropped(one))
        was_begun(one);
    }
  }

  void drains() const {
    const nanoseconds until = std::min(grace_ends(), hurried());
    const std::string told_so = why();
    for (const entry& one : clients)
      for (const nanoseconds each : one.cancels)
        weir::expect(each < told() || each >= until, "{}, and {} was cancelled at {}", told_so,
                     one.name, each);
    const std::optional<nanoseconds> gone = all_gone();
    if (!signals.empty() && gone && *gone < until)
      goes_on(*gone);
  }

  /// When nobody is served any more.
  void goes_on(nanoseconds gone) const {
    const bool nobody = std::ranges::none_of(clients, [](const entry& one) { return one.begins; });
    const std::string when = nobody
                                 ? weir::text("the signal came at {}, and nobody was there", gone)
                                 : weir::text("the last client had gone at {}", gone);
    if (resources.empty()) {
      weir::expect(back == gone, "{}; {}", when, end_of_run());
      return;
    }
    const entry* first = nullptr;
    for (const entry& one : resources)
      if (one.begins != 0 && (first == nullptr || one.began_as < first->began_as))
        first = &one;
    weir::expect(first != nullptr, "{}, and no resource was closed", when);
    weir::expect(first->began == gone, "{}, and {}, the first that was closed, was closed at {}",
                 when, first->name, first->began);
  }

  void cuts_off() const {
    const nanoseconds over = grace_ends();
    const std::string told_so = why();
    if (over > hurried()) {
      for (const entry& one : clients)
        weir::expect(one.cancelled_at(over) <= signals_at(over),
                     "{}, and {} was cancelled once more when the grace was over", told_so,
                     one.name);
      return;
    }
    for (const entry& one : clients) {
      const bool was_inside = one.began <= over && (!one.ended || *one.ended > over);
      if (was_inside && one.cancelled_at(over) == 0)
        weir::fail("the grace was over at {}, and {}, which was being served, was {}", over,
                   one.name,
                   one.cancels.empty() ? "not cancelled"
                                       : weir::text("cancelled at {}", one.cancels.front()));
      is_terminal(one);
      for (const nanoseconds each : one.cancels)
        weir::expect(each < over || one.cancelled_at(each) <= (each == over) + signals_at(each),
                     each == over ? "{}, and {} was cancelled twice at {}"
                                  : "{}, and {} was cancelled once more at {}",
                     told_so, one.name, each);
      if (back && (one.runs() || one.ended.value_or(nanoseconds()) > *back))
        weir::fail("{}; {}, while {} was still being served", told_so, end_of_run(), one.name);
    }
    const std::optional<nanoseconds> gone = all_gone();
    if (gone && *gone >= over)
      goes_on(*gone);
  }

  void hurries() const {
    if (signals.size() < 2)
      return;
    const std::string told_so = why();
    for (const nanoseconds when : further()) {
      for (const entry& one : clients)
        if (one.began <= when && (!one.ended || *one.ended > when))
          was_cancelled_at(when, one, "served");
      for (const entry& one : resources)
        if (one.began < when && (!one.ended || *one.ended > when))
          was_cancelled_at(when, one, "closed");
    }
    for (const entry& one : clients) {
      is_terminal(one);
      for (const nanoseconds each : one.cancels) {
        weir::expect(each < hurried() || each == grace_ends() || signals_at(each) != 0,
                     "{}, and {} was cancelled at {}", told_so, one.name, each);
        weir::expect(each < hurried() ||
                         one.cancelled_at(each) <= signals_at(each) + (each == grace_ends()),
                     "{}, and {} was cancelled {} times at {}", told_so, one.name,
                     one.cancelled_at(each), each);
      }
    }
    for (const entry& one : resources)
      for (const nanoseconds each : one.cancels)
        weir::expect(signals_at(each) != 0, "{}, and closing {} was cancelled at {}", told_so,
                     one.name, each);
    const std::optional<nanoseconds> gone = all_gone();
    if (gone && *gone >= hurried())
      goes_on(*gone);
    in_order(); // the next resource is closed as ever
  }

  static void is_terminal(const entry& one) {
    weir::expect(!one.not_terminal, "{} was cancelled with another type than terminal", one.name);
  }

  static void was_cancelled_at(nanoseconds when, const entry& one, std::string_view what) {
    if (one.cancelled_at(when) == 0)
      weir::fail("a further signal came at {}, and {}, which was being {}, was not cancelled{}",
                 when, one.name, what,
                 one.cancels.empty() ? "" : weir::text(" then (but at {})", one.cancels.front()));
  }

  void in_order() const {
    if (signals.empty() || !all_gone())
      return;
    std::size_t before = 0;
    for (const entry& one : clients)
      before = std::max(before, one.ended_as);
    std::optional<nanoseconds> due; // of the next
    for (std::size_t i = resources.size(); i-- > 0;) {
      const entry& one = resources[i];
      const std::string after = i + 1 == resources.size() ? "the last client had gone"
                                                          : resources[i + 1].name + " was closed";
      weir::expect(one.begins != 0, "{} was not closed", one.name);
      weir::expect(one.begins == 1, "{} was closed {} times", one.name, one.begins);
      weir::expect(one.began_as > before, "{} was to be closed, at {}, before {}", one.name,
                   one.began, after);
      weir::expect(!due || one.began == *due, "{} at {}, and closing {} began at {}", after,
                   due.value_or(nanoseconds()), one.name, one.began);
      weir::expect(one.ended.has_value(), "closing {} has not ended", one.name);
      for (const nanoseconds each : one.cancels)
        weir::expect(signals_at(each) != 0,
                     "closing {} was cancelled at {}, and no signal had come", one.name, each);
      before = one.ended_as;
      due = one.ended;
    }
  }

  void says_how_it_went() const {
    const std::optional<nanoseconds> gone = all_gone();
    if (signals.empty() || !gone)
      return;
    nanoseconds last = *gone;
    for (const entry& one : resources)
      last = std::max(last, one.ended.value_or(nanoseconds()));
    weir::expect(back.has_value(), "all had ended at {}, and run() has not", last);
    weir::expect(code.has_value(), "all had ended at {}, and run() {}", last, end);
    weir::expect(*back == last, "all had ended at {}, and run() at {}", last, *back);
    weir::expect(left.empty(), "run() has ended, and {}", left);
    const std::vector<exit_code> right = may_be();
    std::string wanted;
    for (const exit_code each : right)
      wanted += (wanted.empty() ? "" : " or ") + std::string(name_of(each));
    weir::expect(std::ranges::find(right, *code) != right.end(),
                 "{}: that is {}, and run() said {}", story(), wanted, name_of(*code));
  }

  static std::string_view name_of(exit_code code) {
    switch (code) {
    case exit_code::done:
      return "done";
    case exit_code::not_closed:
      return "not_closed";
    case exit_code::cut_off:
      return "cut_off";
    case exit_code::hurried:
      return "hurried";
    }
    return "no exit code that there is";
  }

  [[nodiscard]] std::string story() const {
    std::string out = why();
    for (const entry& one : clients)
      if (one.began <= grace_ends() && one.ended && *one.ended >= told())
        out += weir::text(
            "; {} was served until {}{}", one.name, *one.ended,
            one.cancels.empty() ? "" : weir::text(", cancelled at {}", one.cancels.front()));
    for (const entry& one : resources)
      if (one.error)
        out += weir::text("; closing {} threw", one.name);
    return out;
  }

  /// Where a thing falls into the instant of another, it may count or not.
  struct flag {
    bool surely = false;
    bool perhaps = false;
  };

  [[nodiscard]] std::vector<exit_code> may_be() const {
    std::array<flag, 4> seen{flag{true, true}};
    const nanoseconds over = grace_ends();
    for (const entry& one : clients) {
      const bool cut = one.cancelled_at(over) != 0 && signals_at(over) == 0;
      note(seen, exit_code::cut_off, cut,
           one.cancelled_at(over) != 0 || one.ended == over || one.given == over);
    }
    for (const nanoseconds when : further()) {
      note(seen, exit_code::hurried, back && when < *back && when != over && !ends_a_step(when),
           back && when <= *back);
      for (const entry& one : clients)
        note(seen, exit_code::hurried, one.cancelled_at(when) != 0 && when != over, false);
      for (const entry& one : resources)
        note(seen, exit_code::hurried, one.cancelled_at(when) != 0, false);
    }
    for (const entry& one : resources)
      note(seen, exit_code::not_closed, one.error != nullptr, one.error != nullptr);
    std::vector<exit_code> all;
    for (std::size_t i = seen.size(); i-- > 0;) {
      if (seen[i].surely || seen[i].perhaps)
        all.push_back(static_cast<exit_code>(i));
      if (seen[i].surely)
        break;
    }
    return all;
  }

  /// The last client or a resource is done then.
  [[nodiscard]] bool ends_a_step(nanoseconds when) const {
    const auto then = [when](const entry& one) {
      return one.ended == when;
    };
    return std::ranges::any_of(resources, then) ||
           (all_gone() == when && std::ranges::any_of(clients, then));
  }

  static void note(std::array<flag, 4>& seen, exit_code code, bool surely, bool perhaps) {
    flag& mine = seen[static_cast<std::size_t>(code)];
    mine.surely |= surely;
    mine.perhaps |= perhaps;
  }
};

} // namespace weir_hidden

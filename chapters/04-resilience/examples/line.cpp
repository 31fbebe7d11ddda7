// Norrby's Friday again, in the seat-map service this time: 250 pages a second, a stall of 40 s,
// and five ways to take the next call from the line.
//
// A model in steps of a third of a millisecond, without coroutines. Every twelfth step shows a
// page, every fifth takes a call from the line; a drawing is done 30 ms after that. An app waits 10
// s, and asks three times at most.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>
#include <vector>

using steps = long;
constexpr steps second = 3000;
constexpr steps patience = 10 * second;
constexpr steps drawing = second * 3 / 100;
constexpr steps stall = 40 * second, horizon = 600 * second;

struct call {
  int page = 0;
  steps asked = 0;
};

struct line {
  std::deque<call> calls; // the oldest in front
  steps last_empty = 0;
  std::vector<call> refused; // who is told so
};

using taking = std::optional<call> (*)(line&, steps now);

std::optional<call> oldest(line& of, steps) {
  if (of.calls.empty())
    return {};
  const call next = of.calls.front();
  of.calls.pop_front();
  return next;
}

std::optional<call> newest(line& of, steps) {
  if (of.calls.empty())
    return {};
  const call next = of.calls.back();
  of.calls.pop_back();
  return next;
}

// [age]
std::optional<call> oldest_who_is_there(line& of, steps now) {
  while (!of.calls.empty() && of.calls.front().asked + patience <= now)
    of.calls.pop_front(); // has hung up
  return oldest(of, now);
}

std::optional<call> oldest_in_time(line& of, steps now) {
  return oldest_who_is_there(of, now + drawing); // when the drawing is done
}

// [/age]

// [adaptive]
std::optional<call> adaptive(line& of, steps now) {
  constexpr steps interval = second / 10;
  if (now - of.last_empty <= interval)
    return oldest(of, now); // a burst: fair, and nobody is refused
  while (!of.calls.empty() && of.calls.front().asked + interval < now) {
    of.refused.push_back(of.calls.front()); // and is told so
    of.calls.pop_front();
  }
  return newest(of, now);
}

// [/adaptive]

struct page {
  steps shown = 0;
  int asked = 0; // times
  bool answered = false, refused = false;
};

struct tally {
  long in_vain = 0, refused = 0, for_nobody = 0;
  steps trouble = 0; // when the last page was shown that got no drawing within a second
};

class friday {
public:
  explicit friday(taking how) : take_(how) {}

  tally run() {
    for (steps now = 0; now != horizon; ++now) {
      if (now % 12 == 0)
        show_a_page(now);
      for (; !hang_ups_.empty() && hang_ups_.front().asked + patience == now; hang_ups_.pop_front())
        ask_again(hang_ups_.front(), now);
      if (now >= stall && now % 5 == 0)
        draw(now);
      if (line_.calls.empty())
        line_.last_empty = now;
    }
    for (const page& one : pages_)
      if (one.shown < horizon - 3 * patience) // the others still wait
        seen_.in_vain += !one.answered && !one.refused;
    return seen_;
  }

private:
  void show_a_page(steps now) {
    pages_.push_back({.shown = now});
    ask({static_cast<int>(pages_.size()) - 1, now});
  }

  void ask(call one) {
    ++pages_[static_cast<std::size_t>(one.page)].asked;
    line_.calls.push_back(one);
    hang_ups_.push_back(one);
  }

  void ask_again(call old, steps now) {
    const page& of = pages_[static_cast<std::size_t>(old.page)];
    if (!of.answered && !of.refused) {
      seen_.trouble = std::max(seen_.trouble, of.shown);
      if (of.asked < 3)
        ask({old.page, now});
    }
  }

  void draw(steps now) {
    const auto next = take_(line_, now);
    for (const call& one : line_.refused) {
      page& of = pages_[static_cast<std::size_t>(one.page)];
      if (one.asked + patience > now && !of.answered) {
        of.refused = true;
        ++seen_.refused;
        seen_.trouble = std::max(seen_.trouble, of.shown);
      }
    }
    line_.refused.clear();
    if (!next)
      return;
    page& of = pages_[static_cast<std::size_t>(next->page)];
    const steps done = now + drawing;
    if (next->asked + patience <= done) {
      ++seen_.for_nobody;
      return;
    }
    of.answered = true; // a little early: nobody looks before it is done
    if (done - of.shown > second)
      seen_.trouble = std::max(seen_.trouble, of.shown);
  }

  taking take_;
  line line_;
  std::vector<page> pages_;
  std::deque<call> hang_ups_; // every call; its app loses patience in this order
  tally seen_;
};

int main() {
  std::printf("%-32s in vain  refused  drawn for nobody  well again\n", "next from the line");
  const auto row = [](const char* what, taking how) {
    const tally seen = friday(how).run();
    std::printf("%-30s %9ld %8ld %17ld", what, seen.in_vain, seen.refused, seen.for_nobody);
    const steps after = std::max(0L, seen.trouble - stall);
    if (after > horizon / 2)
      std::printf("       never\n");
    else
      std::printf("  %+8.1f s\n", static_cast<double>(after) / second);
    return seen;
  };
  const tally fair = row("the oldest", oldest);
  row("the oldest that has not gone", oldest_who_is_there);
  const tally timely = row("the oldest that can be in time", oldest_in_time);
  row("the newest", newest);
  const tally adapts = row("adaptive", adaptive);
  return fair.for_nobody > 100'000 && timely.for_nobody == 0 && adapts.for_nobody == 0 ? 0 : 1;
}

// How many schedules each policy needs until a known bug shows, over 100 seeds.
//
//   cargill          the bounded buffer whose readers and writers wait on one condition (Cargill's
//                    "specific notification" problem): capacity 1, five readers, ten writers, five
//                    more readers
//   pct-5            one task has to run to its end before another's first step: depth 1, and yet
//                    out of a random walk's reach (figure 5 of PCT)
//   pct-1b           an atomicity violation: test, then use, with a reset in between (depth 2;
//                    figure 1b)
//   pct-1c           two locks taken in opposite orders (depth 2; figure 1c)
//   pct-chain        three tasks that have to be preempted one after the other (depth 3)
//   check-then-act   two coroutines that check a seat, await, and take it
//
// PCT: Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler with probabilistic
// guarantees of finding bugs", ASPLOS 2010.
//
// Arguments: the budget, and the model (weir/model.hpp), which is "anything" if it is left out.
//
// A row says: found in how many of the seeds within the budget, then median, mean and largest
// number of schedules.

#include <weir/explore.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<void> turn() {
  co_await asio::post(asio::use_awaitable);
}

/// A condition variable in the manner of Java's `notify`: any waiter may be the one that is woken.
class condition {
public:
  explicit condition(asio::any_io_executor ex) : executor_(std::move(ex)) {}

  asio::awaitable<void> wait() {
    asio::steady_timer timer(executor_, asio::steady_timer::time_point::max());
    waiters_.push_back(&timer);
    boost::system::error_code ec;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }

  void notify() {
    if (waiters_.empty())
      return;
    const auto at = waiters_.begin() + static_cast<std::ptrdiff_t>(weir::pick(waiters_.size()));
    (*at)->cancel();
    waiters_.erase(at);
  }

private:
  asio::any_io_executor executor_;
  std::vector<asio::steady_timer*> waiters_;
};

struct buffer {
  explicit buffer(const asio::any_io_executor& ex) : changed(ex) {}

  condition changed;
  int held = 0;
};

asio::awaitable<void> put(buffer& b) {
  while (b.held == 1)
    co_await b.changed.wait();
  ++b.held;
  b.changed.notify();
  co_await turn();
}

asio::awaitable<void> take(buffer& b) {
  while (b.held == 0)
    co_await b.changed.wait();
  --b.held;
  b.changed.notify();
  co_await turn();
}

asio::awaitable<void> repeat(int times, asio::awaitable<void> (*step)(buffer&), buffer& b) {
  for (int i = 0; i < times; ++i)
    co_await step(b);
}

asio::awaitable<void> cargill() {
  const auto ex = co_await asio::this_coro::executor;
  buffer shared(ex);
  int running = 20;
  asio::steady_timer all(ex, asio::steady_timer::time_point::max());
  const auto finished = [&](const std::exception_ptr&) {
    if (--running == 0)
      all.cancel();
  };
  for (int i = 0; i < 5; ++i)
    asio::co_spawn(ex, repeat(2, take, shared), finished);
  for (int i = 0; i < 10; ++i)
    asio::co_spawn(ex, repeat(2, put, shared), finished);
  for (int i = 0; i < 5; ++i)
    asio::co_spawn(ex, repeat(2, take, shared), finished);
  boost::system::error_code ec;
  co_await all.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

asio::awaitable<void> noise(int turns) {
  for (int i = 0; i < turns; ++i)
    co_await turn();
}

asio::awaitable<void> long_way(bool& arrived) {
  co_await noise(20);
  arrived = true;
}

asio::awaitable<void> look_once(const bool& arrived) {
  co_await turn();
  weir::expect(!arrived, "the long way was over before the first step here");
}

asio::awaitable<void> starvation() {
  bool arrived = false;
  co_await (long_way(arrived) && look_once(arrived));
}

asio::awaitable<void> use_if_set(bool& set) {
  co_await noise(8);
  if (set) {
    co_await turn();
    weir::expect(set, "it was reset between the test and the use");
  }
  co_await noise(8);
}

asio::awaitable<void> reset(bool& set) {
  co_await noise(16);
  set = false;
}

asio::awaitable<void> atomicity() {
  bool set = true;
  co_await (use_if_set(set) && reset(set));
}

class lock {
public:
  explicit lock(const asio::any_io_executor& ex) : freed_(ex) {}

  asio::awaitable<void> acquire() {
    while (held_)
      co_await freed_.wait();
    held_ = true;
  }

  void release() {
    held_ = false;
    freed_.notify();
  }

private:
  condition freed_;
  bool held_ = false;
};

asio::awaitable<void> with_both(lock& first, lock& second) {
  co_await noise(8);
  co_await first.acquire();
  co_await turn();
  co_await second.acquire();
  second.release();
  first.release();
  co_await noise(8);
}

asio::awaitable<void> lock_order() {
  const auto ex = co_await asio::this_coro::executor;
  lock a(ex), b(ex);
  co_await (with_both(a, b) && with_both(b, a));
}

/// Fails only when each of two windows is hit by the other tasks in turn.
asio::awaitable<void> first_link(int& stage) {
  co_await noise(6);
  if (stage == 0)
    stage = 1;
  co_await turn();
  if (stage == 1)
    stage = 0;
  co_await noise(6);
}

asio::awaitable<void> second_link(int& stage) {
  co_await noise(6);
  if (stage == 1)
    stage = 2;
  co_await turn();
  if (stage == 2)
    stage = 0;
  co_await noise(6);
}

asio::awaitable<void> third_link(int& stage) {
  co_await noise(12);
  weir::expect(stage != 2, "both windows were open");
}

asio::awaitable<void> chain() {
  int stage = 0;
  co_await (first_link(stage) && second_link(stage) && third_link(stage));
}

asio::awaitable<void> take_seat(int& free_seats) {
  co_await turn();
  if (free_seats > 0) {
    co_await turn(); // the payment
    --free_seats;
  }
}

asio::awaitable<void> check_then_act() {
  int free_seats = 1;
  const auto later = [](int& seats) -> asio::awaitable<void> {
    co_await noise(6);
    co_await take_seat(seats);
  };
  co_await (take_seat(free_seats) && later(free_seats));
  weir::expect(free_seats == 0, "one seat was sold {} times", 1 - free_seats);
}

struct bug {
  const char* name;
  asio::awaitable<void> (*body)();
};

constexpr bug bugs[] = {{"cargill", cargill},  {"pct-5", starvation},
                        {"pct-1b", atomicity}, {"pct-1c", lock_order},
                        {"pct-chain", chain},  {"check-then-act", check_then_act}};

struct strategy {
  const char* name;
  std::unique_ptr<weir::policy> (*make)();
};

const strategy strategies[] = {
    {"fifo",
     [] {
       return weir::make_fifo();
     }},
    {"random",
     [] {
       return weir::make_random();
     }},
    {"pct d=1",
     [] {
       return weir::make_pct(1);
     }},
    {"pct d=2",
     [] {
       return weir::make_pct(2);
     }},
    {"pct d=3",
     [] {
       return weir::make_pct(3);
     }},
    {"mixed",
     [] {
       return weir::make_mixed();
     }},
    {"dfs <=2 dev.",
     [] {
       return weir::make_depth_first(2);
     }},
};

constexpr std::size_t seeds = 100;

} // namespace

int main(int argc, char** argv) {
  const std::size_t budget = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5'000;
  const auto model = weir::parse_schedule_model(argc > 2 ? argv[2] : "anything");
  std::printf("schedules to the first failure, %zu seeds, at most %zu schedules each, under %s\n",
              seeds, budget, weir::to_string(model).c_str());
  std::printf("%-16s %-14s %8s %8s %8s %8s\n", "bug", "policy", "found", "median", "mean", "most");
  for (const auto& [name, body] : bugs) {
    for (const auto& policy : strategies) {
      std::vector<std::size_t> needed;
      for (std::size_t seed = 0; seed < seeds; ++seed) {
        weir::explore_options options;
        options.name = name;
        options.search.schedules = budget;
        options.search.model = model;
        options.search.seed = 1 + seed * 1'000'003;
        options.make_policy = policy.make;
        options.shrink_runs = 0;
        options.determinism_every = 0;
        const auto found = weir::explore(options, body);
        if (found.failure)
          needed.push_back(found.failure->number);
        if (std::string_view(policy.name).starts_with("fifo") ||
            std::string_view(policy.name).starts_with("dfs")) {
          if (found.failure)
            needed.assign(seeds, found.failure->number); // the seed changes nothing
          break;
        }
      }
      std::sort(needed.begin(), needed.end());
      if (needed.empty()) {
        std::printf("%-16s %-14s %8d %8s %8s %8s\n", name, policy.name, 0, "-", "-", "-");
        continue;
      }
      double sum = 0;
      for (const auto n : needed)
        sum += static_cast<double>(n);
      std::printf("%-16s %-14s %8zu %8zu %8.1f %8zu\n", name, policy.name, needed.size(),
                  needed[needed.size() / 2], sum / static_cast<double>(needed.size()),
                  needed.back());
    }
  }
}

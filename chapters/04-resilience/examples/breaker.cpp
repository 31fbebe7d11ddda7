// A breaker over an outage: 20 calls a second, a dependency that hangs from 5 s to 15 s.
//
// The breaker of this page counts failures in a row and believes every result. It shows the states;
// what it lacks is the chapter's subject, and the exercise's.
#include <weir/policy.hpp>
#include <weir/world/service.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
namespace world = weir::world;
using std::chrono::nanoseconds;

constexpr auto deadline = 480ms;
world::time_window outage{5s, 15s};

enum class state { closed, open, half_open };

// [machine]
class simple_breaker {
public:
  bool admit(nanoseconds now) {
    if (state_ == state::open && now - opened_at_ >= cooldown)
      become(state::half_open, now);
    else if (state_ != state::closed)
      return false; // open: at once; half-open: one probe is under way
    return true;
  }

  void report(bool good, nanoseconds now) {
    failures_ = good ? 0 : failures_ + 1;
    if (state_ == state::half_open)
      become(good ? state::closed : state::open, now);
    else if (state_ == state::closed && failures_ == threshold)
      become(state::open, now);
  }

  // [/machine]

  bool says_so = true;

private:
  static constexpr int threshold = 5;
  static constexpr nanoseconds cooldown = 2s;

  void become(state next, nanoseconds now) {
    static constexpr const char* name[] = {"closed", "open", "half-open"};
    if (says_so)
      std::printf("%6.2f s   %-9s -> %s\n", std::chrono::duration<double>(now).count(),
                  name[static_cast<int>(state_)], name[static_cast<int>(next)]);
    state_ = next;
    opened_at_ = now;
    failures_ = 0;
  }

  state state_ = state::closed;
  nanoseconds opened_at_{};
  int failures_ = 0;
};

struct tally {
  int sent = 0, hung = 0, at_once = 0,
      answered = 0; // of the calls made during the outage
  nanoseconds well_again{};
};

asio::awaitable<void> caller(world::service& dependency, simple_breaker* guard, tally& count) {
  const bool troubled = outage.contains(weir::now());
  if (guard && !guard->admit(weir::now())) {
    count.at_once += troubled;
    co_return;
  }
  count.sent += troubled;
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
  const world::request ask{1};
  const auto first = co_await (dependency.call(ask) || timer.async_wait(asio::use_awaitable));
  const bool good = first.index() == 0;
  if (guard)
    guard->report(good, weir::now());
  count.hung += !good;
  if (good && weir::now() > outage.until && count.well_again == 0s)
    count.well_again = weir::now() - outage.until;
}

tally measure(simple_breaker* guard) {
  tally count;
  const auto scenario = [&]() -> asio::awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    world::service_options options;
    options.capacity = 1000;
    options.latency = world::constant(30ms);
    options.faults = {{.effect = world::fault_effect::hang, .during = outage}};
    world::service dependency(executor, options);
    asio::steady_timer clock(executor);
    while (weir::now() < 20s) {
      asio::co_spawn(executor, caller(dependency, guard, count), asio::detached);
      clock.expires_after(50ms);
      co_await clock.async_wait(asio::use_awaitable);
    }
    clock.expires_after(1s);
    co_await clock.async_wait(asio::use_awaitable);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo);
  return count;
}

/// How late the breaker is, at worst, for an outage that ends at some other moment.
nanoseconds latest() {
  nanoseconds worst{};
  for (outage.until = 15s; outage.until < 17500ms; outage.until += 50ms) {
    simple_breaker silent;
    silent.says_so = false;
    worst = std::max(worst, measure(&silent).well_again);
  }
  return worst;
}

int main() {
  simple_breaker guard;
  const tally with = measure(&guard);
  const tally without = measure(nullptr);
  std::printf("\n             sent   waited 480 ms   refused at once   well again\n");
  const auto row = [](const char* what, const tally& seen) {
    std::printf("%-10s %6d   %13d   %15d   %+8.2f s\n", what, seen.sent, seen.hung, seen.at_once,
                std::chrono::duration<double>(seen.well_again).count());
  };
  row("no breaker", without);
  row("breaker", with);
  const nanoseconds worst = latest();
  std::printf("%-53s %+8.2f s\n", "at worst, whenever the outage ends",
              std::chrono::duration<double>(worst).count());
  return without.hung == 200 && with.hung < 20 && worst > 2s && worst < 3s ? 0 : 1;
}

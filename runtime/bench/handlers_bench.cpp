// Handlers per second: the virtual context beside asio::io_context on the same coroutines (pairs of
// a producer and a consumer over an experimental::channel), and timer expiries per second.

#include <weir/policy.hpp>

#include <benchmark/benchmark.h>

namespace {

using channel = asio::experimental::channel<void(boost::system::error_code, int)>;

asio::awaitable<void> produce(channel& to, int count) {
  for (int i = 0; i < count; ++i)
    co_await to.async_send(boost::system::error_code{}, i, asio::use_awaitable);
}

asio::awaitable<void> consume(channel& from, int count) {
  for (int i = 0; i < count; ++i)
    co_await from.async_receive(asio::use_awaitable);
}

constexpr int pairs = 10;
constexpr int items = 20'000;

template <typename Executor>
std::vector<std::unique_ptr<channel>> start_pairs(const Executor& ex) {
  std::vector<std::unique_ptr<channel>> channels;
  for (int p = 0; p < pairs; ++p) {
    channels.push_back(std::make_unique<channel>(ex, 4));
    asio::co_spawn(ex, produce(*channels.back(), items), asio::detached);
    asio::co_spawn(ex, consume(*channels.back(), items), asio::detached);
  }
  return channels;
}

void report_rate(benchmark::State& state, double handlers) {
  state.counters["handlers/s"] = benchmark::Counter(handlers, benchmark::Counter::kIsRate);
}

/// The engine's loop without `weir::run` around it: there is no scenario here, only a fixed load.
std::uint64_t drive(weir::virtual_context& context, weir::policy& policy) {
  const bool done = false;
  context.engine().drive(
      policy, {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int64_t>::max()},
      done);
  return context.engine().steps();
}

void channel_pairs_io_context(benchmark::State& state) {
  double handlers = 0;
  for (auto _ : state) {
    asio::io_context io(1);
    const auto channels = start_pairs(io.get_executor());
    handlers += static_cast<double>(io.run());
  }
  report_rate(state, handlers);
}

BENCHMARK(channel_pairs_io_context)->Unit(benchmark::kMillisecond);

void channel_pairs_virtual(benchmark::State& state, weir::policy_kind kind) {
  double handlers = 0;
  for (auto _ : state) {
    weir::virtual_context context;
    const auto policy = weir::make_policy(kind);
    policy->begin_run(1);
    std::vector<std::unique_ptr<channel>> channels;
    {
      const weir::detail::current_engine scope(context.engine());
      channels = start_pairs(context.get_executor());
    }
    handlers += static_cast<double>(drive(context, *policy));
  }
  report_rate(state, handlers);
}

BENCHMARK_CAPTURE(channel_pairs_virtual, fifo, weir::policy_kind::fifo)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(channel_pairs_virtual, random, weir::policy_kind::random)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(channel_pairs_virtual, pct, weir::policy_kind::pct)
    ->Unit(benchmark::kMillisecond);

// ---- timers: 100 chains of 10,000 expiries
// ----------------------------------------------------------

constexpr int chains = 100;
constexpr int expiries = 10'000;

asio::awaitable<void> tick(int chain) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int i = 0; i < expiries; ++i) {
    timer.expires_after(std::chrono::microseconds(10 + chain));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

class callback_chain {
public:
  callback_chain(const asio::any_io_executor& ex, int chain) : timer_(ex), period_(10 + chain) {
    next();
  }

private:
  void next() {
    if (left_-- == 0)
      return;
    timer_.expires_after(period_);
    timer_.async_wait([this](const boost::system::error_code&) { next(); });
  }

  asio::steady_timer timer_;
  std::chrono::microseconds period_;
  int left_ = expiries;
};

void timers(benchmark::State& state, bool coroutines) {
  double fired = 0;
  for (auto _ : state) {
    weir::virtual_context context;
    const auto policy = weir::make_fifo();
    policy->begin_run(1);
    std::vector<std::unique_ptr<callback_chain>> callbacks;
    {
      const weir::detail::current_engine scope(context.engine());
      for (int c = 0; c < chains; ++c)
        if (coroutines)
          asio::co_spawn(context.get_executor(), tick(c), asio::detached);
        else
          callbacks.push_back(std::make_unique<callback_chain>(context.get_executor(), c));
    }
    drive(context, *policy);
    fired += chains * expiries;
  }
  state.counters["expiries/s"] = benchmark::Counter(fired, benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(timers, callbacks, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(timers, coroutines, true)->Unit(benchmark::kMillisecond);

// ---- whole runs
// -------------------------------------------------------------------------------------

void whole_runs(benchmark::State& state, weir::policy_kind kind) {
  const auto policy = weir::make_policy(kind);
  weir::run_options options;
  double handlers = 0;
  const weir::scenario body = []() -> asio::awaitable<void> {
    const auto ex = co_await asio::this_coro::executor;
    channel items_in_flight(ex, 2);
    asio::co_spawn(ex, produce(items_in_flight, 20), asio::detached);
    co_await consume(items_in_flight, 20);
  };
  for (auto _ : state) {
    ++options.seed;
    policy->begin_run(options.seed);
    handlers += static_cast<double>(weir::run(body, *policy, options).handlers);
  }
  state.SetItemsProcessed(state.iterations());
  report_rate(state, handlers);
}

BENCHMARK_CAPTURE(whole_runs, random, weir::policy_kind::random);
BENCHMARK_CAPTURE(whole_runs, mixed, weir::policy_kind::mixed);

} // namespace

BENCHMARK_MAIN();

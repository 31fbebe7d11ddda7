// A meter that is read once a minute, by a task that outlives its session.
#include <weir/policy.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using hours = std::chrono::duration<double, std::ratio<3600>>;

constexpr auto charging_begins = 20min; // 02:30; the night's faults begin at 02:10
constexpr auto morning = 305min;        // 07:15

struct charge_point {
  explicit charge_point(const asio::any_io_executor& executor) : line(executor) {}

  /// What it has delivered, in kWh: 7 kW from 02:30 on. Asked over whichever connection there is.
  static double counter() {
    const auto charging = weir::now() - charging_begins;
    return charging > 0s ? 7 * std::chrono::duration_cast<hours>(charging).count() : 0;
  }

  /// Waits until the connection breaks: every four minutes until 02:30, then no more.
  asio::awaitable<void> disconnected() {
    line.expires_at(asio::steady_timer::time_point(
        weir::now() < charging_begins ? weir::now() + 4min : std::chrono::nanoseconds(morning)));
    co_await line.async_wait(asio::use_awaitable);
  }

  asio::steady_timer line;
};

struct ledger {
  double booked = 0; // kWh
  int asked_in_the_last_hour = 0;

  void add(double kwh) {
    booked += kwh;
    asked_in_the_last_hour += weir::now() > morning - 1h;
  }
};

// [meter]
/// Asks once a minute and books what has been delivered since.
asio::awaitable<void> read_meter(charge_point& from, ledger& book) {
  asio::steady_timer minute(co_await asio::this_coro::executor);
  for (double before = from.counter();;) {
    minute.expires_after(1min);
    co_await minute.async_wait(asio::use_awaitable);
    const double now = from.counter();
    book.add(now - before);
    before = now;
  }
}

// [/meter]

// [detached]
asio::awaitable<void> session(charge_point& with, ledger& book) {
  const auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, read_meter(with, book), asio::detached);
  co_await with.disconnected();
}

// [/detached]

// [owned]
asio::awaitable<void> owning_session(charge_point& with, ledger& book) {
  co_await (with.disconnected() || read_meter(with, book));
}

// [/owned]

using way = asio::awaitable<void> (*)(charge_point&, ledger&);

ledger night(way one_session) {
  ledger book;
  const auto scenario = [&]() -> asio::awaitable<void> {
    charge_point point(co_await asio::this_coro::executor);
    while (weir::now() < morning)
      co_await one_session(point, book);
  };
  const auto fifo = weir::make_fifo();
  weir::run(scenario, *fifo, {.leaks = weir::leak_check::ignore});
  return book;
}

int main() {
  const double delivered = 7 * 4.75;
  std::printf("one point, 02:10 to 07:15   delivered     booked   questions an hour\n");
  const auto row = [delivered](const char* what, way one_session) {
    const ledger book = night(one_session);
    std::printf("%-25s %9.2f kWh %6.2f kWh %13d\n", what, delivered, book.booked,
                book.asked_in_the_last_hour);
    return book;
  };
  const ledger lost = row("detached", session);
  const ledger kept = row("owned by the session", owning_session);
  const auto about = [](double a, double b) {
    return a - b < 0.2 && b - a < 0.2;
  };
  return about(lost.booked, 6 * delivered) && about(kept.booked, delivered) ? 0 : 1;
}

/// \file
/// What the hidden tests of `connection-pool` share: a database that counts, callers who want a
/// connection, and the books kept of how they fared.
#pragma once

#include "pool.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>
#include <weir/run.hpp>
#include <weir/testing.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace weir_hidden {

using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::nanoseconds;

inline const error_code reset = asio::error::connection_reset;
inline const error_code aborted = asio::error::operation_aborted;
inline const error_code timed_out = asio::error::timed_out;

/// What the database knows of its connections.
struct ledger {
  int size = 0;    ///< of the pool
  int opening = 0; ///< calls of connect() that run
  int open = 0;
  int asked = 0; ///< calls of connect() so far
  std::set<int> closed;
};

class modelled_connection final : public connection {
public:
  modelled_connection(ledger& in, int its_number) : number(its_number), ledger_(in) {
    ++ledger_.open;
  }

  modelled_connection(const modelled_connection&) = delete;
  modelled_connection& operator=(const modelled_connection&) = delete;

  ~modelled_connection() override {
    --ledger_.open;
    ledger_.closed.insert(number);
    weir::note("connection {} is closed", number);
  }

  [[nodiscard]] bool broken() const override { return is_broken; }

  const int number;
  bool is_broken = false;
  bool on_loan = false;

private:
  ledger& ledger_;
};

/// Takes 5 ms to connect, unless told otherwise.
class modelled_database final : public database {
public:
  explicit modelled_database(int size) { seen.size = size; }

  asio::awaitable<std::unique_ptr<connection>> connect() override {
    const int number = ++seen.asked;
    weir::note("connection {} is being opened", number);
    weir::expect(seen.open + seen.opening < seen.size,
                 "another connection was being opened while {} were open and {} being opened; the "
                 "pool's size is {}",
                 seen.open, seen.opening, seen.size);
    ++seen.opening;
    const opening_ends counted{seen};
    co_await weir::testing::pass(takes.contains(number) ? takes[number] : 5ms);
    if (refuses.contains(number)) {
      weir::note("connection {} is refused", number);
      throw boost::system::system_error(reset);
    }
    weir::note("connection {} is open", number);
    std::unique_ptr<connection> made = std::make_unique<modelled_connection>(seen, number);
    co_return made;
  }

  ledger seen;
  std::map<int, nanoseconds> takes;
  std::map<int, bool> refuses;

private:
  struct opening_ends {
    ledger& seen;

    ~opening_ends() { --seen.opening; }
  };
};

/// What acquire() gave, in words.
struct granted {
  int number = 0; ///< of the connection

  friend std::ostream& operator<<(std::ostream& out, const granted& one) {
    return out << "connection " << one.number;
  }
};

/// A call of acquire(), and what came of it.
struct call {
  std::string name;
  nanoseconds patience{};
  weir::testing::operation<granted>* acquired = nullptr;
  std::optional<lease> held;
  int number = 0; ///< of the connection that it got

  [[nodiscard]] bool waits() const { return acquired->pending(); }

  [[nodiscard]] bool has_one() const { return held.has_value(); }

  [[nodiscard]] modelled_connection& got() const {
    return dynamic_cast<modelled_connection&>(**held);
  }

  [[nodiscard]] std::string fate() const { return waits() ? "still waits" : acquired->text(); }
};

/// A pool, and everybody who has been sent to it.
class pool_fixture {
public:
  pool_fixture(asio::any_io_executor executor, int size)
      : base(size),
        test_(executor),
        pool_(make_connection_pool(executor, base, static_cast<std::size_t>(size))) {
    weir::name_this_task("the test");
  }

  /// Somebody calls acquire() with a deadline so much later.
  call& acquire(std::string name, nanoseconds patience = 1s) {
    call& mine = calls_.emplace_back();
    mine.name = std::move(name);
    mine.patience = patience;
    mine.acquired = &test_.start(
        mine.name, [this, &mine] { return hold_one(mine); },
        [this, &mine](const weir::testing::operation<granted>&) { check_loan(mine); });
    return mine;
  }

  /// The same, and it must get one in time.
  asio::awaitable<call*> get(std::string name, nanoseconds within = 5ms) {
    call& mine = acquire(std::move(name));
    co_await pass(within + 500us);
    expect_has_one(mine, within == 0ns ? "an idle connection was there for it"
                                       : "there was a connection for it, or room for one");
    co_await pass(500us);
    co_return &mine;
  }

  /// The same, and it must wait.
  asio::awaitable<call*> wait(std::string name, nanoseconds patience = 1s) {
    call& mine = acquire(std::move(name), patience);
    co_await pass();
    weir::expect(mine.waits(), "{} {}, although all {} connections were out", mine.name,
                 mine.fate(), base.seen.size);
    co_return &mine;
  }

  void give_back(call& one) {
    weir::note("{} gives connection {} back", one.name, one.number);
    one.got().on_loan = false;
    one.held.reset();
  }

  void give_back_broken(call& one) {
    weir::note("connection {} breaks", one.number);
    one.got().is_broken = true;
    give_back(one);
  }

  void cancel(call& one) { one.acquired->cancel(); }

  /// Done by somebody else at that moment: before or after whatever else happens then.
  void at(nanoseconds delay, std::function<void()> what) {
    test_.at(delay, std::move(what), "somebody");
  }

  asio::awaitable<void> pass(nanoseconds time = 1ms) { return weir::testing::pass(time); }

  void expect_has_one(const call& one, std::string_view why) const {
    weir::expect(one.has_one(),
                 "{}, but {} {}: {} connections are open, {} are being opened, the "
                 "pool's size is {}",
                 why, one.name, one.fate(), base.seen.open, base.seen.opening, base.seen.size);
  }

  void expect_at(const call& one, nanoseconds when, std::string_view why) const {
    const nanoseconds at = one.acquired->ended_at();
    weir::expect(at == when, "{} at {}, but {} {} at {}", why, when, one.name, one.fate(), at);
  }

  void expect_ended(const call& one, error_code how, nanoseconds when, std::string_view why) const {
    weir::expect(!one.waits(), "{}, but {} {}", why, one.name, one.fate());
    weir::expect(one.acquired->fate() == weir::testing::threw(how) && !one.has_one(),
                 "{}, but {} {}", why, one.name, one.fate());
    expect_at(one, when, why);
  }

  /// Everything is given back, and then `size` connections can be had, and no more.
  asio::awaitable<void> finish_all() {
    co_await give_all_back();
    for (const call& one : calls_)
      weir::expect(!one.waits(), "all had given back what they held, but {} {}", one.name,
                   one.fate());
    std::vector<const call*> last;
    for (int i = 1; i <= base.seen.size; ++i)
      last.push_back(&acquire(weir::text("newcomer {}", i), 50ms));
    co_await pass(100ms);
    const auto served = std::ranges::count_if(last, &call::has_one);
    weir::expect(served == base.seen.size,
                 "all was given back, and then {} newcomers came to a pool of size {}: {} of them "
                 "got a connection",
                 base.seen.size, base.seen.size, served);
    const call* const last_of_all = co_await wait("one newcomer too many");
    co_await give_all_back();
    weir::expect(!last_of_all->waits(), "all was given back, but {} {}", last_of_all->name,
                 last_of_all->fate());
  }

  modelled_database base;
  bool broken_may_go_out = false; ///< that is the matter of another test

private:
  /// Until nobody has one, those who get what was given back included.
  asio::awaitable<void> give_all_back() {
    for (bool again = true; again;) {
      again = false;
      for (call& one : calls_)
        if (one.has_one()) {
          give_back(one);
          again = true;
        }
      co_await pass(6ms);
    }
  }

  asio::awaitable<granted> hold_one(call& mine) {
    asio::awaitable<lease> running =
        pool_->acquire(std::chrono::steady_clock::now() + mine.patience);
    mine.held.emplace(co_await std::move(running));
    mine.number = mine.got().number;
    co_return granted{mine.number};
  }

  void check_loan(call& mine) const {
    if (!mine.has_one())
      return;
    weir::expect(!mine.got().on_loan, "{} got connection {}, which somebody else still has",
                 mine.name, mine.number);
    weir::expect(!mine.got().is_broken || broken_may_go_out,
                 "{} got connection {}, which is broken", mine.name, mine.number);
    mine.got().on_loan = true;
  }

  weir::testing::driver test_;
  std::unique_ptr<connection_pool> pool_;
  std::list<call> calls_;
};

} // namespace weir_hidden

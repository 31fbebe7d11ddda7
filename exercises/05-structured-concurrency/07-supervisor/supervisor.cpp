#include "supervisor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <exception>
#include <memory>
#include <utility>

namespace {

/// The children, and a mailbox into which each puts how it ended.
class family {
public:
  family(asio::any_io_executor executor, std::vector<child> children)
      : ends_(executor, children.size()),
        executor_(std::move(executor)),
        children_(std::move(children)),
        signals_(children_.size()) {}

  /// `self` keeps the family until the child has ended.
  void start(std::size_t number, const std::shared_ptr<family>& self) {
    asio::co_spawn(executor_, run(number, self),
                   asio::bind_cancellation_slot(
                       signals_[number].slot(), [self, number](std::exception_ptr how) {
                         self->ends_.try_send(boost::system::error_code(), number, std::move(how));
                       }));
  }

  auto next_end() { return ends_.async_receive(asio::use_awaitable); }

  void cancel_all() {
    for (asio::cancellation_signal& each : signals_)
      each.emit(asio::cancellation_type::terminal);
  }

private:
  static asio::awaitable<void> run(std::size_t number, std::shared_ptr<family> self) {
    co_await self->children_[number]();
  }

  asio::experimental::channel<void(boost::system::error_code, std::size_t, std::exception_ptr)>
      ends_;
  asio::any_io_executor executor_;
  std::vector<child> children_;
  std::deque<asio::cancellation_signal> signals_;
};

/// Whatever happens, nobody is left behind.
struct end_all {
  std::shared_ptr<family> of;

  ~end_all() { of->cancel_all(); }
};

} // namespace

asio::awaitable<void> supervise(std::vector<child> children, restart_policy policy) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::size_t running = children.size();
  const auto all = std::make_shared<family>(executor, std::move(children));
  const end_all at_the_end{all};
  for (std::size_t number = 0; number < running; ++number)
    all->start(number, all);

  std::size_t restarts = 0;
  asio::steady_timer pause(executor);
  while (running != 0) {
    const auto [number, failure] = co_await all->next_end();
    if (!failure) {
      --running;
      continue;
    }
    if (++restarts > policy.intensity)
      std::rethrow_exception(failure);
    // A connection that has just broken is seldom back at once.
    pause.expires_after(policy.backoff);
    co_await pause.async_wait(asio::use_awaitable);
    all->start(number, all);
  }
}

// accept: callbacks: an object that counts what is under way, and completes when nothing is; a
// caller who is cancelled when a lease has won gives it back at once
#include "first_wins.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace {

class race : public std::enable_shared_from_this<race> {
public:
  using done_handler = std::function<void(std::exception_ptr, lease)>;

  race(asio::any_io_executor executor, std::span<replica* const> replicas)
      : executor_(std::move(executor)),
        replicas_(replicas),
        errors_(replicas.size()),
        signals_(replicas.size()) {}

  void start(done_handler done) {
    done_ = std::move(done);
    for (std::size_t i = 0; i < replicas_.size() && !over(); ++i)
      ask(i);
    end_one();
  }

  void cancel() {
    if (cancelled_ || under_way_ == 0)
      return;
    cancelled_ = true;
    if (won_)
      give_back(*won_);
    else
      call_off();
    won_.reset();
  }

private:
  [[nodiscard]] bool over() const { return cancelled_ || won_; }

  void ask(std::size_t i) {
    ++under_way_;
    try {
      asio::co_spawn(executor_, replicas_[i]->open(),
                     asio::bind_cancellation_slot(
                         signals_[i].slot(),
                         [self = shared_from_this(), i](std::exception_ptr error, lease granted) {
                           if (error)
                             self->on_error(i, std::move(error));
                           else
                             self->on_lease(granted);
                         }));
    } catch (...) {
      on_error(i, std::current_exception());
    }
  }

  void on_error(std::size_t i, std::exception_ptr error) {
    errors_[i] = std::move(error);
    end_one();
  }

  void on_lease(lease granted) {
    if (over()) {
      give_back(granted);
    } else {
      won_ = granted;
      call_off();
    }
    end_one();
  }

  void give_back(lease granted) {
    ++under_way_;
    asio::co_spawn(executor_, granted.from->give_back(granted),
                   [self = shared_from_this()](std::exception_ptr) { self->end_one(); });
  }

  void call_off() {
    for (asio::cancellation_signal& each : signals_)
      each.emit(asio::cancellation_type::terminal);
  }

  void end_one() {
    if (--under_way_ != 0)
      return;
    std::exception_ptr error;
    if (cancelled_)
      error = std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
    else if (!won_)
      error = std::make_exception_ptr(all_failed(errors_));
    asio::post(executor_, [done = std::move(done_), error, won = won_.value_or(lease())] {
      done(error, won);
    });
  }

  asio::any_io_executor executor_;
  std::span<replica* const> replicas_;
  std::vector<std::exception_ptr> errors_;
  std::deque<asio::cancellation_signal> signals_;
  std::size_t under_way_ = 1; ///< the start counts as well
  bool cancelled_ = false;
  std::optional<lease> won_;
  done_handler done_;
};

} // namespace

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto running = std::make_shared<race>(executor, replicas);
  const auto initiate = [&running](auto handler) {
    const asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      asio::cancellation_slot mine = slot;
      mine.assign([&running](asio::cancellation_type) { running->cancel(); });
    }
    const auto held = std::make_shared<decltype(handler)>(std::move(handler));
    running->start([held, slot](std::exception_ptr error, lease won) {
      asio::cancellation_slot mine = slot;
      mine.clear();
      (*held)(std::move(error), won);
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(std::exception_ptr, lease)>(initiate,
                                                                           asio::use_awaitable);
}

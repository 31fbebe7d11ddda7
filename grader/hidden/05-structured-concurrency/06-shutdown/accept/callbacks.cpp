// accept: a state machine of callbacks: signals, arrivals, ends and the timer each call into it
#include "shutdown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace {

asio::awaitable<void> served(std::unique_ptr<request> who) {
  co_await who->serve();
}

asio::awaitable<void> closed(resource* one) {
  co_await one->close();
}

class life_of_a_process : public std::enable_shared_from_this<life_of_a_process> {
public:
  life_of_a_process(asio::any_io_executor executor, stop_signals& signals, listener& entrance,
                    std::vector<resource*> opened, std::chrono::nanoseconds grace)
      : executor_(executor),
        signals_(signals),
        entrance_(entrance),
        opened_(std::move(opened)),
        grace_(grace),
        over_(executor) {}

  void begin(std::function<void(exit_code)> told) {
    told_ = std::move(told);
    listen();
    open();
  }

private:
  enum class stage : std::uint8_t { open, draining, closing, leaving };

  using client = std::list<asio::cancellation_signal>::iterator;

  void listen() {
    listening_ = true;
    asio::co_spawn(executor_, signals_.next(),
                   asio::bind_cancellation_slot(
                       ear_.slot(), [self = shared_from_this()](std::exception_ptr error) {
                         self->listening_ = false;
                         if (error)
                           self->leave();
                         else
                           self->signal();
                       }));
  }

  void signal() {
    if (!closed_) {
      closed_ = true;
      entrance_.close();
      over_.expires_after(grace_);
      over_.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
        if (!stopped)
          self->grace_is_over();
      });
    } else if (stage_ != stage::leaving) {
      hurried_ = true;
      for (asio::cancellation_signal& each : under_way_)
        each.emit(asio::cancellation_type::terminal);
    }
    if (stage_ == stage::leaving)
      leave();
    else
      listen();
  }

  void open() {
    asio::co_spawn(
        executor_, entrance_.accept(),
        [self = shared_from_this()](std::exception_ptr error, std::unique_ptr<request> who) {
          if (error) {
            self->stage_ = stage::draining;
            self->look();
            return;
          }
          if (!self->hurried_ && !self->cut_off_)
            self->start(served(std::move(who)), [](std::exception_ptr) {});
          self->open();
        });
  }

  void start(asio::awaitable<void> work, std::function<void(std::exception_ptr)> told) {
    const client place = under_way_.emplace(under_way_.end());
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(place->slot(), [self = shared_from_this(), place,
                                                                told](std::exception_ptr error) {
                     self->under_way_.erase(place);
                     told(error);
                     self->look();
                   }));
  }

  void grace_is_over() {
    if (stage_ == stage::closing || stage_ == stage::leaving || hurried_ || under_way_.empty())
      return;
    cut_off_ = true;
    for (asio::cancellation_signal& each : under_way_)
      each.emit(asio::cancellation_type::terminal);
  }

  /// Something has ended: what comes next?
  void look() {
    if (stage_ == stage::open || stage_ == stage::leaving || !under_way_.empty())
      return;
    stage_ = stage::closing;
    over_.cancel();
    if (!opened_.empty()) {
      resource* const next = opened_.back();
      opened_.pop_back();
      start(closed(next), [this](std::exception_ptr error) { failed_ |= error != nullptr; });
      return;
    }
    stage_ = stage::leaving;
    if (listening_)
      ear_.emit(asio::cancellation_type::terminal);
    else
      leave();
  }

  void leave() {
    asio::post(executor_, [self = shared_from_this()] {
      self->told_(self->hurried_   ? exit_code::hurried
                  : self->cut_off_ ? exit_code::cut_off
                  : self->failed_  ? exit_code::not_closed
                                   : exit_code::done);
    });
  }

  asio::any_io_executor executor_;
  stop_signals& signals_;
  listener& entrance_;
  std::vector<resource*> opened_;
  std::chrono::nanoseconds grace_;
  asio::steady_timer over_;
  std::function<void(exit_code)> told_;
  asio::cancellation_signal ear_;
  std::list<asio::cancellation_signal> under_way_;
  stage stage_ = stage::open;
  bool listening_ = false;
  bool closed_ = false;
  bool hurried_ = false;
  bool cut_off_ = false;
  bool failed_ = false;
};

} // namespace

asio::awaitable<exit_code> run(stop_signals& signals, listener& entrance,
                               std::vector<resource*> opened, std::chrono::nanoseconds grace) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto process =
      std::make_shared<life_of_a_process>(executor, signals, entrance, std::move(opened), grace);
  asio::steady_timer bell(executor, asio::steady_timer::time_point::max());
  exit_code code{};
  process->begin([&bell, &code](exit_code how) {
    code = how;
    bell.cancel();
  });
  boost::system::error_code rung;
  co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
  co_return code;
}

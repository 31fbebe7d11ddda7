// accept: one coroutine for the whole stream, asleep on a timer while nothing is wanted
#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace {

using boost::system::error_code;

class resident final : public subscription, public std::enable_shared_from_this<resident> {
public:
  resident(asio::any_io_executor executor, archive& from, subscriber& to)
      : bell_(executor, asio::steady_timer::time_point::max()), from_(from), to_(to) {}

  void request(std::int64_t n) override {
    if (n <= 0)
      wrong_ = true;
    else
      open_ = n > unbounded - open_ ? unbounded : open_ + n;
    bell_.cancel();
  }

  void cancel() override {
    cancelled_ = true;
    bell_.cancel();
  }

  static asio::awaitable<void> live(std::shared_ptr<resident> self) {
    error_code end;
    bool complete = false;
    try {
      complete = co_await self->serve();
    } catch (const boost::system::system_error& failure) {
      end = failure.code();
    }
    if (self->cancelled_)
      co_return;
    if (self->wrong_)
      end = asio::error::invalid_argument;
    self->cancelled_ = true;
    if (end)
      self->to_.on_error(end);
    else if (complete)
      self->to_.on_complete();
  }

private:
  [[nodiscard]] bool over() const { return cancelled_ || wrong_; }

  asio::awaitable<bool> serve() {
    for (;;) {
      co_await something_wanted();
      if (over())
        co_return false;
      const std::vector<int> page = co_await from_.next_page();
      if (page.empty())
        co_return true;
      for (const int record : page) {
        co_await something_wanted();
        if (over())
          co_return false;
        if (open_ != unbounded)
          --open_;
        to_.on_next(record);
      }
    }
  }

  asio::awaitable<void> something_wanted() {
    while (open_ == 0 && !over()) {
      error_code rung;
      co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
  }

  asio::steady_timer bell_;
  archive& from_;
  subscriber& to_;
  std::int64_t open_ = 0;
  bool wrong_ = false;
  bool cancelled_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  const auto stream = std::make_shared<resident>(executor, from, to);
  to.on_subscribe(stream);
  asio::co_spawn(executor, resident::live(stream), asio::detached);
}

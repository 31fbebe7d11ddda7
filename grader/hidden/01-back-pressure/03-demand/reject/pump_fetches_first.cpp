// reject: cancel-stops
// do-while: the pump was started because something is wanted, so it need not look at the state
// before its first fetch
#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <utility>

namespace {

class page_stream final : public subscription, public std::enable_shared_from_this<page_stream> {
public:
  page_stream(asio::any_io_executor executor, archive& from, subscriber& to)
      : executor_(std::move(executor)), from_(from), to_(to) {}

  void request(std::int64_t n) override {
    if (ended_)
      return;
    if (n <= 0)
      bad_request_ = true;
    else if (n < unbounded - demand_)
      demand_ += n;
    else
      demand_ = unbounded;
    wake();
  }

  void cancel() override { ended_ = true; }

private:
  void wake() {
    if (std::exchange(pumping_, true))
      return;
    asio::post(executor_, [self = shared_from_this()] {
      asio::co_spawn(self->executor_, self->pump(self), asio::detached);
    });
  }

  asio::awaitable<void> pump([[maybe_unused]] std::shared_ptr<page_stream> self) {
    do {
      if (bad_request_) {
        ended_ = true;
        to_.on_error(asio::error::invalid_argument);
      } else if (!held_.empty()) {
        const int record = held_.front();
        held_.pop_front();
        if (demand_ != unbounded)
          --demand_;
        to_.on_next(record);
      } else {
        co_await fetch();
      }
    } while (!ended_ && (demand_ > 0 || bad_request_));
    pumping_ = false;
  }

  asio::awaitable<void> fetch() {
    boost::system::error_code why;
    std::vector<int> page;
    try {
      page = co_await from_.next_page();
    } catch (const boost::system::system_error& error) {
      why = error.code();
    }
    if (ended_ || bad_request_)
      co_return;
    if (why) {
      ended_ = true;
      to_.on_error(why);
    } else if (page.empty()) {
      ended_ = true;
      to_.on_complete();
    } else {
      held_.assign(page.begin(), page.end());
    }
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber& to_;
  std::deque<int> held_;
  std::int64_t demand_ = 0;
  bool bad_request_ = false;
  bool ended_ = false;
  bool pumping_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  to.on_subscribe(std::make_shared<page_stream>(executor, from, to));
}

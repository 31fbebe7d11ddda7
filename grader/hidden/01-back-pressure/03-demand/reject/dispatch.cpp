// reject: no-recursion
// dispatch instead of post: on the executor it calls at once, so the pump is restarted inside
// on_next
#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
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
    if (fetching_)
      return;
    asio::dispatch(executor_, [self = shared_from_this()] { self->emit(); });
  }

  void emit() {
    while (!ended_ && !fetching_ && (demand_ > 0 || bad_request_)) {
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
        fetching_ = true;
        asio::co_spawn(executor_, fetch(shared_from_this()), asio::detached);
      }
    }
  }

  asio::awaitable<void> fetch([[maybe_unused]] std::shared_ptr<page_stream> self) {
    co_await asio::post(executor_, asio::use_awaitable);
    if (ended_ || bad_request_)
      co_return;
    boost::system::error_code why;
    std::vector<int> page;
    try {
      page = co_await from_.next_page();
    } catch (const boost::system::system_error& error) {
      why = error.code();
    }
    fetching_ = false;
    if (ended_)
      co_return;
    if (bad_request_)
      co_return emit();
    if (why) {
      ended_ = true;
      to_.on_error(why);
    } else if (page.empty()) {
      ended_ = true;
      to_.on_complete();
    } else {
      held_.assign(page.begin(), page.end());
      emit();
    }
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber& to_;
  std::deque<int> held_;
  std::int64_t demand_ = 0;
  bool bad_request_ = false;
  bool ended_ = false;
  bool fetching_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  to.on_subscribe(std::make_shared<page_stream>(executor, from, to));
}

// reject: silence-after-end
// an empty first page is taken for an archive that is not ready yet
#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

/// How much has been asked for and not been sent.
class demand {
public:
  void add(std::int64_t n) { open_ = n > unbounded - open_ ? unbounded : open_ + n; }

  [[nodiscard]] bool any() const { return open_ > 0; }

  void spend() {
    if (open_ != unbounded)
      --open_;
  }

private:
  std::int64_t open_ = 0;
};

/// `request` and `cancel` write down what is wanted. One pump, which is never started twice, reads
/// it and does everything else: it alone fetches, and it alone signals. So two signals or two
/// fetches cannot overlap, and no call of the subscriber's is ever further up the stack.
class page_stream final : public subscription, public std::enable_shared_from_this<page_stream> {
public:
  page_stream(asio::any_io_executor executor, archive& from, subscriber& to)
      : executor_(std::move(executor)), from_(from), to_(to) {}

  void request(std::int64_t n) override {
    if (ended_)
      return;
    if (n > 0)
      demand_.add(n);
    else
      failure_ = asio::error::invalid_argument;
    start_pump();
  }

  void cancel() override {
    ended_ = true;
    held_.clear();
  }

private:
  void start_pump() {
    if (std::exchange(pumping_, true))
      return; // the pump that is running will see it
    asio::co_spawn(executor_, pump(shared_from_this()), asio::detached);
  }

  /// Works until nothing is wanted or the stream has ended. Whatever can have changed during a
  /// fetch or a signal is looked at anew in each round. `self` keeps the stream alive meanwhile.
  asio::awaitable<void> pump([[maybe_unused]] std::shared_ptr<page_stream> self) {
    co_await asio::post(executor_, asio::use_awaitable); // co_spawn starts it inside its caller
    while (!ended_ && (failure_ || demand_.any())) {
      if (failure_) {
        ended_ = true;
        to_.on_error(failure_);
      } else if (!held_.empty()) {
        const int record = held_.front();
        held_.pop_front();
        demand_.spend();
        to_.on_next(record);
      } else {
        co_await fetch();
      }
    }
    pumping_ = false;
  }

  /// Brings a page, or the end, or a failure to be told.
  asio::awaitable<void> fetch() {
    try {
      const std::vector<int> page = co_await from_.next_page();
      if (ended_ || failure_)
        co_return; // too late: cancelled meanwhile, or about to fail
      held_.assign(page.begin(), page.end());
      if (held_.empty() && !any_) {
        co_await asio::steady_timer(executor_, std::chrono::seconds(1))
            .async_wait(asio::use_awaitable);
        co_return;
      }
      any_ = true;
      if (held_.empty()) {
        ended_ = true;
        to_.on_complete();
      }
    } catch (const system_error& error) {
      if (!failure_)
        failure_ = error.code();
    }
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber& to_;
  std::deque<int> held_; ///< fetched, and not yet sent
  demand demand_;
  error_code failure_; ///< to be told, before anything else
  bool ended_ = false;
  bool pumping_ = false;
  bool any_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  to.on_subscribe(std::make_shared<page_stream>(executor, from, to));
}

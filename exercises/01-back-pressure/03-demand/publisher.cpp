#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <deque>
#include <utility>

namespace {

/// Sends what it holds as far as the demand goes. When that is not enough, it fetches another page.
class page_stream final : public subscription, public std::enable_shared_from_this<page_stream> {
public:
  page_stream(asio::any_io_executor executor, archive& from, subscriber& to)
      : executor_(std::move(executor)), from_(from), to_(to) {}

  void request(std::int64_t n) override {
    demand_ += n;
    emit();
  }

  void cancel() override {
    demand_ = 0;
    held_.clear();
  }

private:
  void emit() {
    while (demand_ > 0 && !held_.empty()) {
      const int record = held_.front();
      held_.pop_front();
      --demand_;
      to_.on_next(record);
    }
    if (demand_ > 0)
      asio::co_spawn(executor_, fetch(shared_from_this()), asio::detached);
  }

  /// `self` keeps the stream alive for as long as the archive takes.
  asio::awaitable<void> fetch([[maybe_unused]] std::shared_ptr<page_stream> self) {
    const std::vector<int> page = co_await from_.next_page();
    if (page.empty()) {
      to_.on_complete();
      co_return;
    }
    held_.insert(held_.end(), page.begin(), page.end());
    emit();
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber& to_;
  std::deque<int> held_; ///< fetched, and not yet asked for
  std::int64_t demand_ = 0;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  to.on_subscribe(std::make_shared<page_stream>(executor, from, to));
}

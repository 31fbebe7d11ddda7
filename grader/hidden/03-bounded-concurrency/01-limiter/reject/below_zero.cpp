// reject: new-limit
// limit - in flight, both unsigned: below zero is very many
#include "limiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>
#include <utility>

using boost::system::error_code;

namespace {

class channel_limiter final : public limiter {
public:
  channel_limiter(asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    // All come through the line; it is as if a permit was handed to who finds one free.
    doorway mine(executor_, 1);
    line_.push_back(&mine);
    hand_out();
    const auto [none] = co_await mine.async_receive(asio::as_tuple(asio::use_awaitable));
    const auto place = std::find(line_.begin(), line_.end(), &mine);
    if (none && place != line_.end()) {
      line_.erase(place);
      throw boost::system::system_error(asio::error::operation_aborted);
    }
    const giving_back later{*this};
    co_await work();
  }

  void set_limit(std::size_t limit) override {
    limit_ = limit;
    hand_out();
  }

  [[nodiscard]] std::size_t in_flight() const override { return out_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  using doorway = asio::experimental::channel<void(error_code)>;

  struct giving_back {
    channel_limiter& to;

    ~giving_back() {
      --to.out_;
      to.hand_out();
    }
  };

  void hand_out() {
    for (std::size_t free = limit_ - out_; free > 0 && !line_.empty(); --free, ++out_) {
      // To one that was cancelled in this instant it does not get; that one finds itself out of the
      // line all the same, and gives the permit back.
      line_.front()->try_send(error_code{});
      line_.pop_front();
    }
  }

  asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t out_ = 0;
  std::deque<doorway*> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<channel_limiter>(std::move(executor), limit);
}

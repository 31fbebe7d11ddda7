// reject: silence-after-end
// after on_error the stream is not over: the next request asks the archive once more
#include "publisher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

namespace {

class machine final : public subscription, public std::enable_shared_from_this<machine> {
public:
  machine(asio::any_io_executor executor, archive& from, subscriber& to)
      : executor_(std::move(executor)), from_(from), to_(to) {}

  void start() {
    inside_ = true;
    to_.on_subscribe(shared_from_this());
    inside_ = false;
    step();
  }

  void request(std::int64_t n) override {
    if (ended_)
      return;
    if (n <= 0) {
      refused_ = true;
    } else {
      open_ = n >= unbounded - open_ ? unbounded : open_ + n;
    }
    step();
  }

  void cancel() override { ended_ = true; }

private:
  enum class source { idle, fetching, dry, broken };

  void step() {
    if (inside_)
      return; // whoever is inside looks again
    const auto self = shared_from_this();
    inside_ = true;
    while (!ended_) {
      if (refused_) {
        ended_ = true;
        to_.on_error(asio::error::invalid_argument);
      } else if (source_ == source::broken) {
        source_ = source::idle;
        open_ = 0;
        to_.on_error(why_);
      } else if (open_ == 0) {
        break;
      } else if (next_ != page_.size()) {
        if (open_ != unbounded)
          --open_;
        to_.on_next(page_[next_++]);
      } else if (source_ == source::dry) {
        ended_ = true;
        to_.on_complete();
      } else if (source_ == source::fetching) {
        break;
      } else {
        ask();
      }
    }
    inside_ = false;
  }

  void ask() {
    source_ = source::fetching;
    asio::co_spawn(executor_, one_page(),
                   [self = shared_from_this()](std::exception_ptr failure, std::vector<int> page) {
                     self->answered(std::move(failure), std::move(page));
                   });
  }

  asio::awaitable<std::vector<int>> one_page() {
    if (ended_ || refused_) // the round trip has not begun yet: don't
      co_return std::vector<int>();
    co_return co_await from_.next_page();
  }

  void answered(std::exception_ptr failure, std::vector<int> page) {
    source_ = page.empty() ? source::dry : source::idle;
    page_ = std::move(page);
    next_ = 0;
    if (failure) {
      source_ = source::broken;
      try {
        std::rethrow_exception(failure);
      } catch (const boost::system::system_error& error) {
        why_ = error.code();
      }
    }
    step();
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber& to_;
  std::vector<int> page_;
  std::size_t next_ = 0;
  std::int64_t open_ = 0;
  source source_ = source::idle;
  boost::system::error_code why_;
  bool refused_ = false;
  bool ended_ = false;
  bool inside_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  std::make_shared<machine>(std::move(executor), from, to)->start();
}

// accept: a trampoline of posted handlers, one per signal; cancel() abandons the fetch
#include "publisher.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace {

using boost::system::error_code;

class trampoline final : public subscription, public std::enable_shared_from_this<trampoline> {
public:
  trampoline(asio::any_io_executor executor, archive& from, subscriber& to)
      : executor_(std::move(executor)), from_(from), to_(&to) {}

  void request(std::int64_t n) override {
    if (to_ == nullptr)
      return;
    if (n <= 0) {
      error_ = asio::error::invalid_argument;
      wrong_ = true;
    } else {
      wanted_ += std::min(n, unbounded - wanted_);
    }
    bounce();
  }

  void cancel() override {
    if (std::exchange(to_, nullptr) != nullptr && under_way_)
      abandon_.emit(asio::cancellation_type::terminal);
  }

private:
  void bounce() {
    if (!std::exchange(bouncing_, true))
      asio::post(executor_, [self = shared_from_this()] {
        self->bouncing_ = false;
        self->one_signal();
      });
  }

  void one_signal() {
    if (to_ == nullptr)
      return;
    if (error_)
      return std::exchange(to_, nullptr)->on_error(*error_);
    if (wanted_ == 0 || fetching_)
      return;
    if (!page_.empty()) {
      const int record = page_.back();
      page_.pop_back();
      wanted_ -= wanted_ == unbounded ? 0 : 1;
      to_->on_next(record);
      bounce();
    } else if (dry_) {
      std::exchange(to_, nullptr)->on_complete();
    } else {
      fetch();
    }
  }

  void fetch() {
    fetching_ = true;
    asio::co_spawn(executor_, one_page(),
                   asio::bind_cancellation_slot(
                       abandon_.slot(), [self = shared_from_this()](std::exception_ptr failure,
                                                                    std::vector<int> page) {
                         self->fetched(failure, std::move(page));
                       }));
  }

  /// A coroutine that is cancelled before it begins (or after its end, before its handler) throws
  /// where co_spawn does not catch, so that abandon_ is for the time in between.
  asio::awaitable<std::vector<int>> one_page() {
    std::vector<int> page;
    if (to_ == nullptr || error_)
      co_return page;
    under_way_ = true;
    try {
      page = co_await from_.next_page();
    } catch (...) {
      under_way_ = false;
      throw;
    }
    under_way_ = false;
    co_return page;
  }

  void fetched(std::exception_ptr failure, std::vector<int> page) {
    fetching_ = false;
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const boost::system::system_error& error) {
        if (!wrong_)
          error_ = error.code();
      }
    } else {
      dry_ = page.empty();
      std::reverse(page.begin(), page.end());
      page_ = std::move(page);
    }
    bounce();
  }

  const asio::any_io_executor executor_;
  archive& from_;
  subscriber* to_; ///< null once the stream has ended
  asio::cancellation_signal abandon_;
  std::vector<int> page_; ///< the next record is the last
  std::int64_t wanted_ = 0;
  std::optional<error_code> error_;
  bool wrong_ = false;
  bool dry_ = false;
  bool fetching_ = false;  ///< until fetched() is called
  bool under_way_ = false; ///< inside next_page()
  bool bouncing_ = false;
};

} // namespace

void subscribe(asio::any_io_executor executor, archive& from, subscriber& to) {
  to.on_subscribe(std::make_shared<trampoline>(executor, from, to));
}

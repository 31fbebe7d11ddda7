#include "pool.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <vector>

using boost::system::error_code;
using boost::system::system_error;

namespace {

class deadline_pool final : public connection_pool {
public:
  deadline_pool(asio::any_io_executor executor, database& opens, std::size_t size)
      : executor_(std::move(executor)), database_(opens), size_(size) {}

  asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) override {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer late(executor_, deadline);
    auto first = co_await (take() || late.async_wait(asio::use_awaitable));
    if (first.index() == 1)
      throw system_error(asio::error::timed_out);
    co_return lease(*this, std::get<0>(std::move(first)));
  }

  void give_back(std::unique_ptr<connection> used) noexcept override {
    if (used->broken()) {
      --open_;
    } else if (line_.empty()) {
      idle_.push_back(std::move(used));
    } else {
      line_.front()->given = std::move(used);
      line_.front()->alarm.cancel();
      line_.pop_front();
    }
  }

private:
  struct waiter {
    explicit waiter(asio::any_io_executor executor)
        : alarm(std::move(executor), asio::steady_timer::time_point::max()) {}

    asio::steady_timer alarm;
    std::unique_ptr<connection> given;
  };

  asio::awaitable<std::unique_ptr<connection>> take() {
    if (!idle_.empty()) {
      auto ready = std::move(idle_.back());
      idle_.pop_back();
      co_return ready;
    }
    if (open_ < size_) {
      ++open_;
      co_return co_await database_.connect();
    }
    const auto self = std::make_shared<waiter>(executor_);
    const auto place = line_.insert(line_.end(), self);
    error_code woken;
    co_await self->alarm.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!self->given) { // nobody gave us one: we were cancelled
      line_.erase(place);
      throw system_error(asio::error::operation_aborted);
    }
    co_return std::move(self->given);
  }

  const asio::any_io_executor executor_;
  database& database_;
  const std::size_t size_;
  std::size_t open_ = 0;
  std::vector<std::unique_ptr<connection>> idle_;
  std::list<std::shared_ptr<waiter>> line_;
};

} // namespace

std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size) {
  return std::make_unique<deadline_pool>(std::move(executor), opens, size);
}

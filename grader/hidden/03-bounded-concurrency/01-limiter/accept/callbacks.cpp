// accept: waiting handlers in a map, with cancellation slots; the permit is the handler's argument
#include "limiter.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <utility>

namespace {

class callback_limiter final : public limiter {
  /// Gives back when the last copy is gone, wherever that is: also in a handler that nobody runs.
  using permit = std::shared_ptr<void>;
  using told = std::function<void(std::exception_ptr, permit)>;

  auto acquire() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, permit)>(
        [this](auto handler) {
          const std::uint64_t number = ++last_;
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected())
            slot.assign([this, number](asio::cancellation_type) { give_up(number); });
          const auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          line_[number] = [keep, slot](std::exception_ptr error, permit held) mutable {
            slot.clear();
            std::move (*keep)(std::move(error), std::move(held));
          };
          let_in();
        },
        asio::use_awaitable);
  }

public:
  callback_limiter(asio::any_io_executor executor, std::size_t limit)
      : executor_(std::move(executor)), limit_(limit) {}

  asio::awaitable<void> run(job work) override {
    const permit held = co_await acquire();
    co_await work();
  }

  void set_limit(std::size_t limit) override {
    limit_ = limit;
    let_in();
  }

  [[nodiscard]] std::size_t in_flight() const override { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  void let_in() {
    while (in_flight_ < limit_ && !line_.empty()) {
      told next = std::move(line_.begin()->second);
      line_.erase(line_.begin());
      ++in_flight_;
      permit held(this, [](callback_limiter* from) {
        --from->in_flight_;
        from->let_in();
      });
      asio::post(executor_, [next = std::move(next), held = std::move(held)]() mutable {
        next(nullptr, std::move(held));
      });
    }
  }

  void give_up(std::uint64_t number) {
    const auto found = line_.find(number);
    if (found == line_.end())
      return; // it has a permit already
    told who = std::move(found->second);
    line_.erase(found);
    asio::post(executor_, [who = std::move(who)] {
      who(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)),
          nullptr);
    });
  }

  asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t in_flight_ = 0;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, told> line_;
};

} // namespace

std::unique_ptr<limiter> make_limiter(asio::any_io_executor executor, std::size_t limit) {
  return std::make_unique<callback_limiter>(std::move(executor), limit);
}

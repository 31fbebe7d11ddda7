// accept: a composed operation: async_compose with a state machine that defers itself
#include "slice.hpp"

#include <boost/asio/compose.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

using std::chrono::steady_clock;

namespace {

struct in_slices {
  asio::any_io_executor executor;
  backlog* items;
  std::chrono::nanoseconds slice;
  bool began = false;

  template <class Self>
  void operator()(Self& self) {
    if (std::exchange(began, true)) {
      if (self.get_cancellation_state().cancelled() != asio::cancellation_type::none) {
        self.complete(
            std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
        return;
      }
      std::exception_ptr error;
      try {
        work();
      } catch (...) {
        error = std::current_exception();
      }
      if (error || items->empty()) {
        self.complete(error);
        return;
      }
    }
    const asio::any_io_executor to = executor;
    asio::defer(to, std::move(self));
  }

  void work() const {
    std::chrono::nanoseconds left = slice;
    for (auto before = steady_clock::now(); left.count() > 0 && !items->empty();) {
      items->do_next();
      const auto now = steady_clock::now();
      left -= now - std::exchange(before, now);
    }
  }
};

} // namespace

asio::awaitable<void> work_off(backlog& items, std::chrono::nanoseconds slice) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::async_compose<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      in_slices{executor, &items, slice}, asio::use_awaitable, executor);
}

// reject: together
// asks the next one when the one before has failed
#include "first_wins.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

asio::awaitable<lease> acquire(std::span<replica* const> replicas) {
  const asio::cancellation_state caller = co_await asio::this_coro::cancellation_state;
  std::vector<std::exception_ptr> errors;
  for (replica* const each : replicas) {
    try {
      const lease granted = co_await each->open();
      co_return granted;
    } catch (...) {
      errors.push_back(std::current_exception());
    }
    if (caller.cancelled() != asio::cancellation_type::none)
      throw boost::system::system_error(asio::error::operation_aborted);
  }
  throw all_failed(errors);
}

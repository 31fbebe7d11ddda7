// A job for a pool, by hand.
#pragma once

#include <boost/asio.hpp>

#include <exception>
#include <utility>

namespace asio = boost::asio;

// [offload]
/// Runs `job` on `pool`; what it returns or throws comes to the caller's
/// executor. It stands in the pool's queue once.
template <class Job>
asio::awaitable<int> offload(asio::any_io_executor pool, Job job) {
  const auto begin = [pool](auto handler, Job work) {
    const auto home = asio::prefer(asio::get_associated_executor(handler),
                                   asio::execution::outstanding_work.tracked);
    asio::post(pool, [home, handler = std::move(handler), work]() mutable {
      int result = 0;
      std::exception_ptr error;
      try {
        result = work();
      } catch (...) {
        error = std::current_exception();
      }
      asio::post(home, [handler = std::move(handler), error, result]() mutable {
        std::move(handler)(error, result);
      });
    });
  };
  const asio::use_awaitable_t<> token;
  using told = void(std::exception_ptr, int);
  auto done = asio::async_initiate<decltype(token), told>(begin, token, job);
  const int result = co_await std::move(done);
  co_return result;
}

// [/offload]

#include "weir/world/cpu.hpp"

#include "checked.hpp"
#include "station.hpp"
#include "weir/world/error.hpp"

#include <weir/run.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace weir::world {

namespace asio = boost::asio;

void occupy_loop(std::chrono::nanoseconds work) {
  require(work.count() >= 0, "occupy_loop: the work must not be negative");
  weir::block_loop(work);
}

struct cpu_pool::impl {
  impl(asio::any_io_executor ex, const cpu_pool_options& options)
      : executor(std::move(ex)),
        worker_count(options.workers),
        workers(executor, {.name = options.name,
                           .servers = options.workers,
                           .queue_limit = options.queue_limit}) {}

  static asio::awaitable<void> run(std::shared_ptr<impl> self, std::chrono::nanoseconds work);

  asio::any_io_executor executor;
  std::size_t worker_count;
  station workers;
  std::size_t completed = 0;
};

asio::awaitable<void> cpu_pool::impl::run(std::shared_ptr<impl> self,
                                          std::chrono::nanoseconds work) {
  require(work.count() >= 0, "cpu_pool: the work must not be negative");
  station::ticket ticket(self->workers);
  if (!ticket.enter()) {
    co_await asio::post(self->executor, asio::use_awaitable);
    throw service_error(error::unavailable);
  }
  if (ticket.waiting()) {
    bool cancelled = false;
    try {
      co_await ticket.turn();
    } catch (const boost::system::system_error&) {
      cancelled = true;
    }
    if (cancelled) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  asio::steady_timer timer(self->executor, work);
  co_await timer.async_wait(
      asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
  ++self->completed;
}

cpu_pool::cpu_pool(asio::any_io_executor executor, const cpu_pool_options& options)
    : impl_(std::make_shared<impl>(std::move(executor), options)) {}

asio::awaitable<void> cpu_pool::run(std::chrono::nanoseconds work) {
  return impl::run(impl_, work);
}

std::size_t cpu_pool::busy() const noexcept {
  return impl_->workers.serving().level();
}

std::size_t cpu_pool::peak_busy() const noexcept {
  return impl_->workers.serving().peak();
}

std::size_t cpu_pool::queued() const noexcept {
  return impl_->workers.queued().level();
}

std::size_t cpu_pool::peak_queued() const noexcept {
  return impl_->workers.queued().peak();
}

std::size_t cpu_pool::completed() const noexcept {
  return impl_->completed;
}

double cpu_pool::utilisation() const {
  return impl_->workers.serving().mean() / static_cast<double>(impl_->worker_count);
}

} // namespace weir::world

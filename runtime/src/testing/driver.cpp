#include <weir/probe.hpp>
#include <weir/testing.hpp>

#include <algorithm>

namespace weir::testing {

namespace asio = boost::asio;

namespace {

void rethrow(const std::exception_ptr& error) {
  if (error)
    std::rethrow_exception(error);
}

asio::awaitable<void> act_later(std::chrono::nanoseconds delay, std::function<void()> what,
                                std::string task, std::source_location where) {
  name_this_task(std::move(task));
  co_await pass(delay, where);
  what();
}

} // namespace

asio::awaitable<void> pass(std::chrono::nanoseconds time, std::source_location where) {
  asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(std::move(executor), time);
  co_await timer.async_wait(asio::use_awaitable, where);
}

any_operation::any_operation(std::string name, std::shared_ptr<detail::roll> in)
    : name_(std::move(name)), roll_(std::move(in)) {
  ++roll_->pending;
}

void any_operation::cancel(asio::cancellation_type type) {
  if (!pending())
    return;
  note("{} is cancelled", name_);
  if (!cancelled_at_)
    cancelled_at_ = now();
  signal_.emit(type);
}

void any_operation::note_end() {
  ended_at_ = now();
  note("{} {}", name_, text());
  if (--roll_->pending == 0 && roll_->waiter)
    roll_->waiter->cancel();
}

void driver::at(std::chrono::nanoseconds delay, std::function<void()> what, std::string task,
                std::source_location where) {
  asio::co_spawn(executor_, act_later(delay, std::move(what), std::move(task), where), rethrow);
}

void driver::meanwhile(std::function<void()> what) {
  asio::post(executor_, std::move(what));
}

asio::awaitable<void> driver::finish(std::chrono::nanoseconds within, std::source_location where) {
  const auto last = std::chrono::steady_clock::now() + within;
  asio::steady_timer timer(executor_, last);
  roll_->waiter = &timer;
  const auto forget = [](detail::roll* each) {
    each->waiter = nullptr;
  };
  const std::unique_ptr<detail::roll, decltype(forget)> leaving(roll_.get(), forget);
  // Whoever sees an operation end may start another one.
  while (roll_->pending != 0 && std::chrono::steady_clock::now() < last) {
    boost::system::error_code all_ended;
    timer.expires_at(last);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, all_ended), where);
  }
  for (const auto& one : all_)
    expect(!one->pending(), "{} was to end, and {} later it {}", one->name(), within, one->text());
}

asio::awaitable<void> driver::tidy_up(std::chrono::nanoseconds within, std::source_location where) {
  // By place: whoever sees one end may start another.
  for (std::size_t i = 0, started = all_.size(); i < started; ++i)
    if (const auto one = all_[i]; one->pending())
      one->cancel();
  return finish(within, where);
}

std::size_t driver::index_of(const any_operation& one) const {
  const auto found = std::ranges::find(all_, &one, &std::shared_ptr<any_operation>::get);
  expect(found != all_.end(), "{} was declared by another driver", one.name());
  return static_cast<std::size_t>(found - all_.begin());
}

void driver::spawn(asio::awaitable<void> task, std::shared_ptr<any_operation> as) {
  const asio::cancellation_slot slot = as->signal_.slot();
  // The handler goes last of all, and its slot must not outlive the signal.
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(
                     slot, [kept = std::move(as)](const std::exception_ptr& e) { rethrow(e); }));
}

namespace detail {

void expect_ended(const any_operation& one, bool as_expected, std::chrono::nanoseconds due,
                  std::string_view why) {
  expect(!one.pending(), "{}, but {} has not ended {} later", why, one.name(), now() - due);
  expect(as_expected, "{}, but {} {}", why, one.name(), one.text());
  expect(one.ended_at() == due, "{} at {}, but {} ended at {}", why, due, one.name(),
         one.ended_at());
}

} // namespace detail

void expect_pending(const any_operation& one, std::string_view why) {
  expect(one.pending(), "{}, but {} {}", why, one.name(), one.text());
}

} // namespace weir::testing

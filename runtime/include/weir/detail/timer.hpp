/// \file
/// `asio::steady_timer` on the virtual clock: a partial specialisation of `basic_waitable_timer`
/// for `std::chrono::steady_clock`. On a `virtual_context` it waits in virtual time; on any other
/// context it hands over to Asio's own timer, so the same object file runs in both.
#pragma once

#include <weir/detail/awaitable_hook.hpp>
#include <weir/virtual_context.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/version.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <optional>
#include <source_location>
#include <utility>
#include <variant>

namespace weir::detail {

/// The steady clock under another name: Asio's own timer, for contexts that run in real time.
struct real_clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<real_clock, duration>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
  }

  static time_point from(std::chrono::steady_clock::time_point t) noexcept {
    return time_point(t.time_since_epoch());
  }

  static std::chrono::steady_clock::time_point to_steady(time_point t) noexcept {
    return std::chrono::steady_clock::time_point(t.time_since_epoch());
  }
};

/// Unlinks a wait from a cancellation handler that may outlive it.
class wait_canceller {
public:
  explicit wait_canceller(timer_wait* wait) noexcept : wait_(wait) { wait_->cancellation = &wait_; }

  wait_canceller(const wait_canceller&) = delete;
  wait_canceller& operator=(const wait_canceller&) = delete;

  ~wait_canceller() {
    if (wait_)
      wait_->cancellation = nullptr;
  }

  void operator()(boost::asio::cancellation_type_t type) {
    using boost::asio::cancellation_type;
    const auto wanted =
        cancellation_type::terminal | cancellation_type::partial | cancellation_type::total;
    if (wait_ && (type & wanted) != cancellation_type::none)
      cancel();
  }

private:
  void cancel() noexcept;
  timer_wait* wait_;
};

/// A wait with its completion handler. The handler runs straight from the loop when its executor is
/// the loop's own; through its executor (a strand, say) when not.
template <typename Handler, typename IoExecutor>
class wait_operation : public timer_wait {
  using executor_type = boost::asio::associated_executor_t<Handler, IoExecutor>;
  using tracked_type = std::decay_t<typename boost::asio::prefer_result<
      executor_type, boost::asio::execution::outstanding_work_t::tracked_t>::type>;

public:
  static wait_operation* make(Handler& handler, const IoExecutor& io) {
    void* memory = engine::allocate(sizeof(wait_operation), alignof(wait_operation));
    return ::new (memory) wait_operation(handler, io);
  }

private:
  wait_operation(Handler& handler, const IoExecutor& io) : handler_(std::move(handler)) {
    run = &complete;
    auto executor = boost::asio::get_associated_executor(handler_, io);
    if (direct_engine(executor) == nullptr)
      detour_.emplace(
          boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked));
  }

  static void complete(timer_wait* base, ready_action action, const boost::system::error_code& ec) {
    auto* self = static_cast<wait_operation*>(base);
    Handler handler(std::move(self->handler_));
    std::optional<tracked_type> detour(std::move(self->detour_));
    self->~wait_operation();
    engine::deallocate(self, sizeof(wait_operation));
    if (action == ready_action::destroy)
      return;
    if (!detour) {
      std::move(handler)(ec);
    } else {
      detour->execute([h = std::move(handler), ec]() mutable { std::move(h)(ec); });
    }
  }

  Handler handler_;
  std::optional<tracked_type> detour_;
};

/// Blocks the loop until `t`: the virtual clock moves and nothing runs meanwhile.
void block_until(const virtual_timer& timer) noexcept;
void note_wait_location(engine& e, const std::source_location& where) noexcept;

} // namespace weir::detail

namespace boost::asio {

/// The interface is Asio's, documented there; deprecated members are left out.
template <typename Executor>
class basic_waitable_timer<std::chrono::steady_clock, wait_traits<std::chrono::steady_clock>,
                           Executor> {
  using real_timer = basic_waitable_timer<weir::detail::real_clock,
                                          wait_traits<weir::detail::real_clock>, Executor>;
  using virtual_timer = weir::detail::virtual_timer;

public:
  using executor_type = Executor;

  template <typename Executor1>
  struct rebind_executor {
    using other = basic_waitable_timer<std::chrono::steady_clock,
                                       wait_traits<std::chrono::steady_clock>, Executor1>;
  };

  using clock_type = std::chrono::steady_clock;
  using duration = clock_type::duration;
  using time_point = clock_type::time_point;
  using traits_type = wait_traits<std::chrono::steady_clock>;

  explicit basic_waitable_timer(const executor_type& ex) : executor_(ex), impl_(make(executor_)) {}

  template <typename Context>
    requires std::is_convertible_v<Context&, execution_context&>
  explicit basic_waitable_timer(Context& context)
      : basic_waitable_timer(executor_type(context.get_executor())) {}

  basic_waitable_timer(const executor_type& ex, const time_point& expiry)
      : basic_waitable_timer(ex) {
    expires_at(expiry);
  }

  template <typename Context>
    requires std::is_convertible_v<Context&, execution_context&>
  basic_waitable_timer(Context& context, const time_point& expiry)
      : basic_waitable_timer(executor_type(context.get_executor()), expiry) {}

  basic_waitable_timer(const executor_type& ex, const duration& expiry) : basic_waitable_timer(ex) {
    expires_after(expiry);
  }

  template <typename Context>
    requires std::is_convertible_v<Context&, execution_context&>
  basic_waitable_timer(Context& context, const duration& expiry)
      : basic_waitable_timer(executor_type(context.get_executor()), expiry) {}

  basic_waitable_timer(basic_waitable_timer&&) = default;

  basic_waitable_timer& operator=(basic_waitable_timer&& other) {
    if (this != &other) {
      executor_ = other.executor_;
      if (auto* v = std::get_if<virtual_timer>(&other.impl_))
        impl_.template emplace<virtual_timer>(std::move(*v));
      else
        impl_.template emplace<real_timer>(std::move(std::get<real_timer>(other.impl_)));
    }
    return *this;
  }

  basic_waitable_timer(const basic_waitable_timer&) = delete;
  basic_waitable_timer& operator=(const basic_waitable_timer&) = delete;
  ~basic_waitable_timer() = default;

  const executor_type& get_executor() noexcept { return executor_; }

  std::size_t cancel() {
    auto* v = std::get_if<virtual_timer>(&impl_);
    return v ? v->cancel() : real().cancel();
  }

  std::size_t cancel_one() {
    auto* v = std::get_if<virtual_timer>(&impl_);
    return v ? v->cancel_one() : real().cancel_one();
  }

  time_point expiry() const {
    if (const auto* v = std::get_if<virtual_timer>(&impl_))
      return time_point(std::chrono::nanoseconds(v->expiry()));
    return weir::detail::real_clock::to_steady(std::get<real_timer>(impl_).expiry());
  }

  std::size_t expires_at(const time_point& when) {
    if (auto* v = std::get_if<virtual_timer>(&impl_))
      return v->expires_at(when.time_since_epoch().count());
    return real().expires_at(weir::detail::real_clock::from(when));
  }

  std::size_t expires_after(const duration& d) {
    if (auto* v = std::get_if<virtual_timer>(&impl_)) {
      const std::int64_t now = v->owner().now();
      const std::int64_t room = std::numeric_limits<std::int64_t>::max() - now;
      return v->expires_at(now + std::min<std::int64_t>(d.count(), room));
    }
    return real().expires_after(d);
  }

  /// Blocks the caller. In virtual time the clock moves to the expiry and no handler runs
  /// meanwhile.
  void wait() {
    if (auto* v = std::get_if<virtual_timer>(&impl_))
      weir::detail::block_until(*v);
    else
      real().wait();
  }

  /// The usual form, kept out of template instantiation; remembers where it was written.
  awaitable<void, Executor>
  async_wait(use_awaitable_t<Executor> token,
             std::source_location where = std::source_location::current()) {
    return async_initiate<use_awaitable_t<Executor>, void(boost::system::error_code)>(
        initiate_async_wait(this, where), token);
  }

#if BOOST_ASIO_VERSION >= 103100
  /// The usual form since `deferred` is the default token: `co_await timer.async_wait()`.
  auto async_wait(deferred_t token = deferred_t(),
                  std::source_location where = std::source_location::current()) {
    return async_initiate<deferred_t, void(boost::system::error_code)>(
        initiate_async_wait(this, where), token);
  }
#endif

  template <typename WaitToken = default_completion_token_t<executor_type>>
  auto async_wait(WaitToken&& token = default_completion_token_t<executor_type>(),
                  std::source_location where = std::source_location::current()) -> decltype(auto) {
    return async_initiate<WaitToken, void(boost::system::error_code)>(
        initiate_async_wait(this, where), token);
  }

private:
  template <typename Clock1, typename Traits1, typename Executor1>
  friend class basic_waitable_timer;
  using impl_type = std::variant<virtual_timer, real_timer>;

  static impl_type make(const executor_type& ex) {
    if (weir::detail::engine* e = weir::detail::engine_behind(ex))
      return impl_type(std::in_place_type<virtual_timer>, *e);
    return impl_type(std::in_place_type<real_timer>, ex);
  }

  real_timer& real() { return std::get<real_timer>(impl_); }

  class initiate_async_wait {
  public:
    using executor_type = Executor;

    initiate_async_wait(basic_waitable_timer* self, const std::source_location& where)
        : self_(self), where_(where) {}

    const executor_type& get_executor() const noexcept { return self_->get_executor(); }

    template <typename WaitHandler>
    void operator()(WaitHandler&& handler) const {
      using handler_type = std::decay_t<WaitHandler>;
      auto* v = std::get_if<virtual_timer>(&self_->impl_);
      if (v == nullptr) {
        self_->real().async_wait(std::forward<WaitHandler>(handler));
        return;
      }
      weir::detail::note_wait_location(v->owner(), where_);
      handler_type taken(std::forward<WaitHandler>(handler));
      auto slot = get_associated_cancellation_slot(taken);
      auto* operation =
          weir::detail::wait_operation<handler_type, Executor>::make(taken, self_->executor_);
      if (slot.is_connected())
        slot.template emplace<weir::detail::wait_canceller>(operation);
      v->owner().start_wait(*v, *operation);
    }

  private:
    basic_waitable_timer* self_;
    std::source_location where_;
  };

  executor_type executor_;
  impl_type impl_;
};

extern template class basic_waitable_timer<std::chrono::steady_clock,
                                           wait_traits<std::chrono::steady_clock>, any_io_executor>;

} // namespace boost::asio

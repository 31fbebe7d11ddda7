/// \file
/// Tells the engine when a coroutine is suspended and resumed.
///
/// Asio has no resume hook (chriskohlhoff/asio#1493). `async_result` for
/// `use_awaitable_t<any_io_executor>` is the one place that every `co_await` of an asynchronous
/// operation passes, the first step of `co_spawn` included, so a specialisation of it (more special
/// than Asio's own) is the hook: it knows the coroutine's frames and wraps the completion handler.
/// On any other context it does what Asio's does.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace weir::detail {

class engine;

/// From "about to start the operation" to "the operation is started": what it posts and tracks in
/// between is the suspended task's. Does nothing outside a run.
class suspension {
public:
  suspension(const void* bottom_frame, void* top_frame, const std::type_info& operation);
  suspension(const suspension&) = delete;
  suspension& operator=(const suspension&) = delete;
  ~suspension();

  [[nodiscard]] std::uint32_t task() const noexcept { return task_; }

private:
  engine* engine_;
  std::uint32_t task_ = 0;
  std::uint32_t outer_ = 0;
};

/// While a task's completion handler runs.
class resumption {
public:
  explicit resumption(std::uint32_t task) noexcept;
  resumption(const resumption&) = delete;
  resumption& operator=(const resumption&) = delete;
  ~resumption();

private:
  engine* engine_;
  std::uint32_t task_;
  std::uint32_t outer_ = 0;
};

/// Asio's awaitable handler, with the task it will resume.
template <typename... Args>
class task_handler
    : public boost::asio::detail::awaitable_handler<boost::asio::any_io_executor, Args...> {
  using base = boost::asio::detail::awaitable_handler<boost::asio::any_io_executor, Args...>;

public:
  task_handler(boost::asio::detail::awaitable_thread<boost::asio::any_io_executor>* thread,
               std::uint32_t task)
      : base(thread), task_(task) {}

  template <typename... Results>
  void operator()(Results&&... results) {
    const resumption scope(task_);
    base::operator()(std::forward<Results>(results)...);
  }

private:
  std::uint32_t task_;
};

/// The same for the handler of an operation that is awaited without a token, as `||` awaits its
/// group.
template <typename Handler>
class task_op_handler : public Handler {
public:
  task_op_handler(Handler&& handler, std::uint32_t task)
      : Handler(std::move(handler)), task_(task) {}

  template <typename... Results>
  void operator()(Results&&... results) {
    const resumption scope(task_);
    Handler::operator()(std::forward<Results>(results)...);
  }

private:
  std::uint32_t task_;
};

} // namespace weir::detail

namespace boost::asio {

namespace detail {

template <typename Signature, typename Op>
class awaitable_async_op<Signature, Op, any_io_executor> {
public:
  using handler_type = awaitable_async_op_handler<Signature, any_io_executor>;

  awaitable_async_op(Op&& op, awaitable_frame_base<any_io_executor>* frame)
      : op_(std::forward<Op>(op)), frame_(frame) {}

  bool await_ready() const noexcept { return false; }

  void await_suspend(coroutine_handle<void>) {
    frame_->after_suspend(
        [](void* arg) {
          auto* const self = static_cast<awaitable_async_op*>(arg);
          auto* const frame = self->frame_;
          auto* const thread = frame->detach_thread();
          const weir::detail::suspension scope(thread->entry_point(), frame, typeid(Op));
          std::forward<Op&&>(self->op_)(weir::detail::task_op_handler<handler_type>(
              handler_type(thread, self->result_), scope.task()));
        },
        this);
  }

  auto await_resume() { return handler_type::resume(result_); }

private:
  Op&& op_;
  awaitable_frame_base<any_io_executor>* frame_;
  typename handler_type::result_type result_;
};

} // namespace detail

template <typename R, typename... Args>
class async_result<use_awaitable_t<any_io_executor>, R(Args...)> {
public:
  using handler_type = weir::detail::task_handler<std::decay_t<Args>...>;
  using return_type = typename handler_type::awaitable_type;

  template <typename Initiation, typename... InitArgs>
  static handler_type* do_init(detail::awaitable_frame_base<any_io_executor>* frame,
                               Initiation& initiation, InitArgs&... args) {
    auto* const thread = frame->detach_thread();
    const weir::detail::suspension scope(thread->entry_point(), frame, typeid(Initiation));
    handler_type handler(thread, scope.task());
    std::move(initiation)(std::move(handler), std::move(args)...);
    return nullptr;
  }

  template <typename Initiation, typename... InitArgs>
  static return_type initiate(Initiation initiation, use_awaitable_t<any_io_executor>,
                              InitArgs... args) {
    co_await [&](auto* frame) {
      return do_init(frame, initiation, args...);
    };
    for (;;) {
    } // never reached: the completion handler pops this frame
  }
};

} // namespace boost::asio

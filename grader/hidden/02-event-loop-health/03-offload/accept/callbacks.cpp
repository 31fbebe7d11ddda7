// accept: callbacks; a call is an object that goes from hand to hand, and knows how far it is
#include "offload.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <list>
#include <memory>
#include <utility>

namespace {

std::exception_ptr made(const boost::system::error_code& error) {
  return std::make_exception_ptr(boost::system::system_error(error));
}

class callback_offloader final : public offloader {
  struct call : std::enable_shared_from_this<call> {
    virtual ~call() = default;
    virtual void tell(std::exception_ptr error, std::string result) = 0;
    virtual asio::any_io_executor home() = 0;

    job work;
    std::stop_source stop;
    std::list<std::shared_ptr<call>>::iterator place;
    bool waits = false;
    bool cancelled = false;
  };

  template <class Handler>
  struct call_with final : call {
    explicit call_with(Handler handler)
        : executor(asio::get_associated_executor(handler)),
          guard(executor),
          resume(std::move(handler)) {}

    void tell(std::exception_ptr error, std::string result) override {
      asio::get_associated_cancellation_slot(resume).clear();
      work = nullptr;
      guard.reset();
      asio::post(executor, asio::append(std::move(resume), std::move(error), std::move(result)));
    }

    asio::any_io_executor home() override { return executor; }

    asio::any_io_executor executor;
    asio::executor_work_guard<asio::any_io_executor> guard;
    Handler resume;
  };

public:
  callback_offloader(threads& on, std::size_t limit) : threads_(on), limit_(limit) {}

  asio::awaitable<std::string> run(job work) override {
    return asio::async_initiate<const asio::use_awaitable_t<>,
                                void(std::exception_ptr, std::string)>(
        [this](auto handler, job its_work) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          auto one = std::make_shared<call_with<decltype(handler)>>(std::move(handler));
          one->work = std::move(its_work);
          if (closed_)
            return one->tell(made(asio::error::shut_down), {});
          if (running_ < threads_.count()) {
            ++running_;
            begin(one);
          } else if (line_.size() < limit_) {
            one->place = line_.insert(line_.end(), one);
            one->waits = true;
          } else {
            return one->tell(made(asio::error::try_again), {});
          }
          if (slot.is_connected())
            slot.assign([this, weak = std::weak_ptr<call>(one)](asio::cancellation_type) {
              if (const auto still = weak.lock())
                cancel(*still);
            });
        },
        asio::use_awaitable, std::move(work));
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler) {
          auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          when_empty_ = [this, keep] {
            threads_.join();
            auto executor = asio::get_associated_executor(*keep);
            asio::post(executor, std::move(*keep));
          };
          if (running_ == 0)
            when_empty_();
        },
        asio::use_awaitable);
  }

  [[nodiscard]] std::size_t running() const override { return running_; }

  [[nodiscard]] std::size_t waiting() const override { return line_.size(); }

private:
  void cancel(call& one) {
    one.cancelled = true;
    one.stop.request_stop();
    if (!std::exchange(one.waits, false))
      return;
    const auto leaving = std::move(*one.place);
    line_.erase(one.place);
    leaving->tell(made(asio::error::operation_aborted), {});
  }

  /// On the loop; from here to `end` the call has a thread.
  void begin(const std::shared_ptr<call>& one) {
    asio::post(threads_.executor(), [this, one]() mutable {
      std::exception_ptr error;
      std::string result;
      try {
        result = one->work(one->stop.get_token());
      } catch (...) {
        error = std::current_exception();
      }
      auto home = one->home();
      asio::post(home, [this, one = std::move(one), error, result = std::move(result)]() mutable {
        end(*one, std::move(error), std::move(result));
      });
    });
  }

  void end(call& one, std::exception_ptr error, std::string result) {
    if (one.cancelled)
      one.tell(made(asio::error::operation_aborted), {});
    else
      one.tell(std::move(error), std::move(result));
    if (line_.empty()) {
      if (--running_ == 0 && closed_ && when_empty_)
        std::exchange(when_empty_, nullptr)();
      return;
    }
    const auto next = std::move(line_.front());
    line_.pop_front();
    next->waits = false;
    begin(next);
  }

  threads& threads_;
  std::size_t limit_;
  std::size_t running_ = 0;
  std::list<std::shared_ptr<call>> line_;
  bool closed_ = false;
  std::function<void()> when_empty_;
};

} // namespace

std::unique_ptr<offloader> make_offloader(threads& on, std::size_t limit) {
  return std::make_unique<callback_offloader>(on, limit);
}

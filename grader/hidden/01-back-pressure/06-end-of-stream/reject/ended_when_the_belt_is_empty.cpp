// reject: every-item
// the end as a flag: who finds it set ends, before the item that is still in the transformer's
// hands has come
#include "stages.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <utility>

namespace {

/// The three stages. It lives in the frame of run_stages(), which is resumed when nothing of it is
/// under way any more.
class machine {
public:
  machine(asio::any_io_executor executor, reader& from, transformer& by, writer& to,
          std::size_t capacity)
      : executor_(std::move(executor)), from_(from), by_(by), to_(to), capacity_(capacity) {}

  auto run() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        [this](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected())
            slot.assign([this](asio::cancellation_type) {
              fail(std::make_exception_ptr(
                  boost::system::system_error(asio::error::operation_aborted)));
              step();
            });
          const auto keep = std::make_shared<decltype(handler)>(std::move(handler));
          done_ = [keep, slot](std::exception_ptr why) mutable {
            slot.clear();
            std::move (*keep)(std::move(why));
          };
          step();
        },
        asio::use_awaitable);
  }

private:
  struct stage {
    bool busy = false;
    asio::cancellation_signal stop;
  };

  template <typename T>
  using call = asio::awaitable<T>;

  /// Starts whatever can start.
  void step() {
    if (!failure_) {
      if (!reading_.busy && !at_end_ && !waits_for_room_)
        read();
      if (!transforming_.busy && !transformed_ && !raw_.empty())
        transform();
      if (!writing_.busy && !ready_.empty())
        write();
    }
    if ((failure_ || (at_end_ && raw_.empty() && ready_.empty())) && !reading_.busy &&
        !writing_.busy && done_)
      asio::post(executor_, [done = std::exchange(done_, nullptr), why = failure_] { done(why); });
  }

  void read() {
    reading_.busy = true;
    asio::co_spawn(
        executor_, from_.read(),
        asio::bind_cancellation_slot(reading_.stop.slot(),
                                     [this](std::exception_ptr error, std::optional<int> item) {
                                       reading_.busy = false;
                                       if (error)
                                         fail(error);
                                       else if (item)
                                         waits_for_room_ = item;
                                       else
                                         at_end_ = true;
                                       shift();
                                       step();
                                     }));
  }

  void transform() {
    const int item = raw_.front();
    raw_.pop_front();
    shift();
    transforming_.busy = true;
    asio::co_spawn(executor_, by_.transform(item),
                   asio::bind_cancellation_slot(transforming_.stop.slot(),
                                                [this](std::exception_ptr error, int result) {
                                                  transforming_.busy = false;
                                                  if (error)
                                                    fail(error);
                                                  else
                                                    transformed_ = result;
                                                  shift();
                                                  step();
                                                }));
  }

  void write() {
    const int item = ready_.front();
    ready_.pop_front();
    shift();
    writing_.busy = true;
    asio::co_spawn(
        executor_, to_.write(item),
        asio::bind_cancellation_slot(writing_.stop.slot(), [this](std::exception_ptr error) {
          writing_.busy = false;
          if (error)
            fail(error);
          step();
        }));
  }

  /// Moves what is in a stage's hands on to the belt behind it, where there is room.
  void shift() {
    if (waits_for_room_ && raw_.size() < capacity_) {
      raw_.push_back(*waits_for_room_);
      waits_for_room_.reset();
    }
    if (transformed_ && ready_.size() < capacity_) {
      ready_.push_back(*transformed_);
      transformed_.reset();
    }
  }

  void fail(std::exception_ptr error) {
    if (failure_)
      return;
    failure_ = std::move(error);
    for (stage* one : {&reading_, &transforming_, &writing_})
      if (one->busy)
        one->stop.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor_;
  reader& from_;
  transformer& by_;
  writer& to_;
  std::size_t capacity_;

  stage reading_;
  std::optional<int> waits_for_room_; ///< in the reader's hands
  std::deque<int> raw_;
  stage transforming_;
  std::optional<int> transformed_; ///< in the transformer's hands
  std::deque<int> ready_;
  stage writing_;

  bool at_end_ = false;
  std::exception_ptr failure_;
  std::function<void(std::exception_ptr)> done_;
};

} // namespace

asio::awaitable<void> run_stages(reader& from, transformer& by, writer& to, std::size_t capacity) {
  machine stages(co_await asio::this_coro::executor, from, by, to, capacity);
  co_await stages.run();
}

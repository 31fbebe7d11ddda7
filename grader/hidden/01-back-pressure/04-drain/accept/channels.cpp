// accept: channels: a resident sender with a doorbell, and a private channel for each waiter
#include "writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using bell = asio::experimental::channel<void(error_code)>;

/// What the sender needs lives as long as the sender, which may end a little after the writer.
struct shared_state {
  shared_state(asio::any_io_executor where, transport& whither, watermarks limits)
      : executor(where), to(whither), marks(limits), work(where, 1) {}

  void ring_all() {
    for (bell* each : waiting)
      each->try_send(error_code{});
  }

  asio::any_io_executor executor;
  transport& to;
  watermarks marks;
  bell work; ///< rings when there is something to send, or nobody to send for
  std::list<bell*> waiting;
  std::list<std::string> messages;
  std::size_t buffered = 0;
  error_code failure;
  bool paused = false;
  bool closed = false;
  bool gone = false;
};

asio::awaitable<void> wait(std::shared_ptr<shared_state> state) {
  bell mine(state->executor, 1);
  const auto place = state->waiting.insert(state->waiting.end(), &mine);
  const auto [stopped] = co_await mine.async_receive(asio::as_tuple(asio::use_awaitable));
  state->waiting.erase(place);
  if (stopped)
    throw system_error(asio::error::operation_aborted);
}

asio::awaitable<void> send_for(std::shared_ptr<shared_state> state) {
  while (!state->gone && !state->failure) {
    if (state->messages.empty()) {
      co_await state->work.async_receive(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    error_code failure;
    try {
      co_await state->to.send(state->messages.front());
    } catch (const system_error& error) {
      failure = error.code();
    }
    if (failure) {
      state->failure = failure;
      state->messages.clear();
      state->buffered = 0;
    } else {
      state->buffered -= state->messages.front().size();
      state->messages.pop_front();
    }
    if (state->buffered <= state->marks.low)
      state->paused = false;
    state->ring_all();
  }
}

class channel_writer final : public paced_writer {
public:
  channel_writer(asio::any_io_executor executor, transport& to, watermarks marks)
      : state_(std::make_shared<shared_state>(executor, to, marks)) {
    asio::co_spawn(executor, send_for(state_), asio::detached);
  }

  ~channel_writer() override {
    state_->gone = true;
    state_->work.try_send(error_code{});
  }

  void write(std::string message) override {
    if (state_->failure)
      throw system_error(state_->failure);
    if (state_->closed)
      throw system_error(asio::error::broken_pipe);
    state_->buffered += message.size();
    state_->paused = state_->paused || state_->buffered > state_->marks.high;
    state_->messages.push_back(std::move(message));
    state_->work.try_send(error_code{});
  }

  asio::awaitable<void> drain() override {
    while (state_->paused)
      co_await wait(state_);
    if (state_->failure)
      throw system_error(state_->failure);
  }

  asio::awaitable<void> close() override {
    state_->closed = true;
    while (!state_->messages.empty())
      co_await wait(state_);
    if (state_->failure)
      throw system_error(state_->failure);
  }

  [[nodiscard]] std::size_t buffered() const override { return state_->buffered; }

private:
  std::shared_ptr<shared_state> state_;
};

} // namespace

std::unique_ptr<paced_writer> make_paced_writer(asio::any_io_executor executor, transport& to,
                                                watermarks marks) {
  return std::make_unique<channel_writer>(executor, to, marks);
}

asio::awaitable<void> forward(feed& from, paced_writer& to) {
  for (bool more = true; more;) {
    co_await to.drain();
    std::optional<std::string> message = co_await from.next();
    more = message.has_value();
    if (more)
      to.write(std::move(*message));
  }
  co_await to.close();
}

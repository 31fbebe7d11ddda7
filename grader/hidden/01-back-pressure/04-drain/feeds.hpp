/// \file
/// What the hidden tests of `drain` put at both ends of `forward`.
#pragma once

#include "fixture.hpp"

namespace weir_hidden {

/// Messages 1 to `count`, as fast as they are asked for.
class numbered_feed final : public feed {
public:
  numbered_feed(asio::any_io_executor executor, int count)
      : executor_(std::move(executor)), count_(count) {}

  asio::awaitable<std::optional<std::string>> next() override {
    asked_for_one();
    co_await asio::post(executor_, asio::use_awaitable);
    if (given_ == count_)
      co_return std::nullopt;
    ++given_;
    weir::note("the feed gives message {}", given_);
    co_return message(given_);
  }

  std::function<void()> asked_for_one = [] {
  };

  [[nodiscard]] int given() const { return given_; }

private:
  asio::any_io_executor executor_;
  int count_;
  int given_ = 0;
};

/// A writer that works, and is paused for 30 ms after each third message.
class pausing_writer final : public paced_writer {
public:
  explicit pausing_writer(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void write(std::string) override {
    weir::expect(!closed_, "a message was written after close()");
    if (++written_ % 3 == 0)
      resumes_at_ = weir::now() + 30ms;
    weir::note("message {} is written{}", written_, paused() ? ", and the writer is paused" : "");
  }

  asio::awaitable<void> drain() override {
    asio::steady_timer pause(executor_, resumes_at_ - weir::now());
    if (paused())
      co_await pause.async_wait(asio::use_awaitable);
  }

  asio::awaitable<void> close() override {
    closed_ = true;
    co_return;
  }

  [[nodiscard]] std::size_t buffered() const override { return paused() ? 3 * message_size : 0; }

  [[nodiscard]] bool paused() const { return weir::now() < resumes_at_; }

  [[nodiscard]] bool closed() const { return closed_; }

  [[nodiscard]] int written() const { return written_; }

private:
  asio::any_io_executor executor_;
  std::chrono::nanoseconds resumes_at_{};
  int written_ = 0;
  bool closed_ = false;
};

/// Watches the level of another writer.
class metered_writer final : public paced_writer {
public:
  explicit metered_writer(paced_writer& inner) : inner_(inner) {}

  void write(std::string what) override {
    inner_.write(std::move(what));
    peak_ = std::max(peak_, inner_.buffered());
  }

  asio::awaitable<void> drain() override { return inner_.drain(); }

  asio::awaitable<void> close() override { return inner_.close(); }

  [[nodiscard]] std::size_t buffered() const override { return inner_.buffered(); }

  [[nodiscard]] std::size_t peak() const { return peak_; }

private:
  paced_writer& inner_;
  std::size_t peak_ = 0;
};

} // namespace weir_hidden

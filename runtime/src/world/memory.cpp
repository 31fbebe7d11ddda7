#include "weir/world/memory.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>

#include <algorithm>
#include <utility>

namespace weir::world {

struct memory_budget::account {
  explicit account(memory_budget_options chosen)
      : options(std::move(chosen)),
        gauge(options.name, {.capacity = static_cast<double>(options.limit), .unit = "bytes"}) {
    gauge.set(0);
  }

  void change_to(std::size_t bytes) {
    used = bytes;
    peak = std::max(peak, used);
    gauge.set(static_cast<double>(used));
  }

  memory_budget_options options;
  weir::gauge gauge;
  std::size_t used = 0;
  std::size_t peak = 0;
};

memory_budget::memory_budget(memory_budget_options options)
    : account_(std::make_shared<account>(std::move(options))) {}

memory_budget::hold memory_budget::take(std::size_t bytes) {
  account& books = *account_;
  if (bytes > books.options.limit - books.used) {
    throw simulated_out_of_memory(text("{}: {} bytes held, {} more asked for, the limit is {}",
                                       books.options.name, books.used, bytes, books.options.limit));
  }
  books.change_to(books.used + bytes);
  return {account_, bytes};
}

std::size_t memory_budget::used() const noexcept {
  return account_->used;
}

std::size_t memory_budget::peak() const noexcept {
  return account_->peak;
}

std::size_t memory_budget::limit() const noexcept {
  return account_->options.limit;
}

memory_budget::hold::hold(std::shared_ptr<account> from, std::size_t bytes) noexcept
    : account_(std::move(from)), bytes_(bytes) {}

memory_budget::hold::hold(hold&& other) noexcept
    : account_(std::move(other.account_)), bytes_(std::exchange(other.bytes_, 0)) {}

memory_budget::hold& memory_budget::hold::operator=(hold&& other) noexcept {
  if (this != &other) {
    release();
    account_ = std::move(other.account_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

memory_budget::hold::~hold() {
  release();
}

void memory_budget::hold::release() noexcept {
  if (const auto from = std::exchange(account_, nullptr)) {
    from->change_to(from->used - std::exchange(bytes_, 0));
  }
}

} // namespace weir::world

// accept: a monitor: requests with tickets, one settle() that knows all rules, one timer that wakes
// everybody
#include "queue.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <map>
#include <utility>

using boost::system::error_code;
using boost::system::system_error;

namespace {

using ticket = std::uint64_t;

/// The queue without any waiting: requests go in, answers come out. `std::map` keeps the order.
class book {
public:
  enum class answer { none, done, refused };

  struct push_request {
    int item = 0;
    answer said = answer::none;
  };

  struct pop_request {
    std::optional<int> item;
    answer said = answer::none;
  };

  explicit book(std::size_t capacity) : capacity_(capacity) {}

  std::map<ticket, push_request> pushes;
  std::map<ticket, pop_request> pops;
  std::deque<int> items;
  bool closed = false;

  /// Grants whatever can be granted; true if anything was.
  bool settle() {
    bool any = false;
    for (bool again = true; again; any = any || again) {
      again = false;
      const auto pusher = first_open(pushes);
      const auto popper = first_open(pops);
      const bool pushing = pusher != pushes.end();
      const bool popping = popper != pops.end();
      if (popping && !items.empty()) {
        popper->second.item = items.front();
        items.pop_front();
        popper->second.said = answer::done;
        again = true;
      } else if (pushing && closed) {
        pusher->second.said = answer::refused;
        again = true;
      } else if (pushing && (items.size() < capacity_ || (popping && items.empty()))) {
        items.push_back(pusher->second.item);
        pusher->second.said = answer::done;
        again = true;
      } else if (popping && closed) {
        popper->second.said = answer::done;
        again = true;
      }
    }
    return any;
  }

private:
  template <class Requests>
  static typename Requests::iterator first_open(Requests& all) {
    auto one = all.begin();
    while (one != all.end() && one->second.said != answer::none)
      ++one;
    return one;
  }

  const std::size_t capacity_;
};

/// A request that is in the book while this lives.
template <class Requests>
class entered {
public:
  entered(Requests& where, ticket number, typename Requests::mapped_type what)
      : where_(where), place_(where.emplace(number, what).first) {}

  ~entered() { where_.erase(place_); }

  entered(const entered&) = delete;
  entered& operator=(const entered&) = delete;

  const typename Requests::mapped_type& operator*() const { return place_->second; }

private:
  Requests& where_;
  typename Requests::iterator place_;
};

class ticket_queue final : public bounded_queue {
public:
  ticket_queue(asio::any_io_executor executor, std::size_t capacity)
      : book_(capacity), changed_(executor, asio::steady_timer::time_point::max()) {}

  asio::awaitable<void> push(int item) override {
    const entered request(book_.pushes, ++last_,
                          book::push_request{.item = item, .said = book::answer::none});
    settle();
    while ((*request).said == book::answer::none)
      co_await change();
    if ((*request).said == book::answer::refused)
      throw system_error(asio::error::broken_pipe);
  }

  asio::awaitable<std::optional<int>> pop() override {
    const entered request(book_.pops, ++last_,
                          book::pop_request{.item = {}, .said = book::answer::none});
    settle();
    while ((*request).said == book::answer::none)
      co_await change();
    co_return (*request).item;
  }

  void close() override {
    book_.closed = true;
    settle();
  }

  [[nodiscard]] std::size_t size() const override { return book_.items.size(); }

private:
  void settle() {
    if (book_.settle())
      changed_.cancel();
  }

  /// Returns after a change, and also when cancelled: the next wait throws then.
  asio::awaitable<void> change() {
    error_code woken;
    co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }

  book book_;
  asio::steady_timer changed_;
  ticket last_ = 0;
};

} // namespace

std::unique_ptr<bounded_queue> make_bounded_queue(asio::any_io_executor executor,
                                                  std::size_t capacity) {
  return std::make_unique<ticket_queue>(std::move(executor), capacity);
}

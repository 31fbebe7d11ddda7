// request(n): demand is a number that the subscriber raises and the publisher
// spends.
//
// Two publishers obey it. One emits from inside request(), and recurses as soon
// as on_next asks for more; the other leaves emission to one pump.
#include <boost/asio.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <utility>

namespace asio = boost::asio;

using on_next_handler = std::function<void(int)>;

// [demand]
constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

class demand {
public:
  void add(std::int64_t n) {
    open_ = n > unbounded - open_ ? unbounded : open_ + n;
  }

  bool spend() {
    if (open_ == 0)
      return false;
    if (open_ != unbounded)
      --open_;
    return true;
  }

private:
  std::int64_t open_ = 0;
};

// [/demand]

// [recursive]
class recursive_publisher {
public:
  explicit recursive_publisher(on_next_handler on_next)
      : on_next_(std::move(on_next)) {}

  void request(std::int64_t n) {
    demand_.add(n);
    while (demand_.spend())
      on_next_(next_++); // which calls request(1), which calls on_next_, ...
  }

  // [/recursive]

private:
  on_next_handler on_next_;
  demand demand_;
  int next_ = 0;
};

// [pumped]
class pumped_publisher {
public:
  pumped_publisher(asio::any_io_executor executor, on_next_handler on_next)
      : executor_(std::move(executor)), on_next_(std::move(on_next)) {}

  void request(std::int64_t n) {
    demand_.add(n);
    if (std::exchange(pumping_, true))
      return; // the pump that is running will see it
    asio::post(executor_, [this] { pump(); });
  }

private:
  void pump() { // the only place that emits
    while (demand_.spend())
      on_next_(next_++);
    pumping_ = false;
  }

  // [/pumped]

  asio::any_io_executor executor_;
  on_next_handler on_next_;
  demand demand_;
  int next_ = 0;
  bool pumping_ = false;
};

struct one_by_one {
  int wanted;
  int received = 0;
  int depth = 0;
  int deepest = 0;

  /// Asks for the next number from inside on_next, as rule 3.2 allows.
  template <class Publisher>
  void take(Publisher& from) {
    deepest = std::max(deepest, ++depth);
    if (++received != wanted)
      from.request(1);
    --depth;
  }
};

int main() {
  one_by_one deep{.wanted = 2'000};
  recursive_publisher* recursive_source = nullptr;
  recursive_publisher recursive([&](int) { deep.take(*recursive_source); });
  recursive_source = &recursive;
  recursive.request(1);
  std::printf("recursive: %7d received, on_next nested %4d deep\n",
              deep.received, deep.deepest);

  asio::io_context io;
  one_by_one flat{.wanted = 1'000'000};
  pumped_publisher* pumped_source = nullptr;
  pumped_publisher pumped(io.get_executor(),
                          [&](int) { flat.take(*pumped_source); });
  pumped_source = &pumped;
  pumped.request(1);
  io.run();
  std::printf("pumped:    %7d received, on_next nested %4d deep\n",
              flat.received, flat.deepest);

  int received = 0;
  pumped_publisher counted(io.get_executor(), [&](int) { ++received; });
  counted.request(3);
  counted.request(2);
  io.restart();
  io.run();
  std::printf("request(3), request(2): %d received, and no more until asked\n",
              received);

  demand most;
  most.add(unbounded);
  most.add(unbounded);
  const bool saturates = most.spend();
  return deep.deepest == 2'000 && flat.deepest == 1 && received == 5 &&
                 saturates
             ? 0
             : 1;
}

// A caller who goes while the job still waits for a thread: with a ticket, the job never begins.
// A real pool of one thread.
#include <boost/asio.hpp>

#include <atomic>
#include <cstdio>
#include <future>
#include <memory>

namespace asio = boost::asio;

// [ticket]
/// Whose turn comes first: the thread that would begin the job, or the caller
/// who takes it back. Exactly one of the two is told yes.
class ticket {
public:
  bool begin() { return leave(stage::running); }

  bool withdraw() { return leave(stage::withdrawn); }

private:
  enum class stage { queued, running, withdrawn };

  bool leave(stage to) {
    stage from = stage::queued;
    return stage_.compare_exchange_strong(from, to);
  }

  std::atomic<stage> stage_ = stage::queued;
};

// [/ticket]

struct outcome {
  bool taken_back = false, ran = false;
};

/// The pool's thread is busy when the job comes, or has begun it, when its caller goes.
outcome run(bool with_ticket, bool begun) {
  outcome seen;
  asio::thread_pool pool(1);
  std::promise<void> free, started;
  const auto freed = free.get_future().share();
  if (!begun)
    asio::post(pool, [freed] { freed.wait(); }); // somebody else's job
  const auto place = std::make_shared<ticket>();
  asio::post(pool, [&, place] {
    if (with_ticket && !place->begin())
      return;
    started.set_value();
    if (begun)
      freed.wait();
    seen.ran = true;
  });
  if (begun)
    started.get_future().wait();
  seen.taken_back = with_ticket && place->withdraw(); // the caller goes
  free.set_value();
  pool.join();
  return seen;
}

int main() {
  std::printf("the caller goes        taken back   the job runs\n");
  const auto row = [](const char* what, bool with_ticket, bool begun) {
    const outcome seen = run(with_ticket, begun);
    std::printf("%-22s %10s %14s\n", what, seen.taken_back ? "yes" : "no", seen.ran ? "yes" : "no");
    return seen;
  };
  const outcome bare = row("queued, no ticket", false, false);
  const outcome queued = row("queued", true, false);
  const outcome running = row("running", true, true);
  return bare.ran && !queued.ran && queued.taken_back && running.ran && !running.taken_back ? 0 : 1;
}

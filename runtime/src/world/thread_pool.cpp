#include "weir/world/thread_pool.hpp"

#include "../thread_crew.hpp"
#include "checked.hpp"

#include <weir/expect.hpp>
#include <weir/probe.hpp>

#include <algorithm>
#include <deque>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace weir::world {

namespace asio = boost::asio;
using weir::detail::crew_member;
using weir::detail::stop_reason;
using weir::detail::thread_crew;
using weir::detail::thread_job;

/// Shared by the pool and its threads: a job may be the one that destroys the pool.
struct thread_pool::state {
  struct waiting_job {
    std::unique_ptr<thread_job> job;
    std::uint32_t task;
  };

  state(thread_crew& threads, std::size_t count, std::string its_name)
      : crew(threads.self()),
        name(std::move(its_name)),
        busy_gauge(
            name + " busy",
            {.capacity = static_cast<double>(count), .role = source_role::busy, .subject = name}),
        queue_gauge(name + " queue", {.role = source_role::queue, .subject = name}) {}

  /// Jobs for idle threads, in the order in which they came.
  void begin_next() {
    while (!queue.empty() && !stopped && !closed) {
      const auto idle =
          std::ranges::find_if(members, [](const crew_member* one) { return !one->busy(); });
      if (idle == members.end())
        break;
      waiting_job next = std::move(queue.front());
      queue.pop_front();
      queued.fall();
      busy.rise();
      (*idle)->begin(std::move(next.job), next.task);
    }
    show();
  }

  void job_done() {
    busy.fall();
    ++completed;
    begin_next();
    look();
  }

  /// Whether `join` may return.
  [[nodiscard]] bool quiet() const {
    return busy.level() == 0 && (stopped || (queue.empty() && work == 0));
  }

  void look() {
    if (quiet())
      for (crew_member* const one : std::exchange(joining, {}))
        one->wake();
  }

  [[nodiscard]] bool running_here() const {
    return std::ranges::find(members, crew_member::current()) != members.end();
  }

  /// Blocks the caller until `quiet`. \param what it is called in, for the message
  void join(std::string_view what) {
    const auto threads = crew.lock();
    if (!threads)
      return;
    if (!threads->running()) {
      for (crew_member* const one : members)
        one->abandon();
      return;
    }
    auto* const caller = crew_member::current();
    if (running_here()) {
      threads->loop().stop(
          stop_reason::deadlock,
          text("{} of \"{}\" was called by a job on one of its own threads: it waits for that job, "
               "which waits for it",
               what, name));
    } else if (caller != nullptr) {
      while (!quiet() && threads->running()) {
        joining.push_back(caller);
        caller->wait();
      }
    } else if (threads->block_loop_until([this] { return quiet(); }) ==
               thread_crew::outcome::stuck) {
      const std::string jobs = threads->busy_ones();
      threads->loop().stop(
          stop_reason::deadlock,
          text("{} of \"{}\" blocks the loop, and what it waits for waits for the loop{}", what,
               name, jobs.empty() ? std::string() : ": " + jobs));
    }
  }

  void show() {
    busy_gauge.set(static_cast<double>(busy.level()));
    queue_gauge.set(static_cast<double>(queue.size()));
  }

  std::weak_ptr<thread_crew> crew; ///< gone when the run is
  std::string name;
  std::vector<crew_member*> members;
  std::deque<waiting_job> queue;
  std::vector<crew_member*> joining; ///< threads of other pools
  std::size_t work = 0;              ///< tracked
  bool stopped = false;
  bool closed = false; ///< joined: nothing begins any more
  level_meter busy;
  level_meter queued;
  std::size_t completed = 0;
  gauge busy_gauge;
  gauge queue_gauge;
};

thread_pool::thread_pool(std::size_t threads, std::string name) {
  require(threads > 0, "thread_pool: it wants at least one thread");
  auto* const loop = weir::detail::engine::current();
  if (loop == nullptr)
    throw std::logic_error("weir::world::thread_pool outside a run: use asio::thread_pool");
  thread_crew& crew = loop->crew();
  state_ = std::make_shared<state>(crew, threads, std::move(name));
  for (std::size_t i = 0; i < threads; ++i)
    state_->members.push_back(&crew.add(text("thread {} of \"{}\"", i + 1, state_->name),
                                        [state = std::weak_ptr(state_)] {
                                          if (const auto pool = state.lock())
                                            pool->job_done();
                                        }));
  state_->show(); // so that a pool nobody ever uses is in the trace as well
  asio::use_service<weir::detail::virtual_service>(*this).owner = loop;
}

thread_pool::~thread_pool() {
  stop();
  state_->join("the destructor");
  // What is destroyed may post: that is destroyed as well.
  shutdown();
  while (!state_->queue.empty()) {
    const auto dropped = std::exchange(state_->queue, {});
    (void)dropped;
  }
  destroy();
}

void thread_pool::stop() {
  state_->stopped = true;
  state_->look();
}

void thread_pool::join() {
  state_->join("join()");
  state_->closed = true;
}

void thread_pool::enqueue(std::unique_ptr<thread_job> job, std::uint32_t task) {
  if (state_->crew.expired())
    return;
  state_->queue.push_back({std::move(job), task});
  state_->queued.rise();
  state_->begin_next();
}

void thread_pool::work_started() noexcept {
  ++state_->work;
  if (const auto crew = state_->crew.lock())
    crew->loop().work_started();
}

void thread_pool::work_finished() noexcept {
  --state_->work;
  if (const auto crew = state_->crew.lock())
    crew->loop().work_finished();
  state_->look();
}

std::uint32_t thread_pool::current_task() const noexcept {
  const auto crew = state_->crew.lock();
  return crew ? crew->loop().current_task() : 0;
}

bool thread_pool::running_here() const noexcept {
  return crew_member::current() != nullptr && state_->running_here();
}

std::size_t thread_pool::busy() const noexcept {
  return state_->busy.level();
}

std::size_t thread_pool::peak_busy() const noexcept {
  return state_->busy.peak();
}

std::size_t thread_pool::queued() const noexcept {
  return state_->queued.level();
}

std::size_t thread_pool::peak_queued() const noexcept {
  return state_->queued.peak();
}

std::size_t thread_pool::completed() const noexcept {
  return state_->completed;
}

double thread_pool::utilisation() const {
  return state_->busy.mean() / static_cast<double>(state_->members.size());
}

} // namespace weir::world

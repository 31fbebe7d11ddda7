/// \file
/// The threads of a run beside the loop's own: what `world::thread_pool` is made of.
///
/// They are real ones, so `std::this_thread::get_id`, thread-locals and Asio's call stack are as on
/// a real pool; and they pass a baton, so exactly one of all threads of a run is ever running. The
/// loop's thread hands the baton over and waits; it comes back when the job has ended or waits for
/// time to pass. So a schedule decides all, and there are no data races.
#pragma once

#include <weir/detail/engine.hpp>
#include <weir/trace/recorder.hpp>
#include <weir/world/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace weir::detail {

class mild_terminate;
class one_processor;
class parked_thread;
class thread_crew;

/// What a job meets instead of the end of its wait when its run is over.
struct run_is_over {};

/// One thread of a run, and the job that it does.
class crew_member : public timer_wait {
public:
  /// \param done called on the loop's thread, when a job has ended
  crew_member(thread_crew& crew, std::string name, std::function<void()> done);
  crew_member(const crew_member&) = delete;
  crew_member& operator=(const crew_member&) = delete;
  ~crew_member();

  /// Whose thread is calling; null on the loop's.
  static crew_member* current() noexcept;

  [[nodiscard]] bool busy() const noexcept { return job_ != nullptr; }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  [[nodiscard]] thread_crew& crew() const noexcept { return crew_; }

  /// It becomes ready to do `job`, which is destroyed on its thread, too. \pre not busy()
  void begin(std::unique_ptr<thread_job> job, std::uint32_t whose);

  /// \name On its own thread
  /// @{

  /// Is busy for `d`. \throws run_is_over
  void block(std::chrono::nanoseconds d);

  /// The same for a caller that must not throw.
  void block_quietly(std::chrono::nanoseconds d) noexcept;

  /// Others may go on first.
  void yield() noexcept;

  /// Waits until `wake` is called. \throws run_is_over
  void wait();
  /// @}

  /// Makes it ready after `wait`.
  void wake();

  /// Ends its job: one that has begun is unwound.
  void abandon() noexcept;

private:
  friend class thread_crew;
  friend class mild_terminate;

  enum class state : std::uint8_t { idle, ready, running, blocked, waiting };

  static void step(void* payload, ready_action action);
  static void woken(timer_wait* self, ready_action action, const boost::system::error_code& ec);
  void act(ready_action action);
  void resume();
  void perform() noexcept;
  void hand_back(state until) noexcept;
  [[noreturn]] void stay() noexcept;
  bool refuse() noexcept;
  void destroy_job() noexcept;

  thread_crew& crew_;
  std::string name_;
  std::function<void()> done_;
  std::unique_ptr<thread_job> job_;
  virtual_timer alarm_;
  parked_thread* thread_ = nullptr;
  trace::recorder* recorder_ = nullptr;
  std::chrono::nanoseconds since_{};
  state state_ = state::idle;
  bool begun_ = false;
  bool over_ = false; ///< the run is, and the job is to end
  bool lost_ = false; ///< it did not, and has its thread for good
  int refusals_ = 0;
};

/// All of a run's. Belongs to the engine.
class thread_crew {
public:
  explicit thread_crew(engine& loop);

  thread_crew(const thread_crew&) = delete;
  thread_crew& operator=(const thread_crew&) = delete;
  ~thread_crew();

  [[nodiscard]] engine& loop() const noexcept { return engine_; }

  crew_member& add(std::string name, std::function<void()> done);

  /// Whether this ready item is one of theirs.
  [[nodiscard]] static bool owns(const ready_item& item) noexcept;

  /// The loop's thread is blocked for `d`, and the others go on.
  void block_loop(std::chrono::nanoseconds d);

  enum class outcome : std::uint8_t { done, stuck, run_ends };

  /// The loop's thread is blocked until `done`, or until that time, and the others go on, for as
  /// long as they can.
  outcome block_loop_until(const std::function<bool()>& done,
                           std::int64_t until = std::numeric_limits<std::int64_t>::max());

  /// Whether handlers and jobs are being run; not so when a run is taken apart.
  [[nodiscard]] bool running() const noexcept { return engine_.policy_ != nullptr; }

  /// Ends all jobs: those that have begun are unwound.
  void abandon() noexcept;

  /// The same, and its threads are free for other runs. For an engine that is kept for good.
  void disband() noexcept;

  /// Null as soon as the run is over for good.
  [[nodiscard]] std::weak_ptr<thread_crew> self() const noexcept { return self_; }

  /// The jobs that have begun and not ended, in words; empty when there are none.
  [[nodiscard]] std::string busy_ones() const;

private:
  friend class crew_member;

  outcome let_others_run(std::int64_t until, const std::function<bool()>& done);
  [[nodiscard]] crew_member* next_to_wake() const noexcept;
  void release_due();
  bool run_one();
  void push(crew_member& one, std::uint32_t task);
  void hand_over(parked_thread& thread, crew_member& to) noexcept;

  engine& engine_;
  std::shared_ptr<thread_crew> self_{this, [](thread_crew*) {
                                     }};
  std::unique_ptr<one_processor> processor_;
  std::vector<std::unique_ptr<crew_member>> members_;
};

} // namespace weir::detail

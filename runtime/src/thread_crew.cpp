#include "thread_crew.hpp"

#include "describe_exception.hpp"
#include "parked_thread.hpp"

#include <weir/expect.hpp>
#include <weir/policy.hpp>
#include <weir/trace/event.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <tuple>
#include <utility>

namespace weir::detail {

namespace {

thread_local crew_member* current_member = nullptr;

/// A job that goes on after so many calls that told it to end is left where it is.
constexpr int most_refusals = 1'000;

} // namespace

/// While a job is unwound: one that can't be (something on its stack is `noexcept`) keeps its
/// thread instead of ending the process.
class mild_terminate {
public:
  mild_terminate() : before_(std::set_terminate(&keep_thread)) { fallback() = before_; }

  mild_terminate(const mild_terminate&) = delete;
  mild_terminate& operator=(const mild_terminate&) = delete;

  ~mild_terminate() { std::set_terminate(before_); }

private:
  static std::terminate_handler& fallback() {
    static std::terminate_handler handler = nullptr;
    return handler;
  }

  [[noreturn]] static void keep_thread() {
    if (crew_member* const member = crew_member::current())
      member->stay();
    fallback()();
    std::abort();
  }

  std::terminate_handler before_;
};

// ---- a member
// -------------------------------------------------------------------------------------

crew_member::crew_member(thread_crew& crew, std::string name, std::function<void()> done)
    : crew_(crew), name_(std::move(name)), done_(std::move(done)), alarm_(crew.loop()) {
  run = &woken;
}

crew_member::~crew_member() {
  if (lost_)
    std::ignore = job_.release(); // it is still on a stack
  else if (thread_ != nullptr)
    thread_->give_back();
}

crew_member* crew_member::current() noexcept {
  return current_member;
}

void crew_member::begin(std::unique_ptr<thread_job> job, std::uint32_t whose) {
  job_ = std::move(job);
  begun_ = false;
  state_ = state::ready;
  crew_.push(*this, whose);
}

void crew_member::step(void* payload, ready_action action) {
  crew_member* self;
  std::memcpy(&self, payload, sizeof self);
  self->act(action);
}

void crew_member::woken(timer_wait* self, ready_action action, const boost::system::error_code&) {
  static_cast<crew_member*>(self)->act(action);
}

void crew_member::act(ready_action action) {
  if (!busy() || lost_)
    return; // it was abandoned meanwhile
  if (action == ready_action::destroy)
    abandon();
  else
    resume();
}

void crew_member::resume() {
  if (thread_ == nullptr)
    thread_ = parked_thread::take();
  if (thread_ == nullptr) {
    crew_.loop().stop(stop_reason::exception,
                      text("{} could not be started: {}", name_, std::strerror(errno)));
    job_.reset();
    return;
  }
  crew_.hand_over(*thread_, *this);
  if (!busy() && crew_.running())
    done_();
}

/// On its thread: the job, from its beginning to its end.
void crew_member::perform() noexcept {
  engine& e = crew_.loop();
  const current_engine scope(e);
  current_member = this;
  trace::detail::current = recorder_;
  begun_ = true;
  state_ = state::running;
  since_ = std::chrono::nanoseconds(e.now());
  try {
    job_->run();
    // What the job has posted may be carried out before its function is destroyed.
    if (!over_ && e.pick(2) == 1)
      yield();
  } catch (const run_is_over&) {
    over_ = true;
  } catch (...) {
    if (!over_)
      e.stop(stop_reason::exception,
             "an exception left a job on " + name_ +
                 ", which would end a real process: " + describe(std::current_exception()));
  }
  destroy_job();
  state_ = state::idle;
  trace::detail::current = nullptr;
  current_member = nullptr;
}

/// It counts as busy until that is done: a destructor may block, too.
void crew_member::destroy_job() noexcept {
  thread_job* const last = job_.get();
  delete last;
  std::ignore = job_.release();
}

void crew_member::hand_back(state until) noexcept {
  engine& e = crew_.loop();
  const std::uint32_t mine = e.current_task();
  state_ = until;
  thread_->hand_back();
  state_ = state::running;
  trace::detail::current = recorder_;
  e.current_task(mine);
}

void crew_member::stay() noexcept {
  lost_ = true;
  thread_->stay();
}

/// Whether the run is over, so that nothing is waited for.
bool crew_member::refuse() noexcept {
  if (over_ && ++refusals_ > most_refusals)
    stay();
  return over_;
}

void crew_member::block(std::chrono::nanoseconds d) {
  if (d.count() <= 0)
    return;
  block_quietly(d);
  if (over_ && std::uncaught_exceptions() == 0)
    throw run_is_over();
}

void crew_member::block_quietly(std::chrono::nanoseconds d) noexcept {
  if (d.count() <= 0 || refuse())
    return;
  engine& e = crew_.loop();
  alarm_.expires_at(d.count() < std::numeric_limits<std::int64_t>::max() - e.now()
                        ? e.now() + d.count()
                        : std::numeric_limits<std::int64_t>::max());
  e.start_wait(alarm_, *this);
  hand_back(state::blocked);
}

void crew_member::yield() noexcept {
  if (refuse())
    return;
  crew_.push(*this, crew_.loop().current_task());
  hand_back(state::ready);
}

void crew_member::wait() {
  if (!refuse()) {
    task = crew_.loop().current_task();
    hand_back(state::waiting);
  }
  if (over_ && std::uncaught_exceptions() == 0)
    throw run_is_over();
}

void crew_member::wake() {
  if (state_ != state::waiting)
    return;
  state_ = state::ready;
  crew_.push(*this, task);
}

void crew_member::abandon() noexcept {
  if (!busy() || lost_)
    return;
  if (!begun_) {
    job_.reset();
    return;
  }
  over_ = true;
  const mild_terminate instead;
  crew_.hand_over(*thread_, *this);
}

// ---- all of them
// -----------------------------------------------------------------------------------

thread_crew::thread_crew(engine& loop) : engine_(loop) {}

thread_crew::~thread_crew() {
  self_.reset();
  abandon();
}

crew_member& thread_crew::add(std::string name, std::function<void()> done) {
  members_.push_back(std::make_unique<crew_member>(*this, std::move(name), std::move(done)));
  return *members_.back();
}

bool thread_crew::owns(const ready_item& item) noexcept {
  if (item.run == &crew_member::step)
    return true;
  if (item.run != &engine::run_wait)
    return false;
  timer_wait* wait;
  std::memcpy(&wait, item.payload, sizeof wait);
  return wait->run == &crew_member::woken;
}

void thread_crew::push(crew_member& one, std::uint32_t task) {
  ready_item item;
  crew_member* const pointer = &one;
  std::memcpy(item.payload, &pointer, sizeof pointer);
  item.run = &crew_member::step;
  item.task = task;
  engine_.ready_.push(item);
}

void thread_crew::hand_over(parked_thread& thread, crew_member& to) noexcept {
  const bool driving = std::exchange(engine_.driving_, false);
  const std::uint32_t task = engine_.current_task_;
  to.recorder_ = trace::current_recorder();
  if (!processor_)
    processor_ = std::make_unique<one_processor>();
  thread.go([](void* member) noexcept { static_cast<crew_member*>(member)->perform(); }, &to,
            processor_->number());
  engine_.driving_ = driving;
  engine_.current_task_ = task;
}

void thread_crew::abandon() noexcept {
  engine_.policy_ = nullptr;
  for (const auto& one : members_)
    one->abandon();
}

void thread_crew::disband() noexcept {
  abandon();
  for (const auto& one : members_)
    if (!one->lost_ && one->thread_ != nullptr)
      std::exchange(one->thread_, nullptr)->give_back();
  processor_.reset();
}

std::string thread_crew::busy_ones() const {
  std::string list;
  for (const auto& one : members_)
    if (one->busy() && one->begun_)
      list += text("{}a job on {}, begun at {}", list.empty() ? "" : "; ", one->name_, one->since_);
  return list;
}

// ---- while the loop is blocked
// ---------------------------------------------------------------------

void thread_crew::block_loop(std::chrono::nanoseconds d) {
  (void)let_others_run(engine_.now_ + d.count(), [] { return false; });
}

thread_crew::outcome thread_crew::block_loop_until(const std::function<bool()>& done,
                                                   std::int64_t until) {
  const std::int64_t began = engine_.now_;
  const outcome how = let_others_run(until, done);
  if (auto* r = trace::current_recorder(); r != nullptr && engine_.now_ != began)
    r->append({.t_ns = engine_.now_,
               .task = engine_.current_task_,
               .kind = trace::event_kind::loop_blocked,
               .a = engine_.now_ - began});
  return how;
}

thread_crew::outcome thread_crew::let_others_run(std::int64_t until,
                                                 const std::function<bool()>& done) {
  const bool for_good = until == std::numeric_limits<std::int64_t>::max();
  while (!done()) {
    if (engine_.stop_ != stop_reason::none || engine_.steps_ >= engine_.bounds_.steps)
      return outcome::run_ends;
    if (run_one())
      continue;
    const crew_member* const next = next_to_wake();
    if (next == nullptr && for_good)
      return outcome::stuck;
    if (next == nullptr || next->alarm_.expiry() > until) {
      engine_.now_ = std::max(engine_.now_, until);
      return outcome::done;
    }
    if (for_good && next->alarm_.expiry() > engine_.bounds_.time)
      return outcome::run_ends;
    engine_.now_ = std::max(engine_.now_, next->alarm_.expiry());
    engine_.mix(static_cast<std::uint64_t>(engine_.now_));
    release_due();
  }
  return outcome::done;
}

crew_member* thread_crew::next_to_wake() const noexcept {
  crew_member* first = nullptr;
  for (const auto& one : members_)
    if (one->owner != nullptr && // it is among the timers
        (first == nullptr || one->alarm_.expiry() < first->alarm_.expiry()))
      first = one.get();
  return first;
}

void thread_crew::release_due() {
  for (crew_member* one = next_to_wake(); one != nullptr && one->alarm_.expiry() <= engine_.now_;
       one = next_to_wake()) {
    engine_.heap_remove(one->heap_index);
    engine_.make_ready(*one, 0);
  }
}

/// One that is ready, if there is any.
bool thread_crew::run_one() {
  std::vector<std::size_t> which;
  std::vector<std::uint32_t> tasks;
  for (std::size_t i = 0; i < engine_.ready_.size(); ++i)
    if (owns(engine_.ready_[i])) {
      which.push_back(i);
      tasks.push_back(engine_.ready_[i].task);
    }
  if (which.empty())
    return false;
  const std::size_t chosen = which.size() == 1 ? 0 : engine_.decide(choice_point(tasks));
  ++engine_.steps_;
  ready_item item = engine_.ready_.take(which[chosen]);
  engine_.mix(item.task);
  const std::uint32_t task = std::exchange(engine_.current_task_, item.task);
  item.run(item.payload, ready_action::invoke);
  engine_.current_task_ = task;
  return true;
}

} // namespace weir::detail

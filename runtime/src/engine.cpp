#include "outside_run.hpp"
#include "thread_crew.hpp"

#include <weir/detail/coroutine_stack.hpp>
#include <weir/detail/engine.hpp>
#include <weir/detail/operation_name.hpp>
#include <weir/policy.hpp>
#include <weir/trace/recorder.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace weir::detail {

namespace {

// Initial-exec: the library is always loaded at start-up, and `now()` is read often.
__attribute__((tls_model("initial-exec"))) constinit thread_local engine* current = nullptr;

/// Asio's recycled memory, kept from run to run: thousands of runs share a handful of blocks.
boost::asio::detail::thread_info_base& recycled() {
  thread_local boost::asio::detail::thread_info_base memory;
  return memory;
}

using trace::event_kind;

} // namespace

engine::engine() {
  tasks_.emplace_back();
}

engine::~engine() = default;

thread_crew& engine::crew() {
  if (!crew_)
    crew_ = std::make_unique<thread_crew>(*this);
  return *crew_;
}

engine* engine::current() noexcept {
  return detail::current;
}

current_engine::current_engine(engine& e) : context_(&e, recycled()), outer_(detail::current) {
  detail::current = &e;
}

current_engine::~current_engine() {
  detail::current = outer_;
}

outside_run::outside_run() noexcept : inner_(std::exchange(detail::current, nullptr)) {}

outside_run::~outside_run() {
  detail::current = inner_;
}

void* engine::allocate(std::size_t size, std::size_t align) {
  using info = boost::asio::detail::thread_info_base;
  return info::allocate(top_of_thread_call_stack(), size, align);
}

void engine::deallocate(void* memory, std::size_t size) noexcept {
  using info = boost::asio::detail::thread_info_base;
  info::deallocate(top_of_thread_call_stack(), memory, size);
}

void engine::run_in_place(void* payload, ready_action action) {
  using function = boost::asio::detail::executor_function;
  auto* stored = std::launder(reinterpret_cast<function*>(payload));
  function f(std::move(*stored));
  stored->~function();
  if (action == ready_action::invoke)
    f();
}

void engine::run_wait(void* payload, ready_action action) {
  timer_wait* wait;
  std::memcpy(&wait, payload, sizeof wait);
  boost::system::error_code ec;
  if (wait->cancelled)
    ec = boost::asio::error::operation_aborted;
  wait->run(wait, action, ec);
}

// ---- tasks
// ----------------------------------------------------------------------------------------

std::uint32_t engine::suspending(const void* bottom_frame, void* top_frame,
                                 const std::type_info& operation) {
  std::uint32_t id = current_task_;
  if (bottom_frame != tasks_[id].bottom_frame || id == 0) {
    const auto [found, fresh] =
        living_.try_emplace(bottom_frame, static_cast<std::uint32_t>(tasks_.size()));
    id = found->second;
    if (fresh) {
      auto& made = tasks_.emplace_back();
      made.bottom_frame = bottom_frame;
      made.parent = current_task_;
      if (policy_)
        policy_->task_started(id);
      if (auto* r = trace::current_recorder())
        r->task_started(now_, id, "", made.parent);
    }
  }
  task_record& task = tasks_[id];
  task.top_frame = top_frame;
  task.operation = &operation;
  task.where = {};
  task.since = now_;
  task.waiting = true;
  return id;
}

void engine::waits_at(const std::source_location& where) noexcept {
  tasks_[current_task_].where = where;
}

void engine::resumed(std::uint32_t id) noexcept {
  current_task_ = id;
  task_record& task = tasks_[id];
  task.waiting = false;
  if (auto* r = trace::current_recorder()) {
    const char* operation = operation_name(task.operation);
    const auto site = task.where.line() != 0 ? r->site(operation, task.where) : r->site(operation);
    r->append({.t_ns = now_, .task = id, .source = site, .kind = event_kind::task_resumed});
  }
}

void engine::returned(std::uint32_t id) noexcept {
  task_record& task = tasks_[id];
  if (task.ended)
    return;
  auto* r = trace::current_recorder();
  if (task.waiting) {
    if (r) {
      if (!task.named) {
        task.named = true;
        r->task_started(now_, id, name_of(task, id), task.parent);
      }
      const char* operation = operation_name(task.operation);
      const auto site =
          task.where.line() != 0 ? r->site(operation, task.where) : r->site(operation);
      r->append({.t_ns = now_, .task = id, .source = site, .kind = event_kind::task_suspended});
    }
    return;
  }
  task.ended = true;
  living_.erase(task.bottom_frame);
  task.bottom_frame = nullptr;
  if (r)
    r->append({.t_ns = now_, .task = id, .kind = event_kind::task_ended});
}

// ---- the loop
// -------------------------------------------------------------------------------------

void engine::stop(stop_reason reason, std::string message) {
  if (stop_ != stop_reason::none)
    return;
  stop_ = reason;
  stop_message_ = std::move(message);
}

namespace {

class driving {
public:
  explicit driving(bool& flag) noexcept : flag_(flag) { flag_ = true; }

  driving(const driving&) = delete;
  driving& operator=(const driving&) = delete;

  ~driving() { flag_ = false; }

private:
  bool& flag_;
};

} // namespace

void engine::allow(const schedule_model& model) noexcept {
  ties_are_open_ = model.order != order_model::anything; // there they are anyway
  if (model.order == order_model::one_thread)
    width_ = 1;
  else if (model.order == order_model::pool)
    width_ = std::max<std::size_t>(model.threads, 2);
  else
    width_ = std::numeric_limits<std::size_t>::max();
  time_moves_ = model.time == time_model::moves;
  jitter_ = std::max<std::int64_t>(model.jitter.count(), 1);
}

/// Asks the policy, and writes down what it says.
std::size_t engine::decide(const choice_point& point) {
  const std::size_t chosen = std::min(policy_->choose(point), point.size() - 1);
  choices_.push_back(static_cast<std::uint32_t>(chosen));
  return chosen;
}

/// The older ones are taken by as many threads, which are held up with them. Timers that expired
/// together may go in any order anyway.
std::size_t engine::threads_for(std::size_t chosen) const noexcept {
  const std::uint32_t tie = ready_[chosen].tie;
  std::size_t threads = 1;
  for (std::size_t i = 0; i < chosen; ++i)
    if ((tie == 0 || ready_[i].tie != tie) && !(crew_ && thread_crew::owns(ready_[i])))
      ++threads;
  return threads;
}

/// Few of the loop's handlers may come next, and any of the other threads: those are no concern of
/// the loop's.
std::size_t engine::choose_beside_threads() {
  candidates_.clear();
  tied_tasks_.clear();
  std::size_t own = 0;
  for (std::size_t i = 0; i < ready_.size(); ++i)
    if (thread_crew::owns(ready_[i]) || own++ < width_) {
      candidates_.push_back(i);
      tied_tasks_.push_back(ready_[i].task);
    }
  return candidates_[candidates_.size() == 1 ? 0 : decide(choice_point(tied_tasks_))];
}

std::size_t engine::choose() {
  if (crew_ && width_ < ready_.size())
    return choose_beside_threads();
  const std::size_t count = std::min(ready_.size(), width_);
  if (count == 1)
    return 0;
  const std::size_t chosen = decide(choice_point(ready_, count));
  if (auto* r = trace::current_recorder()) {
    threads_needed_ = std::max(threads_needed_, threads_for(chosen));
    r->append({.t_ns = now_,
               .task = ready_[chosen].task,
               .kind = event_kind::choice,
               .a = static_cast<std::int64_t>(chosen),
               .b = static_cast<std::int64_t>(count)});
  }
  return chosen;
}

std::size_t engine::pick(std::size_t n) {
  if (n <= 1 || policy_ == nullptr)
    return 0;
  const std::size_t chosen = decide(choice_point(choice_kind::value, n));
  mix(chosen);
  return chosen;
}

engine::idle engine::drive(policy& p, const limits& bounds, const bool& done) {
  const current_engine scope(*this);
  const driving while_here(driving_);
  policy_ = &p;
  bounds_ = bounds;
  for (;;) {
    if (time_moves_)
      pass_time(bounds.time);
    if (ready_.empty()) {
      if (done)
        return idle::done;
      if (heap_.empty())
        return work_ == 0 ? idle::no_work : idle::deadlock;
      if (!advance(bounds.time))
        return idle::time_limit;
    }
    if (steps_ >= bounds.steps)
      return idle::step_limit;
    ++steps_;
    ready_item item = ready_.take(choose());
    mix(item.task);
    current_task_ = item.task;
    item.run(item.payload, ready_action::invoke);
    if (stop_ != stop_reason::none)
      return idle::stopped;
  }
}

void engine::abandon_pending() noexcept {
  const current_engine scope(*this);
  policy_ = nullptr;
  // Latest first: a task that was started later may refer to what an earlier one owns.
  while (!ready_.empty() || !heap_.empty()) {
    while (!heap_.empty()) {
      const auto latest = std::max_element(
          heap_.begin(), heap_.end(),
          [](const heap_entry& a, const heap_entry& b) { return a.wait->task < b.wait->task; });
      timer_wait& wait = *latest->wait;
      cancel_wait(wait);
    }
    while (!ready_.empty()) {
      std::size_t latest = 0;
      for (std::size_t i = 1; i < ready_.size(); ++i)
        if (ready_[i].task > ready_[latest].task)
          latest = i;
      ready_item item = ready_.take(latest);
      item.run(item.payload, ready_action::destroy);
    }
  }
}

} // namespace weir::detail

#include <weir/detail/coroutine_stack.hpp>
#include <weir/detail/engine.hpp>
#include <weir/detail/operation_name.hpp>
#include <weir/policy.hpp>
#include <weir/trace/recorder.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>

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

engine* engine::current() noexcept {
  return detail::current;
}

current_engine::current_engine(engine& e) : context_(&e, recycled()), outer_(detail::current) {
  detail::current = &e;
}

current_engine::~current_engine() {
  detail::current = outer_;
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

// ---- timers
// ---------------------------------------------------------------------------------------

void engine::start_wait(virtual_timer& timer, timer_wait& wait) {
  wait.task = current_task_;
  wait.owner = &timer;
  wait.previous = timer.last_;
  (timer.last_ ? timer.last_->next : timer.first_) = &wait;
  timer.last_ = &wait;
  heap_insert({make_key(timer.expiry_, sequence_++), &wait});
}

void engine::make_ready(timer_wait& wait) {
  if (wait.cancellation) {
    *wait.cancellation = nullptr;
    wait.cancellation = nullptr;
  }
  if (virtual_timer* timer = wait.owner) {
    (wait.previous ? wait.previous->next : timer->first_) = wait.next;
    (wait.next ? wait.next->previous : timer->last_) = wait.previous;
    wait.owner = nullptr;
  }
  ready_item item;
  timer_wait* pointer = &wait;
  std::memcpy(item.payload, &pointer, sizeof pointer);
  item.run = &run_wait;
  item.task = wait.task;
  ready_.push(item);
}

void engine::cancel_wait(timer_wait& wait) noexcept {
  heap_remove(wait.heap_index);
  wait.cancelled = true;
  make_ready(wait);
}

bool engine::advance(std::int64_t limit) {
  const std::int64_t next = std::max(heap_.front().when(), now_);
  if (next > limit)
    return false;
  if (next != now_) {
    if (auto* r = trace::current_recorder())
      r->append({.t_ns = next, .kind = event_kind::clock_advanced, .a = now_});
    now_ = next;
    steps_at_tick_ = steps_;
    mix(static_cast<std::uint64_t>(now_));
  }
  while (!heap_.empty() && heap_.front().when() <= now_) {
    timer_wait& wait = *heap_.front().wait;
    heap_remove(0);
    make_ready(wait);
  }
  return true;
}

void engine::block(std::chrono::nanoseconds d) noexcept {
  if (d.count() <= 0)
    return;
  now_ += d.count();
  mix(static_cast<std::uint64_t>(now_));
  if (auto* r = trace::current_recorder())
    r->append(
        {.t_ns = now_, .task = current_task_, .kind = event_kind::loop_blocked, .a = d.count()});
}

void engine::heap_insert(const heap_entry& entry) {
  heap_.push_back(entry);
  entry.wait->heap_index = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(heap_.size() - 1);
}

void engine::heap_remove(std::size_t index) noexcept {
  const heap_entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size())
    return;
  place(index, last);
  if (sift_up(index) == index)
    sift_down(index);
}

std::size_t engine::sift_up(std::size_t index) noexcept {
  const heap_entry moving = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 4;
    if (moving.key >= heap_[parent].key)
      break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, moving);
  return index;
}

void engine::sift_down(std::size_t index) noexcept {
  heap_entry* const heap = heap_.data();
  const std::size_t size = heap_.size();
  const heap_entry moving = heap[index];
  for (;;) {
    const std::size_t first = 4 * index + 1;
    std::size_t least = first;
    if (first + 4 <= size) {
      const std::size_t left = first + (heap[first + 1].key < heap[first].key);
      const std::size_t right = first + 2 + (heap[first + 3].key < heap[first + 2].key);
      least = heap[right].key < heap[left].key ? right : left;
    } else {
      if (first >= size)
        break;
      for (std::size_t child = first + 1; child < size; ++child)
        if (heap[child].key < heap[least].key)
          least = child;
    }
    if (moving.key <= heap[least].key)
      break;
    place(index, heap[least]);
    index = least;
  }
  place(index, moving);
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

std::size_t engine::choose(policy& p) {
  const std::size_t count = ready_.size();
  if (count == 1)
    return 0;
  const std::size_t chosen = std::min(p.choose(choice_point(ready_)), count - 1);
  choices_.push_back(static_cast<std::uint32_t>(chosen));
  if (auto* r = trace::current_recorder())
    r->append({.t_ns = now_,
               .task = ready_[chosen].task,
               .kind = event_kind::choice,
               .a = static_cast<std::int64_t>(chosen),
               .b = static_cast<std::int64_t>(count)});
  return chosen;
}

std::size_t engine::pick(std::size_t n) {
  if (n <= 1 || policy_ == nullptr)
    return 0;
  const std::size_t chosen = std::min(policy_->choose(choice_point(n)), n - 1);
  choices_.push_back(static_cast<std::uint32_t>(chosen));
  mix(chosen);
  return chosen;
}

engine::idle engine::drive(policy& p, const limits& bounds, const bool& done) {
  const current_engine scope(*this);
  const driving while_here(driving_);
  policy_ = &p;
  for (;;) {
    if (ready_.empty()) {
      if (done)
        return idle::done;
      if (heap_.empty())
        return work_ == 0 ? idle::no_work : idle::deadlock;
      if (!advance(bounds.time))
        return idle::time_limit;
    }
    if (steps_ == bounds.steps)
      return idle::step_limit;
    ++steps_;
    ready_item item = ready_.take(choose(p));
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

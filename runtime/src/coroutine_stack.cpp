#include <weir/detail/coroutine_stack.hpp>
#include <weir/detail/symbols.hpp>
#include <weir/prelude.hpp>

namespace weir::detail {

namespace {

using frame = boost::asio::detail::awaitable_frame_base<boost::asio::any_io_executor>;

/// A peek at what Asio keeps protected: a frame's caller and its coroutine handle.
struct frame_peek : frame {
  static frame* caller(frame* f) { return f->*(&frame_peek::caller_); }

  static void* address(frame* f) { return (f->*(&frame_peek::coro_)).address(); }
};

/// Functions between a task and what it is about: nobody looks for them in a report.
bool is_plumbing(const std::string& name) {
  return name.find("co_spawn_entry_point") != std::string::npos ||
         name.starts_with("weir::testing::");
}

} // namespace

std::vector<std::string> stack_of(const task_record& task) {
  std::vector<std::string> stack;
  auto* top = static_cast<frame*>(task.top_frame);
  for (frame* f = top; f && stack.size() < 12; f = frame_peek::caller(f)) {
    if (f == top)
      continue; // Asio's own frame around the operation
    void* const handle = frame_peek::address(f);
    // Both compilers keep the resume function in the first word of a coroutine's frame.
    std::string name = function_name(*static_cast<void**>(handle));
    if (!name.empty() && !is_plumbing(name))
      stack.push_back(std::move(name));
  }
  return stack;
}

std::string name_of(const task_record& task, std::uint32_t id) {
  if (!task.name.empty())
    return task.name;
  const auto stack = task.waiting ? stack_of(task) : std::vector<std::string>{};
  return text("{} #{}", stack.empty() ? "task" : stack.back(), id);
}

} // namespace weir::detail

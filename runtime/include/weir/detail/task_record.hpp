/// \file
/// What the engine keeps of each task. Part of the implementation.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <typeinfo>

namespace weir::detail {

/// What is known of one task: a coroutine started by `co_spawn`, or work begun outside any.
struct task_record {
  const void* bottom_frame = nullptr; ///< the coroutine thread's entry frame; null: not a coroutine
  void* top_frame = nullptr;          ///< the frame that is suspended, while `waiting`
  const std::type_info* operation = nullptr; ///< what it waits for, while `waiting`
  std::source_location where{};              ///< where it waits, when the operation could tell
  std::int64_t since = 0;                    ///< nanoseconds at which it was last suspended
  std::uint32_t parent = 0;
  bool waiting = false;
  bool ended = false;
  bool named = false; ///< in the trace
  std::string name;
};

} // namespace weir::detail

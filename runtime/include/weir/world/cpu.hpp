#pragma once

#include <chrono>

namespace weir::world {

/// Work that occupies its thread for `work` >= 0. On the event loop: the virtual clock moves on and
/// nothing else runs on it meanwhile; timers that expire in between are served late, as behind any
/// blocking call. In a job on a `thread_pool` it is the job's thread that is busy, and the loop
/// goes on. Outside a run it blocks the calling thread for as long.
void occupy_loop(std::chrono::nanoseconds work);

} // namespace weir::world

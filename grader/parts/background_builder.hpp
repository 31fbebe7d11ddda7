#pragma once

#include "base/task_group.hpp"
#include "parts/build_part.hpp"
#include "parts/part_queue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <string>
#include <vector>

namespace weir::grader::parts {

/// What the builder asks of the rest. All must be set but `on_problem`.
struct builder_services {
  /// As `build_part`.
  std::function<asio::awaitable<void>(part which, urgency how, part_progress_handler on_progress)>
      build;
  std::function<bool(const part& which)> has;
  /// Whether another process waits for its turn to build. Throws nothing.
  std::function<bool()> outsider_waits;
  /// Told once why nothing is built in the background any more. May be empty.
  std::function<void(const std::string& problem)> on_problem{};
};

/// `build_part`, the marks and the locks of that place.
builder_services services_at(const build_site& where);

/// Builds, one after the other and at low priority, what will be needed; and at once what somebody
/// waits for. Performs what part_queue decides. One thread.
class background_builder {
public:
  /// `wanted` in the order in which it will be needed.
  background_builder(asio::any_io_executor executor, builder_services services,
                     std::vector<part> wanted);

  /// Until cancelled. Ends what it has started, and only then returns.
  asio::awaitable<void> run();

  /// Has the part built at once, for somebody who will need it in a moment. While `run` runs, or
  /// before it.
  void ask(part which);

  /// Returns when the part is there; while `run` runs. Throws environment_error with the reason if
  /// it can't be built, operation_aborted when cancelled (the part is built all the same).
  asio::awaitable<void> need(part which, part_progress_handler on_progress);

private:
  struct waiter {
    part which;
    part_progress_handler on_progress;
    asio::steady_timer news; // never expires; cancelled when there is something to look at
    bool settled{};
    std::string problem{};
  };

  void feed(const queue_event& happened);
  void perform(const queue_actions& all);
  void perform(const start_build& what);
  void perform(const stop_build& what);
  void perform(const settle& what);
  asio::awaitable<void> build(start_build what);
  asio::awaitable<void> look_out_for_others();

  asio::any_io_executor executor_;
  builder_services services_;
  part_queue queue_;
  task_group group_;
  task_group::task present_;
  std::string told_problem_;
  std::list<waiter> waiters_;
};

} // namespace weir::grader::parts

#include "parts/background_builder.hpp"

#include "base/cancellation.hpp"
#include "base/errors.hpp"
#include "parts/build_lock.hpp"
#include "parts/build_tree.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

namespace weir::grader::parts {

namespace {

constexpr std::chrono::milliseconds look_out_interval{250};

} // namespace

builder_services services_at(const build_site& where) {
  builder_services services;
  services.build = [where](part which, urgency how, part_progress_handler on_progress) {
    return build_part(where, std::move(which), how, std::move(on_progress));
  };
  services.has = [tree = build_tree{where.build}](const part& which) {
    return tree.has(which);
  };
  services.outsider_waits = [where] {
    try {
      return build_lock::anybody_wants(where.build);
    } catch (const environment_error&) {
      return false; // whoever builds next says so
    }
  };
  return services;
}

background_builder::background_builder(asio::any_io_executor executor, builder_services services,
                                       std::vector<part> wanted)
    : executor_{std::move(executor)},
      services_{std::move(services)},
      queue_{[&] {
        std::erase_if(wanted, services_.has);
        return std::move(wanted);
      }()},
      group_{executor_} {}

asio::awaitable<void> background_builder::run() {
  perform(queue_.begin());
  group_.spawn(look_out_for_others());
  co_await group_.join();
}

void background_builder::ask(part which) {
  if (!services_.has(which)) {
    feed(asked{std::move(which)});
  }
}

asio::awaitable<void> background_builder::need(part which, part_progress_handler on_progress) {
  if (services_.has(which)) {
    co_return;
  }
  const auto mine = waiters_.insert(
      waiters_.end(),
      waiter{.which = which,
             .on_progress = std::move(on_progress),
             .news = asio::steady_timer{executor_, asio::steady_timer::time_point::max()}});
  const auto forget = [this](const waiter* which) {
    waiters_.remove_if([which](const waiter& each) { return &each == which; });
  };
  const std::unique_ptr<waiter, decltype(forget)> leaving{&*mine, forget};
  feed(asked{std::move(which)});
  while (!mine->settled) {
    boost::system::error_code ended;
    co_await mine->news.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error{asio::error::operation_aborted};
    }
  }
  if (!mine->problem.empty()) {
    throw environment_error{mine->problem};
  }
}

void background_builder::feed(const queue_event& happened) {
  perform(queue_.on(happened));
  if (queue_.problem() != std::exchange(told_problem_, queue_.problem()) &&
      !told_problem_.empty() && services_.on_problem) {
    services_.on_problem(told_problem_);
  }
}

void background_builder::perform(const queue_actions& all) {
  for (const auto& each : all) {
    std::visit([this](const auto& what) { perform(what); }, each);
  }
}

void background_builder::perform(const start_build& what) {
  present_ = group_.spawn(build(what));
}

void background_builder::perform(const stop_build& /*what*/) {
  present_.cancel();
}

void background_builder::perform(const settle& what) {
  for (auto& each : waiters_) {
    if (each.which == what.which) {
      each.settled = true;
      each.problem = what.problem;
      each.news.cancel();
    }
  }
}

asio::awaitable<void> background_builder::build(start_build what) {
  const auto pass_on = [this](const part_progress& how_far) {
    for (const auto& each : waiters_) {
      if (each.which == how_far.which && each.on_progress) {
        each.on_progress(how_far);
      }
    }
  };
  queue_event happened = build_ended{what.which, {}};
  try {
    // Not before `perform` has noted this one as the present: a build may end without waiting.
    co_await asio::post(executor_, asio::use_awaitable);
    co_await services_.build(what.which, what.how, pass_on);
  } catch (const std::exception& thrown) {
    if (is_cancellation(thrown)) {
      if (group_.cancelled()) {
        throw;
      }
      happened = build_stopped{what.which};
    } else {
      happened = build_ended{what.which, thrown.what()};
    }
  }
  feed(happened);
}

asio::awaitable<void> background_builder::look_out_for_others() {
  asio::steady_timer pause{executor_};
  bool waiting = false;
  while (queue_.left() != 0) {
    pause.expires_after(look_out_interval);
    co_await pause.async_wait(asio::use_awaitable);
    if (const auto& running = queue_.running(); running && running->how == urgency::now) {
      continue; // then it is we who want the lock
    }
    const bool now_waiting = services_.outsider_waits();
    if (now_waiting != std::exchange(waiting, now_waiting)) {
      feed(waiting ? queue_event{outsider_waits{}} : queue_event{outsider_gone{}});
    }
  }
  pause.expires_at(asio::steady_timer::time_point::max());
  co_await pause.async_wait(asio::use_awaitable);
}

} // namespace weir::grader::parts

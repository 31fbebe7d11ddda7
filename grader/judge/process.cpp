#include "judge/process.hpp"

#include "support/process.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>
#include <utility>

namespace asio = boost::asio;

namespace weir::grader {

namespace {

using boost::system::error_code;

/// The text waits in the pipe's own buffer: a child that never reads it costs nothing, not even a
/// SIGPIPE.
void fill(const support::unique_fd& pipe, const std::string& text) {
  const auto written = ::write(pipe.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) {
    throw std::system_error{errno, std::system_category(), "could not fill a pipe"};
  }
}

template <typename Limit>
std::optional<Limit> limit_of(Limit value) {
  return value == Limit{} ? std::nullopt : std::optional{value};
}

support::process_options options_of(const process_spec& spec) {
  support::process_options options;
  options.argv = spec.argv;
  options.environment = spec.environment;
  options.directory = spec.working_directory.string();
  options.limits = support::resource_limits::of_the_untrusted();
  options.limits.cpu = limit_of(spec.limits.cpu);
  options.limits.address_space = limit_of(spec.limits.address_space);
  options.limits.file_size = limit_of(spec.limits.file_size);
  options.limits.open_files = limit_of(spec.limits.open_files);
  options.oom_score_adjustment = 1000;
  options.filter = spec.filter;
  return options;
}

/// One child from start to end. Keeps itself alive by the handlers under way; done when none is.
class process_run : public std::enable_shared_from_this<process_run> {
public:
  process_run(const asio::any_io_executor& executor, process_spec spec)
      : executor_{executor},
        spec_{std::move(spec)},
        exit_{executor},
        deadline_{executor},
        grace_{executor},
        done_{executor} {
    done_.expires_at(asio::steady_timer::time_point::max());
  }

  process_run(const process_run&) = delete;
  process_run& operator=(const process_run&) = delete;

  /// \throws std::system_error
  void start() {
    auto options = options_of(spec_);
    std::vector<support::unique_fd> theirs;
    const auto pass = [&](support::unique_fd end, int descriptor) {
      options.descriptors.push_back({end.get(), descriptor});
      theirs.push_back(std::move(end));
    };
    const auto add_output = [&](int descriptor, std::function<void(std::string_view)> on_data) {
      auto pipe = support::make_pipe();
      pass(std::move(pipe.writing), descriptor);
      readers_.push_back(
          std::make_unique<reader>(executor_, std::move(pipe.reading), std::move(on_data)));
    };
    add_output(STDOUT_FILENO, [this](std::string_view bytes) { result_.output.append(bytes); });
    add_output(STDERR_FILENO, [this](std::string_view bytes) { result_.errors.append(bytes); });
    for (auto& each : spec_.outputs) {
      add_output(each.descriptor, each.on_data);
    }
    for (auto& each : spec_.inputs) {
      auto pipe = support::make_pipe();
      fill(pipe.writing, each.text);
      pass(std::move(pipe.reading), each.descriptor);
    }
    started_ = std::chrono::steady_clock::now();
    child_ = support::child_process{std::move(options)};
  }

  void watch() {
    watch_exit();
    look_after(spec_.limits.wall);
    for (const auto& each : readers_) {
      ++pending_;
      read(*each);
    }
  }

  /// Waiting on it returns when everything is over; don't wait when `is_done`.
  asio::steady_timer& done() { return done_; }

  [[nodiscard]] bool is_done() const { return pending_ == 0; }

  process_result take_result() { return std::move(result_); }

  void kill_for(process_end::cause why) {
    if (!child_) {
      return;
    }
    if (!killed_for_) {
      killed_for_ = why;
    }
    child_.kill();
  }

  void cancel() {
    if (spec_.grace.count() == 0 || !child_) {
      kill_for(process_end::cause::cancelled);
      return;
    }
    killed_for_ = killed_for_.value_or(process_end::cause::cancelled);
    child_.send_signal(SIGTERM);
    kill_after(spec_.grace);
  }

private:
  struct reader {
    asio::posix::stream_descriptor pipe;
    std::function<void(std::string_view)> on_data;
    std::array<char, std::size_t{64} << 10> buffer{};

    reader(const asio::any_io_executor& executor, support::unique_fd end,
           std::function<void(std::string_view)> sink)
        : pipe{executor}, on_data{std::move(sink)} {
      pipe.assign(end.release());
    }
  };

  asio::any_io_executor executor_;
  process_spec spec_;
  process_result result_;
  std::vector<std::unique_ptr<reader>> readers_;
  asio::posix::stream_descriptor exit_; ///< a pidfd: readable when the child has ended
  asio::steady_timer deadline_;
  asio::steady_timer grace_;
  asio::steady_timer done_; ///< never expires; cancelled when there is nothing left to wait for
  std::chrono::steady_clock::time_point started_;
  std::optional<process_end::cause> killed_for_;
  std::chrono::nanoseconds cpu_used_{}; ///< at the last deadline
  int extensions_{};
  std::uint64_t bytes_{};
  support::child_process child_; ///< what is destroyed in the middle ends it
  int pending_{};

  /// At the deadline: more time, if it is the machine that is slow.
  void look_after(std::chrono::nanoseconds time) {
    deadline_.expires_after(time);
    ++pending_;
    deadline_.async_wait([self = shared_from_this(), time](error_code error) {
      if (!error) {
        const auto used = support::cpu_time_of_tree(self->child_.pid());
        const bool at_work = used - std::exchange(self->cpu_used_, used) >= time / 20;
        if (at_work && self->extensions_++ < self->spec_.limits.extensions) {
          self->look_after(time);
        } else {
          self->kill_for(process_end::cause::wall_limit);
        }
      }
      self->one_done();
    });
  }

  /// From now on; an earlier deadline is forgotten.
  void kill_after(std::chrono::nanoseconds time) {
    deadline_.expires_after(time);
    ++pending_;
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) {
        self->kill_for(process_end::cause::wall_limit);
      }
      self->one_done();
    });
  }

  void read(reader& from) {
    from.pipe.async_read_some(asio::buffer(from.buffer), [self = shared_from_this(), &from](
                                                             error_code error, std::size_t size) {
      if (error) {
        self->one_done();
        return;
      }
      self->bytes_ += size;
      if (self->spec_.limits.output != 0 && self->bytes_ > self->spec_.limits.output) {
        self->kill_for(process_end::cause::output_limit);
      } else {
        from.on_data({from.buffer.data(), size});
      }
      self->read(from);
    });
  }

  void watch_exit() {
    ++pending_;
    auto end = child_.end_descriptor();
    if (!end) {
      poll_exit();
      return;
    }
    exit_.assign(end.release());
    exit_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](error_code) { self->reap(); });
  }

  void poll_exit() {
    if (!child_.running()) {
      reap();
      return;
    }
    grace_.expires_after(std::chrono::milliseconds{2});
    grace_.async_wait([self = shared_from_this()](error_code) { self->poll_exit(); });
  }

  void reap() {
    const auto ended = child_.wait();
    result_.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_);
    result_.cpu = ended.cpu;
    result_.peak_memory = ended.peak_memory;
    result_.end = end_of(ended.status);
    deadline_.cancel();
    // Pipes end with the last process that holds them. One that got away from the group must not
    // hold us up.
    grace_.expires_after(std::chrono::milliseconds{250});
    grace_.async_wait([weak = weak_from_this()](error_code error) {
      if (const auto self = weak.lock(); self && !error) {
        self->close_pipes();
      }
    });
    one_done();
  }

  [[nodiscard]] process_end end_of(const support::exit_status& status) const {
    if (killed_for_) {
      return {.why = *killed_for_, .code = 0};
    }
    const auto end = process_end::of(
        spec_.status == process_spec::status_style::shell ? status.behind_shell() : status);
    return ran_out_of_time(end) ? process_end{.why = process_end::cause::cpu_limit, .code = 0}
                                : end;
  }

  /// SIGXCPU comes at the soft limit, SIGKILL a second later for those that ignore it. How much of
  /// it a child of bwrap used is not told; that no less real time has passed is what there is to
  /// see.
  [[nodiscard]] bool ran_out_of_time(const process_end& end) const {
    const auto limit = spec_.limits.cpu;
    return limit.count() != 0 && end.why == process_end::cause::signalled &&
           (end.code == SIGXCPU || (end.code == SIGKILL && result_.elapsed > limit));
  }

  void close_pipes() {
    error_code ignored;
    for (const auto& each : readers_) {
      each->pipe.close(ignored);
    }
  }

  void one_done() {
    if (--pending_ != 0) {
      return;
    }
    grace_.cancel();
    done_.cancel();
  }
};

/// A coroutine of its own, so that its cancellation state is not the caller's.
asio::awaitable<process_result> guard(std::shared_ptr<process_run> run) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  run->start();
  run->watch();
  error_code error;
  co_await run->done().async_wait(asio::redirect_error(asio::use_awaitable, error));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    run->cancel();
    if (!run->is_done()) {
      co_await run->done().async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  co_return run->take_result();
}

} // namespace

asio::awaitable<process_result> run_process(process_spec spec) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto run = std::make_shared<process_run>(executor, std::move(spec));
  process_result result = co_await asio::co_spawn(executor, guard(run), asio::use_awaitable);
  co_return result;
}

} // namespace weir::grader

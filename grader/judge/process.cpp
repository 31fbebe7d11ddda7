#include "judge/process.hpp"

#include "judge/child_process.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

namespace asio = boost::asio;

namespace weir::grader {

namespace {

using boost::system::error_code;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw boost::system::system_error{errno, boost::system::system_category(),
                                      "could not open a pipe"};
  }
  return ends;
}

/// The text waits in the pipe's own buffer: a child that never reads it costs nothing, not even a
/// SIGPIPE.
void fill_and_close(int descriptor, const std::string& text) {
  const auto written = ::write(descriptor, text.data(), text.size());
  ::close(descriptor);
  if (written != static_cast<ssize_t>(text.size())) {
    throw boost::system::system_error{errno, boost::system::system_category(),
                                      "could not fill a pipe"};
  }
}

std::chrono::microseconds to_duration(const timeval& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
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

  /// Only an io_context that is destroyed in the middle gets here with a child alive.
  ~process_run() {
    if (pid_ > 0 && !reaped_) {
      kill_group();
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }

  /// \throws boost::system::system_error
  void start() {
    std::vector<int> theirs;
    const auto close_theirs = [&theirs] {
      for (const int each : theirs) {
        ::close(each);
      }
    };
    try {
      std::vector<descriptor_mapping> descriptors;
      const auto add_output = [&](int descriptor, std::function<void(std::string_view)> on_data) {
        const auto ends = make_pipe();
        theirs.push_back(ends[1]);
        descriptors.emplace_back(ends[1], descriptor);
        readers_.push_back(std::make_unique<reader>(executor_, ends[0], std::move(on_data)));
      };
      add_output(1, [this](std::string_view bytes) { result_.output.append(bytes); });
      add_output(2, [this](std::string_view bytes) { result_.errors.append(bytes); });
      for (auto& each : spec_.outputs) {
        add_output(each.descriptor, each.on_data);
      }
      for (auto& each : spec_.inputs) {
        const auto ends = make_pipe();
        theirs.push_back(ends[0]);
        descriptors.emplace_back(ends[0], each.descriptor);
        fill_and_close(ends[1], each.text);
      }
      started_ = std::chrono::steady_clock::now();
      pid_ = start_child(spec_, descriptors);
    } catch (...) {
      close_theirs();
      throw;
    }
    close_theirs();
  }

  void watch() {
    watch_exit();
    deadline_.expires_after(spec_.limits.wall);
    ++pending_;
    deadline_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) {
        self->kill_for(process_end::cause::wall_limit);
      }
      self->one_done();
    });
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
    if (reaped_) {
      return;
    }
    if (!killed_for_) {
      killed_for_ = why;
    }
    kill_group();
  }

private:
  struct reader {
    asio::posix::stream_descriptor pipe;
    std::function<void(std::string_view)> on_data;
    std::array<char, std::size_t{64} << 10> buffer{};

    reader(const asio::any_io_executor& executor, int descriptor,
           std::function<void(std::string_view)> sink)
        : pipe{executor, descriptor}, on_data{std::move(sink)} {}
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
  std::uint64_t bytes_{};
  pid_t pid_{-1};
  int pending_{};
  bool reaped_{};

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

  /// The child leads its group (setsid), and until it is reaped no other group can have its number.
  void kill_group() const {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL); // between fork and setsid there is no such group yet
  }

  void watch_exit() {
    ++pending_;
    const long descriptor = ::syscall(SYS_pidfd_open, pid_, 0);
    if (descriptor < 0) {
      poll_exit(); // before Linux 5.3, or where a container forbids it
      return;
    }
    exit_.assign(static_cast<int>(descriptor));
    exit_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](error_code) { self->reap(); });
  }

  void poll_exit() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == pid_) {
      reap();
      return;
    }
    grace_.expires_after(std::chrono::milliseconds{2});
    grace_.async_wait([self = shared_from_this()](error_code) { self->poll_exit(); });
  }

  void reap() {
    kill_group(); // whatever it left running
    int status = 0;
    rusage usage{};
    while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    result_.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_);
    result_.cpu = to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
    result_.peak_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    result_.end = end_of(status);
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

  process_end end_of(int status) const {
    using cause = process_end::cause;
    constexpr int shell_offset = 128;
    process_end end;
    if (WIFSIGNALED(status)) {
      end = {.why = cause::signalled, .code = WTERMSIG(status)};
    } else {
      end = {.why = cause::exited, .code = WEXITSTATUS(status)};
      if (spec_.status == process_spec::status_style::shell && end.code > shell_offset &&
          end.code < shell_offset + NSIG) {
        end = {.why = cause::signalled, .code = end.code - shell_offset};
      }
    }
    if (killed_for_) {
      return {.why = *killed_for_, .code = 0};
    }
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
    run->kill_for(process_end::cause::cancelled);
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

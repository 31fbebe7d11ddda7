#include "watch/shell.hpp"

#include "watch/screen.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace weir::grader::watch {
namespace {

using namespace std::chrono_literals;

constexpr auto escape_pause = 25ms; // after which an escape byte is the Escape key
constexpr auto tick_length = 100ms;

} // namespace

watch_shell::watch_shell(asio::any_io_executor executor, shell_settings settings,
                         watch_services services)
    : executor_{std::move(executor)},
      how_to_watch_{settings.how_to_watch},
      style_{settings.style},
      env_{std::move(settings.env)},
      services_{std::move(services)},
      machine_{std::move(settings.exercises), settings.current, settings.how_to_watch.manual},
      terminal_{executor_},
      watcher_{executor_},
      signals_{executor_},
      escape_timer_{executor_},
      group_{executor_},
      run_{group_},
      deep_{group_},
      window_{group_} {}

asio::awaitable<void> watch_shell::run() {
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT}) {
    signals_.add(each);
  }
  terminal_.take();
  group_.spawn(obey_signals());
  group_.spawn(read_keys());
  if (!how_to_watch_.manual) {
    group_.spawn(follow_file());
  }
  feed(resized{terminal_.size()});
  feed(started{});
  co_await group_.join();
  terminal_.hand_back();
}

void watch_shell::feed(event happened) {
  events_.push_back(std::move(happened));
  if (feeding_) { // performing an action brought this; it waits for its turn
    return;
  }
  feeding_ = true;
  while (!events_.empty()) {
    const event next = std::move(events_.front());
    events_.pop_front();
    for (const auto& each : machine_.on(next)) {
      std::visit([this](const auto& wanted) { perform(wanted); }, each);
    }
    if (auto news = services_.news ? services_.news() : std::string{}; !news.empty()) {
      events_.push_back(noticed{std::move(news)});
    }
  }
  feeding_ = false;
}

void watch_shell::press(const std::vector<key>& keys) {
  for (const auto& each : keys) {
    if (!group_.cancelled()) {
      feed(key_pressed{each});
    }
  }
}

asio::awaitable<void> watch_shell::read_keys() {
  for (;;) {
    const std::string bytes = co_await terminal_.read();
    escape_timer_.cancel();
    if (bytes.empty()) {
      feed(asked_to_stop{});
      co_return;
    }
    press(decoder_.feed(bytes));
    if (decoder_.pending()) {
      group_.spawn(flush_lone_escape());
    }
    if (terminal_editor_) {
      co_await edit_in_terminal();
    }
  }
}

asio::awaitable<void> watch_shell::flush_lone_escape() {
  escape_timer_.expires_after(escape_pause);
  co_await escape_timer_.async_wait(asio::use_awaitable);
  press(decoder_.flush());
}

asio::awaitable<void> watch_shell::obey_signals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    switch (signal) {
    case SIGWINCH:
      feed(resized{terminal_.size()});
      break;
    case SIGTSTP:
      suspend();
      break;
    case SIGCONT:
      if (!handed_over_) {
        terminal_.take();
        feed(resized{terminal_.size()});
      }
      break;
    case SIGINT:
      if (handed_over_) {
        break;
      } // meant for the editor
      [[fallthrough]];
    default:
      feed(asked_to_stop{});
    }
  }
}

// Ctrl-Z: leave the screen as it was found, stop as the shell expects, come back where we were.
void watch_shell::suspend() {
  terminal_.hand_back();
  signals_.remove(SIGTSTP);
  ::raise(SIGTSTP); // returns when we are continued
  signals_.add(SIGTSTP);
  if (handed_over_) {
    return;
  }
  terminal_.take();
  feed(resized{terminal_.size()});
}

asio::awaitable<void> watch_shell::follow_file() {
  for (;;) {
    const auto change = co_await watcher_.next();
    if (change == file_change::changed) {
      feed(file_changed{});
    } else {
      feed(file_missing{});
    }
  }
}

asio::awaitable<void> watch_shell::tick() {
  asio::steady_timer timer{executor_};
  while (machine_.state().running != run_kind::none) {
    timer.expires_after(tick_length);
    co_await timer.async_wait(asio::use_awaitable);
    feed(ticked{});
  }
}

asio::awaitable<void> watch_shell::edit_in_terminal() {
  const auto command = std::exchange(terminal_editor_, std::nullopt);
  handed_over_ = true;
  terminal_.hand_back();
  const std::string problem = co_await run_editor(executor_, *command);
  handed_over_ = false;
  terminal_.take();
  feed(resized{terminal_.size()});
  feed(editor_finished{problem});
}

asio::awaitable<void> watch_shell::edit_in_window(editor_command command) {
  const std::string problem = co_await run_editor(executor_, std::move(command));
  if (!problem.empty()) {
    feed(editor_finished{problem});
  }
}

} // namespace weir::grader::watch

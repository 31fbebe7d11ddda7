#include "process/scene_child.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/shared.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <utility>

namespace weir::viz {

namespace json = boost::json;

namespace {

constexpr int channel_number = 3;
constexpr int memory_number = 4;
/// Holds the recorder's 4 million events, and the tables.
constexpr std::size_t half_size = std::size_t{160} << 20;
constexpr std::size_t kept_output = std::size_t{4} << 10;
/// How long a child that closed its channel may take to end by itself.
constexpr std::chrono::milliseconds dying{500};

std::optional<std::uint64_t> limit_of(std::uint64_t value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

support::process_options options_of(const child_launch& launch) {
  support::process_options options{.argv = launch.argv,
                                   .environment = launch.environment,
                                   .directory = launch.directory,
                                   .limits = support::resource_limits::of_the_untrusted(),
                                   .oom_score_adjustment = 1000};
  options.argv.insert(options.argv.end(), {"--serve-fd", std::to_string(channel_number),
                                           "--memory-fd", std::to_string(memory_number)});
  options.limits.address_space = limit_of(launch.address_space);
  options.limits.file_size = limit_of(launch.file_size);
  options.limits.open_files = limit_of(launch.open_files);
  return options;
}

std::string text_of(const json::object& from, std::string_view name) {
  return std::string(std::string_view(from.at(name).as_string()));
}

std::vector<std::string> texts_of(const json::value& list) {
  std::vector<std::string> all;
  for (const auto& each : list.as_array()) {
    all.emplace_back(std::string_view(each.as_string()));
  }
  return all;
}

std::chrono::nanoseconds duration_of(const json::object& from, std::string_view name) {
  return std::chrono::nanoseconds(from.at(name).to_number<std::int64_t>());
}

knob_kind kind_of(std::string_view name) {
  if (name == "integer") {
    return knob_kind::integer;
  }
  if (name == "duration") {
    return knob_kind::duration;
  }
  return name == "choice" ? knob_kind::choice : knob_kind::real;
}

knob_info knob_of(const json::object& from) {
  const auto number = [&from](std::string_view name) {
    return from.at(name).to_number<double>();
  };
  return {.name = text_of(from, "name"),
          .kind = kind_of(text_of(from, "kind")),
          .value = number("default"),
          .min = number("min"),
          .max = number("max"),
          .step = number("step"),
          .unit = text_of(from, "unit"),
          .documentation = text_of(from, "documentation"),
          .choices = texts_of(from.at("choices"))};
}

scene_info scene_of(const json::object& hello) {
  scene_info scene{.title = text_of(hello, "title"),
                   .caption = text_of(hello, "caption"),
                   .goals = texts_of(hello.at("goals")),
                   .horizon = duration_of(hello, "horizon_ns")};
  for (const auto& each : hello.at("knobs").as_array()) {
    scene.knobs.push_back(knob_of(each.as_object()));
  }
  return scene;
}

json::object to_message(const queued_run& run, std::size_t half) {
  json::array knobs;
  for (const auto& [name, value] : run.request.knobs) {
    knobs.push_back(json::array{name, value});
  }
  return {{"ticket", run.number},
          {"half", half},
          {"seed", run.request.seed},
          {"horizon_ns", run.request.horizon.count()},
          {"knobs", std::move(knobs)}};
}

} // namespace

scene_child::runner scene_child::start_runner(const child_launch& launch, int memory) {
  auto [our_channel, their_channel] = support::make_socket_pair();
  auto output = support::make_pipe();
  ::fcntl(output.reading.get(), F_SETFL, O_NONBLOCK);
  auto options = options_of(launch);
  options.descriptors = {{their_channel.get(), channel_number},
                         {memory, memory_number},
                         {output.writing.get(), STDOUT_FILENO},
                         {output.writing.get(), STDERR_FILENO}};
  return {support::line_socket(std::move(our_channel)), std::move(output.reading),
          support::child_process(std::move(options))};
}

scene_child::scene_child(child_launch launch)
    : launch_(std::move(launch)),
      memory_(2 * half_size),
      runner_(start_runner(launch_, memory_.descriptor())),
      deadline_(clock::now() + launch_.patience) {}

void scene_child::start(const queued_run& next, clock::time_point now) {
  running_ = next;
  sent_ = now;
  deadline_ = now + launch_.patience;
  read_output();
  said_.clear();
  half_ = 1 - half_;
  runner_.channel.write(json::serialize(to_message(next, half_)));
}

std::vector<scene_child::news> scene_child::receive(clock::time_point now) {
  std::vector<news> all;
  read_output();
  for (const auto& line : runner_.channel.receive()) {
    try {
      auto message = json::parse(line).as_object();
      if (!ready_ && message.contains("hello")) {
        ready_ = true;
        deadline_.reset();
        all.emplace_back(ready{scene_of(message)});
      } else if (running_ && message.at("ticket").to_number<std::uint64_t>() == running_->number) {
        deadline_.reset();
        all.push_back(take_reply(std::move(message), now));
      }
    } catch (const std::exception&) {
      all.emplace_back(say_gone(banner::kind::crash, "it broke the connection to this window"));
      return all;
    }
  }
  if (!runner_.channel.open()) {
    const auto how = end();
    read_output();
    all.emplace_back(say_gone(banner::kind::crash, how));
  }
  return all;
}

scene_child::news scene_child::take_reply(json::object reply, clock::time_point now) {
  const auto run = *std::exchange(running_, std::nullopt);
  if (!reply.contains("died")) {
    return answered{run, std::move(reply), now - sent_};
  }
  read_output();
  const support::exit_status end{.signalled = text_of(reply, "died") == "signal",
                                 .code = reply.at("code").to_number<int>()};
  return lost{run, {banner::kind::crash, describe(end), last_words()}};
}

std::string scene_child::end() {
  const auto ended = runner_.process.wait_for(dying);
  if (!ended) {
    runner_.process = {};
    return "it closed its connection to this window";
  }
  return describe(launch_.shell_status ? ended->status.behind_shell() : ended->status);
}

scene_child::gone scene_child::give_up() {
  runner_.process = {};
  const auto seconds = std::chrono::duration<double>(launch_.patience).count();
  std::string limit = std::to_string(seconds);
  limit.erase(limit.find_last_not_of('0') + 1);
  if (limit.back() == '.') {
    limit.pop_back();
  }
  return say_gone(banner::kind::timed_out, limit + " s");
}

std::variant<run_finished, banner> scene_child::collect(const answered& what) const {
  const auto begun = clock::now();
  try {
    if (what.reply.contains("error")) {
      return banner{banner::kind::problem,
                    text_of(what.reply, "error") == "knob"
                        ? "A setting that the scene does not take"
                        : "The scene could not be run",
                    text_of(what.reply, "message")};
    }
    const auto half = what.reply.at("half").to_number<std::size_t>() % 2;
    auto run = trace::read_shared(memory_.bytes().subspan(half * half_size, half_size));
    run_finished finished;
    finished.request = what.run.request;
    finished.trace = std::make_shared<const trace::recording>(std::move(run.trace));
    finished.summary = std::move(run.seen);
    for (const auto& each : what.reply.at("goals").as_array()) {
      const auto& goal = each.as_object();
      finished.goals.push_back({.text = text_of(goal, "text"),
                                .met = goal.at("met").as_bool(),
                                .remark = text_of(goal, "remark"),
                                .seen = text_of(goal, "seen")});
    }
    finished.ended = text_of(what.reply, "ended");
    finished.message = text_of(what.reply, "message");
    finished.healthy = what.reply.at("healthy").as_bool();
    const auto collected = clock::now() - begun;
    finished.timings.simulate = duration_of(what.reply, "simulate_ns");
    finished.timings.transfer = duration_of(what.reply, "share_ns") + collected;
    finished.timings.round_trip = what.waited + collected;
    return finished;
  } catch (const std::exception& error) {
    return banner{banner::kind::problem, "A run that could not be read", error.what()};
  }
}

void scene_child::read_output() {
  std::array<char, 4096> buffer;
  while (runner_.output) {
    const auto size = ::read(runner_.output.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return;
    }
    if (size == 0) {
      runner_.output.reset();
      return;
    }
    said_.append(buffer.data(), static_cast<std::size_t>(size));
    if (said_.size() > 2 * kept_output) {
      said_.erase(0, said_.size() - kept_output);
    }
  }
}

std::string scene_child::last_words() const {
  const auto last = said_.find_last_not_of(" \n");
  return last == std::string::npos ? std::string() : said_.substr(0, last + 1);
}

scene_child::gone scene_child::say_gone(banner::kind what, const std::string& how) {
  deadline_.reset();
  return {.run = std::exchange(running_, std::nullopt),
          .loaded = std::exchange(ready_, false),
          .why = {what, how, last_words()}};
}

} // namespace weir::viz

#include "process/scene_child.hpp"

#include <weir/trace/file.hpp>
#include <weir/trace/shared.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <utility>

namespace weir::viz {

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

support::process_options options_of(const protocol::scene_launch& launch) {
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

scene_info scene_of(protocol::scene_hello hello) {
  return {.title = std::move(hello.title),
          .caption = std::move(hello.caption),
          .knobs = std::move(hello.knobs),
          .goals = std::move(hello.goals),
          .horizon = hello.horizon};
}

} // namespace

scene_child::runner scene_child::start_runner(const protocol::scene_launch& launch, int memory) {
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

scene_child::scene_child(protocol::scene_launch launch)
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
  runner_.channel.write(protocol::to_line(protocol::scene_request{.ticket = next.number,
                                                                  .half = half_,
                                                                  .seed = next.request.seed,
                                                                  .horizon = next.request.horizon,
                                                                  .knobs = next.request.knobs}));
}

std::vector<scene_child::news> scene_child::receive(clock::time_point now) {
  std::vector<news> all;
  read_output();
  for (const auto& line : runner_.channel.receive()) {
    try {
      auto answer = protocol::parse_scene_answer(line);
      std::visit([&](auto& what) { take(what, now, all); }, answer);
    } catch (const protocol::message_error&) {
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

void scene_child::take(protocol::scene_hello& hello, clock::time_point, std::vector<news>& all) {
  if (!std::exchange(ready_, true)) {
    deadline_.reset();
    all.emplace_back(ready{scene_of(std::move(hello))});
  }
}

void scene_child::take(protocol::scene_reply& reply, clock::time_point now,
                       std::vector<news>& all) {
  if (const auto run = take_run(reply.ticket)) {
    all.emplace_back(answered{*run, std::move(reply), now - sent_});
  }
}

void scene_child::take(protocol::scene_refusal& refusal, clock::time_point now,
                       std::vector<news>& all) {
  if (const auto run = take_run(refusal.ticket)) {
    all.emplace_back(answered{*run, std::move(refusal), now - sent_});
  }
}

void scene_child::take(protocol::scene_death& death, clock::time_point, std::vector<news>& all) {
  if (const auto run = take_run(death.ticket)) {
    read_output();
    all.emplace_back(lost{*run, {banner::kind::crash, describe(death.end), last_words()}});
  }
}

std::optional<queued_run> scene_child::take_run(std::uint64_t ticket) {
  if (!running_ || running_->number != ticket) {
    return std::nullopt;
  }
  deadline_.reset();
  return std::exchange(running_, std::nullopt);
}

std::string scene_child::end() {
  const auto ended = runner_.process.wait_for(dying);
  if (!ended) {
    runner_.process = {};
    return "it closed its connection to this window";
  }
  return describe(launch_.behind_shell ? ended->status.behind_shell() : ended->status);
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
  if (const auto* const refusal = std::get_if<protocol::scene_refusal>(&what.reply)) {
    return banner{banner::kind::problem,
                  refusal->what == protocol::scene_refusal::kind::knob
                      ? "A setting that the scene does not take"
                      : "The scene could not be run",
                  refusal->message};
  }
  const auto& reply = std::get<protocol::scene_reply>(what.reply);
  try {
    const auto half = static_cast<std::size_t>(reply.half % 2);
    auto run = trace::read_shared(memory_.bytes().subspan(half * half_size, half_size));
    run_finished finished;
    finished.request = what.run.request;
    finished.trace = std::make_shared<const trace::recording>(std::move(run.trace));
    finished.summary = std::move(run.seen);
    for (const auto& goal : reply.goals) {
      finished.goals.push_back(
          {.text = goal.text, .met = goal.met, .remark = goal.remark, .seen = goal.seen});
    }
    finished.ended = reply.ended;
    finished.message = reply.message;
    finished.healthy = reply.healthy;
    const auto collected = clock::now() - begun;
    finished.timings.simulate = reply.simulate;
    finished.timings.transfer = reply.share + collected;
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

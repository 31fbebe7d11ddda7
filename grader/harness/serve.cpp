#include "serve.hpp"

#include <weir/trace/shared.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <span>
#include <stdexcept>

namespace weir::harness {

namespace json = boost::json;

namespace {

constexpr int exit_environment = 3;

/// Real time, whatever the runtime makes of std::chrono's clocks and the reader's code of the C
/// library's.
std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class line_socket {
public:
  explicit line_socket(int descriptor) : descriptor_(descriptor) {}

  /// nullopt when the other end has closed.
  std::optional<std::string> read_line() {
    for (;;) {
      if (const auto end = pending_.find('\n'); end != std::string::npos) {
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        return line;
      }
      std::array<char, 4096> buffer;
      const auto size = ::read(descriptor_, buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR)
        continue;
      if (size <= 0)
        return std::nullopt;
      pending_.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  /// Ends the process when nobody listens any more.
  void write(const json::object& message) const {
    const std::string line = json::serialize(message) + '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
      const auto size = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (size < 0 && errno == EINTR)
        continue;
      if (size <= 0)
        std::_Exit(0);
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
  }

private:
  int descriptor_;
  std::string pending_;
};

/// Both halves of the memory, for as long as the process lives.
class two_halves {
public:
  explicit two_halves(int descriptor) {
    struct stat seen{};
    if (::fstat(descriptor, &seen) != 0 || seen.st_size < 2)
      throw std::runtime_error("--memory-fd names no memory");
    const auto size = static_cast<std::size_t>(seen.st_size);
    void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (at == MAP_FAILED)
      throw std::runtime_error("the memory of --memory-fd can't be mapped");
    all_ = {static_cast<std::byte*>(at), size};
  }

  std::span<std::byte> operator[](std::size_t half) const {
    return all_.subspan(half * (all_.size() / 2), all_.size() / 2);
  }

private:
  std::span<std::byte> all_;
};

json::object hello(const scene_definition& scene) {
  json::array goals;
  for (const auto& goal : scene.goals)
    goals.emplace_back(goal.text);
  return {{"hello", 1},
          {"title", scene.title},
          {"caption", scene.caption},
          {"horizon_ns", scene.horizon.count()},
          {"goals", std::move(goals)},
          {"knobs", json::parse(knob_set(scene.knobs).to_json())}};
}

/// "name=value" for each knob of the request. Throws knob_error.
std::vector<std::string> assignments_of(const scene_definition& scene, const json::array& knobs) {
  knob_set set(scene.knobs);
  for (const auto& each : knobs) {
    const auto& pair = each.as_array();
    set.set(std::string_view(pair.at(0).as_string()), pair.at(1).to_number<double>());
  }
  std::vector<std::string> all;
  for (const auto& [name, value] : set.settings())
    all.push_back(name + '=' + value);
  return all;
}

json::array to_json(const std::vector<goal_result>& goals) {
  json::array list;
  for (const auto& goal : goals)
    list.push_back({{"text", goal.text}, {"met", goal.met}, {"remark", goal.remark}});
  return list;
}

class server {
public:
  server(const scene_definition& scene, const std::string& exercise, int memory)
      : scene_(scene), exercise_(exercise), memory_(memory) {}

  json::object answer(const json::object& request) {
    json::object reply{{"ticket", request.at("ticket")}};
    try {
      run(request, reply);
    } catch (const knob_error& e) {
      reply["error"] = "knob";
      reply["message"] = e.what();
    } catch (const std::exception& e) {
      reply["error"] = "scene";
      reply["message"] = e.what();
    }
    return reply;
  }

private:
  void run(const json::object& request, json::object& reply) {
    scene_settings settings;
    settings.assignments = assignments_of(scene_, request.at("knobs").as_array());
    settings.seed = request.at("seed").to_number<std::uint64_t>();
    settings.exercise = exercise_;
    scene_definition wanted = scene_;
    if (const auto horizon = request.at("horizon_ns").to_number<std::int64_t>(); horizon > 0)
      wanted.horizon = std::chrono::nanoseconds(horizon);
    const auto half = request.at("half").to_number<std::size_t>() % 2;
    const auto begun = now_ns();
    const scene_result result = run_scene(wanted, settings, recorder_);
    const auto simulated = now_ns();
    const auto bytes = trace::write_shared(memory_[half], recorder_.snapshot(), result.summary);
    reply["half"] = half;
    reply["bytes"] = bytes;
    reply["healthy"] = result.healthy;
    reply["ended"] = result.ended;
    reply["message"] = result.message;
    reply["goals"] = to_json(result.goals);
    reply["simulate_ns"] = simulated - begun;
    reply["share_ns"] = now_ns() - simulated;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    reply["peak_kib"] = usage.ru_maxrss;
  }

  const scene_definition& scene_;
  const std::string& exercise_;
  two_halves memory_;
  trace::recorder recorder_;
};

} // namespace

int serve(const scene_definition& scene, const std::string& exercise, serve_descriptors through) {
  line_socket channel(through.channel);
  try {
    server answers(scene, exercise, through.memory);
    channel.write(hello(scene));
    while (const auto line = channel.read_line())
      channel.write(answers.answer(json::parse(*line).as_object()));
  } catch (const std::exception& e) {
    channel.write({{"error", "scene"}, {"message", e.what()}});
    return exit_environment;
  }
  return 0;
}

} // namespace weir::harness

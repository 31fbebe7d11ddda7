#include "serve.hpp"

#include "prepare_image.hpp"
#include "process_image.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace weir::harness {

namespace json = boost::json;

namespace {

constexpr int exit_environment = 3;

int end_like(const image_end& end) {
  if (end.signalled) {
    std::signal(end.code, SIG_DFL);
    std::raise(end.code);
  }
  return end.code;
}

std::string died(const std::string& request, const image_end& end) {
  return json::serialize(json::object{{"ticket", json::parse(request).as_object().at("ticket")},
                                      {"died", end.signalled ? "signal" : "exit"},
                                      {"code", end.code}});
}

std::string answer(process_image& image, const std::string& request) {
  if (const auto reply = image.channel().read_line()) {
    image.stop(); // it may have left a thread that writes to the memory
    return *reply;
  }
  return died(request, image.wait());
}

int serve_window(line_channel& window, const std::function<void(line_channel&)>& perform) {
  read_symbol_tables();
  auto next = std::make_unique<process_image>(perform);
  next->channel().write_line(ask_hello);
  if (const auto hello = next->channel().read_line()) {
    window.write_line(*hello);
  } else {
    return end_like(next->wait());
  }
  std::unique_ptr<process_image> current;
  while (const auto request = window.read_line()) {
    next->channel().write_line(*request);
    current = std::move(next);                       // the one before has ended long since
    next = std::make_unique<process_image>(perform); // loads the code while this one runs
    if (!window.write_line(answer(*current, *request))) {
      break;
    }
  }
  return 0;
}

} // namespace

int serve(const scene_source& scene, serve_descriptors through) {
  try {
    line_channel window(through.channel);
    const shared_halves memory(through.memory);
    return serve_window(window, [&](line_channel& asked) { perform_scene(scene, memory, asked); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-runner: %s\n", error.what());
    return exit_environment;
  }
}

} // namespace weir::harness

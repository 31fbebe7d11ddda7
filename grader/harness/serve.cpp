#include "serve.hpp"

#include "prepare_image.hpp"
#include "process_image.hpp"
#include "protocol/exit_code.hpp"
#include "protocol/scene_requests.hpp"
#include "support/line_socket.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace weir::harness {

namespace {

int end_like(const support::exit_status& end) {
  if (end.signalled) {
    std::signal(end.code, SIG_DFL);
    std::raise(end.code);
  }
  return end.code;
}

std::string answer(process_image& image, const std::string& request) {
  if (const auto reply = image.channel().read()) {
    image.stop(); // it may have left a thread that writes to the memory
    return *reply;
  }
  const auto ticket = protocol::parse_scene_request(request).ticket;
  return to_line(protocol::scene_answer(protocol::scene_death{ticket, image.wait()}));
}

int serve_window(support::line_socket& window,
                 const std::function<void(support::line_socket&)>& perform) {
  read_symbol_tables();
  auto next = std::make_unique<process_image>(perform);
  next->channel().write(ask_hello);
  if (const auto hello = next->channel().read()) {
    window.write(*hello);
  } else {
    return end_like(next->wait());
  }
  std::unique_ptr<process_image> current;
  while (const auto request = window.read()) {
    next->channel().write(*request);
    current = std::move(next);                       // the one before has ended long since
    next = std::make_unique<process_image>(perform); // loads the code while this one runs
    if (!window.write(answer(*current, *request))) {
      break;
    }
  }
  return 0;
}

} // namespace

int serve(const scene_source& scene, serve_descriptors through) {
  try {
    support::line_socket window{support::unique_fd(through.channel)};
    const shared_halves memory(through.memory);
    return serve_window(window,
                        [&](support::line_socket& asked) { perform_scene(scene, memory, asked); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-runner: %s\n", error.what());
    return static_cast<int>(protocol::exit_code::environment);
  }
}

} // namespace weir::harness

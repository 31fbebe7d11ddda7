// Stands in for weir-viz: follows the script in FAKE_WINDOW_SCRIPT, a command a line, and keeps its
// arguments and what the feed says in the file FAKE_WINDOW_LOG.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace {

std::ofstream log_file;
int feed = -1;
std::string heard;

/// The next line of the feed; ends the program when there is none.
std::string next_line() {
  for (;;) {
    if (const auto end = heard.find('\n'); end != std::string::npos) {
      std::string line = heard.substr(0, end);
      heard.erase(0, end + 1);
      log_file << line << std::endl;
      return line;
    }
    char buffer[4096];
    const auto size = ::read(feed, buffer, sizeof buffer);
    if (size <= 0) {
      log_file << "end of the feed" << std::endl;
      std::_Exit(0);
    }
    heard.append(buffer, static_cast<std::size_t>(size));
  }
}

void perform(const std::string& command, std::istringstream& words) {
  std::string first;
  std::string rest;
  if (command == "await") { // a line that contains the rest
    std::getline(words >> std::ws, rest);
    while (next_line().find(rest) == std::string::npos) {
    }
  } else if (command == "ask") {
    std::getline(words >> std::ws, rest);
    rest += '\n';
    if (::write(feed, rest.data(), rest.size()) < 0) {
      std::_Exit(9);
    }
  } else if (command == "save") {
    words >> first;
    std::getline(words >> std::ws, rest);
    std::ofstream{first} << rest << '\n';
  } else if (command == "remove") {
    words >> first;
    ::unlink(first.c_str());
  } else if (command == "interrupt") {
    ::kill(::getppid(), SIGINT);
    ::pause(); // until SIGTERM comes
  } else if (command == "stubborn") {
    std::signal(SIGTERM, SIG_IGN);
  } else if (command == "sockets") { // says which descriptors are sockets
    log_file << "sockets:";
    for (int descriptor = 0; descriptor < 256; ++descriptor) {
      struct stat what{};
      if (::fstat(descriptor, &what) == 0 && S_ISSOCK(what.st_mode)) {
        log_file << ' ' << descriptor;
      }
    }
    log_file << std::endl;
  } else if (command == "abort") {
    std::abort();
  } else if (command == "exit") {
    words >> first;
    std::_Exit(std::atoi(first.c_str()));
  }
}

} // namespace

int main(int argc, char** argv) {
  log_file.open(std::getenv("FAKE_WINDOW_LOG"));
  for (int i = 1; i < argc; ++i) {
    log_file << argv[i] << ' ';
    if (std::string{argv[i]} == "--feed" && i + 1 < argc) {
      feed = std::atoi(argv[i + 1]);
    }
  }
  log_file << std::endl;
  std::istringstream script{std::getenv("FAKE_WINDOW_SCRIPT")};
  for (std::string line; std::getline(script, line);) {
    std::istringstream words{line};
    std::string command;
    words >> command;
    perform(command, words);
  }
  return 0;
}

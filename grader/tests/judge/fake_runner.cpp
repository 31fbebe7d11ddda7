// Stands in for weir-runner in the pipeline's tests: speaks the record protocol from a script. The
// "tests module" that it is given is a text file of one command a line, see `perform`.
#include "protocol/run_record.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace {

namespace protocol = weir::protocol;

std::string nonce;
std::string trace_folder;
std::string arguments;

void say(const protocol::record& what) {
  const std::string line = to_line(what, nonce) + '\n';
  if (::write(3, line.data(), line.size()) < 0) {
    std::_Exit(3);
  }
}

void perform(const std::string& command, std::istringstream& words) {
  std::string id;
  std::string more;
  words >> id >> more;
  if (command == "begin") {
    protocol::begin_record begun{{id}};
    if (!more.empty()) {
      begun.tests.push_back(more);
    }
    say(begun);
  } else if (command == "test-begin") {
    say(protocol::test_begin_record{id});
  } else if (command == "pass") {
    say(protocol::test_end_record{
        .id = id, .passed = true, .outcome = "completed", .schedules = 10});
  } else if (command == "fail") {
    const std::string trace = trace_folder + "/" + id + ".weirtrace";
    std::ofstream{trace} << "trace of " << id;
    say(protocol::test_end_record{.id = id,
                                  .outcome = more,
                                  .message = "it broke",
                                  .schedules = 3,
                                  .failure = protocol::recorded_failure{.token = "w1:x"},
                                  .trace = trace});
  } else if (command == "steal") { // claims a trace that is a link to something else
    std::filesystem::create_symlink("/etc/passwd", trace_folder + "/stolen");
    say(protocol::test_end_record{.id = id, .outcome = "leak", .schedules = 3, .trace = "stolen"});
  } else if (command == "end") {
    say(protocol::end_record{std::stoull(id), std::stoull(more)});
  } else if (command == "exit") {
    std::_Exit(std::stoi(id));
  } else if (command == "signal") {
    ::raise(std::stoi(id));
  } else if (command == "spin") {
    for (volatile bool on = true; on;) {
    }
  } else if (command == "show-arguments") {
    std::cout << arguments << std::flush;
  } else if (command == "read") {
    std::cout << (std::ifstream{id} ? "readable" : "out of sight") << std::flush;
  } else if (command == "limits") {
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    std::cout << limit.rlim_cur << std::flush;
  }
}

} // namespace

int main(int argc, char** argv) {
  std::string script;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    arguments += option + " ";
    if (option == "--tests" && i + 1 < argc) {
      script = argv[i + 1];
    } else if (option == "--trace-dir" && i + 1 < argc) {
      trace_folder = argv[i + 1];
    }
  }
  char c = 0;
  while (::read(4, &c, 1) == 1 && c != '\n') {
    nonce += c;
  }
  ::close(4);
  std::ifstream in{script};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    std::string command;
    words >> command;
    perform(command, words);
  }
}

// weir_adversarial SUBMISSION [--as-link]: grades one file of grader/adversarial through the whole
// pipeline, in the sandbox and without, and says whether it got what its header accepts. --as-link
// puts a symbolic link to it in the workspace.
#include "judge/pipeline.hpp"
#include "tests/async_support.hpp"
#include "workbook/catalog.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <ranges>
#include <sstream>

using namespace weir::grader;
using namespace weir::grader::testing;

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds longest{60};
constexpr long most_memory_kib = 256L << 10;

struct submission {
  std::string text;
  std::string exercise{"bounded-queue"};
  std::vector<std::string> accepted;
  std::string forbidden{"LEAKED"};
  bool secret_in_sandbox_only{};
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

submission read_submission(const fs::path& file, const fs::path& root) {
  submission read;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    const auto value = [&line](std::string_view key) {
      return line.starts_with(key) ? line.substr(key.size()) : std::string{};
    };
    if (const auto verdicts = value("// accepted: "); !verdicts.empty()) {
      std::istringstream words{replaced(verdicts, ",", " ")};
      for (std::string each; words >> each;) {
        read.accepted.push_back(each);
      }
    }
    if (const auto id = value("// exercise: "); !id.empty()) {
      read.exercise = id;
    }
    if (const auto words = value("// forbidden in the report: "); !words.empty()) {
      read.forbidden = words;
    }
    read.secret_in_sandbox_only = read.secret_in_sandbox_only || line == "// secret in the sandbox";
    read.text += line + "\n";
  }
  read.text = replaced(read.text, "@ROOT@", root.string());
  return read;
}

/// What is wrong with the verdict or with what is left behind; empty when all is well.
std::string find_fault(const submission& attack, const verdict& v,
                       std::chrono::steady_clock::duration took, bool in_sandbox) {
  if (v.passed() || v.points == v.max_points) {
    return "it passed";
  }
  if (std::ranges::find(attack.accepted, to_key(v.kind)) == attack.accepted.end()) {
    return fmt::format("verdict {} is none of [{}]", to_key(v.kind),
                       fmt::join(attack.accepted, ", "));
  }
  const std::string all = v.detail + v.compiler_output + v.program_output;
  if ((in_sandbox || !attack.secret_in_sandbox_only) &&
      all.find(attack.forbidden) != std::string::npos) {
    return "it got at what is secret: " + all;
  }
  if (took > longest) {
    return "it took longer than its limits allow";
  }
  if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) {
    return "it left a process behind";
  }
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  return own.ru_maxrss > most_memory_kib ? fmt::format("the grader grew to {} KiB", own.ru_maxrss)
                                         : std::string{};
}

int attack(const fs::path& file, bool as_link) {
  const fs::path root = WEIR_SOURCE_ROOT;
  const toolchain tools = toolchain::load(WEIR_BUILD_ROOT);
  const catalog all = catalog::load(root);
  const submission what = read_submission(file, root);
  const exercise* ex = all.find(what.exercise);
  if (!ex) {
    std::puts(fmt::format("there is no exercise {}", what.exercise).c_str());
    return 1;
  }
  const sandbox probed = run_to_end(sandbox::probe());
  std::vector<sandbox> boxes{sandbox{}};
  if (probed.type() == sandbox::kind::bubblewrap) {
    boxes.push_back(probed);
  }
  int faults = 0;
  for (const auto& box : boxes) {
    const temporary_folder workspace;
    const auto source = workspace.write(fs::path{ex->folder} / ex->file, what.text);
    if (as_link) {
      fs::remove(source);
      fs::create_symlink(file, source);
    }
    grade_request request;
    request.ex = ex;
    request.repository_root = root;
    request.source = source;
    request.build_folder = build_folder_of(workspace.path(), *ex);
    const auto start = std::chrono::steady_clock::now();
    const verdict v = run_to_end(grade(tools, box, request));
    const auto took = std::chrono::steady_clock::now() - start;
    const auto fault = find_fault(what, v, took, box.type() == sandbox::kind::bubblewrap);
    std::puts(fmt::format("{:<24} {:<18} {:>6} ms  {}{}", box.describe(), to_key(v.kind),
                          std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
                          v.detail,
                          fault.empty() ? "" : "\n  FAULT: " + fault + "\n" + v.compiler_output)
                  .c_str());
    faults += fault.empty() ? 0 : 1;
  }
  return faults == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::puts("usage: weir_adversarial SUBMISSION [--as-link]");
    return 2;
  }
  return attack(argv[1], argc > 2 && std::string_view{argv[2]} == "--as-link");
}

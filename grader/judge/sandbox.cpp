#include "judge/sandbox.hpp"

#include "base/find_program.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// The number under which bwrap reads the filter; above those the runner uses.
constexpr int filter_descriptor = 10;

struct attempt {
  std::vector<std::string> flags;
  std::string remark;
};

/// From the strictest to what containers commonly leave.
std::vector<attempt> attempts() {
  const std::vector<std::string> common{"--die-with-parent",
                                        "--unshare-pid",
                                        "--unshare-ipc",
                                        "--unshare-uts",
                                        "--unshare-cgroup-try",
                                        "--cap-drop",
                                        "ALL"};
  const auto with = [&common](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };
  return {{with({"--unshare-net", "--proc", "/proc"}), ""},
          {with({"--unshare-user", "--unshare-net", "--proc", "/proc"}), ""},
          {with({"--unshare-net", "--dir", "/proc"}), "no /proc"},
          {with({"--proc", "/proc"}), "network refused by filter"},
          {with({"--dir", "/proc"}), "no /proc, network refused by filter"}};
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text.substr(text.rfind('\n') + 1);
}

} // namespace

std::vector<std::string> bubblewrap_mounts(const sandbox_view& view) {
  std::vector<std::string> arguments{"--ro-bind", "/usr", "/usr"};
  const auto add = [&arguments](std::string option, const fs::path& from, const fs::path& to) {
    arguments.insert(arguments.end(), {std::move(option), from.string(), to.string()});
  };
  for (const char* folder : {"/bin", "/sbin", "/lib", "/lib64", "/lib32"}) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) {
      add("--symlink", fs::read_symlink(folder), folder);
    } else {
      add("--ro-bind-try", folder, folder);
    }
  }
  for (const char* file :
       {"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"}) {
    add("--ro-bind-try", file, file);
  }
  add("--dev-bind-try", "/dev/null", "/dev/null");
  add("--dev-bind-try", "/dev/urandom", "/dev/urandom");
  for (const auto& folder : view.hidden) {
    if (folder.string().starts_with("/usr/")) {
      arguments.insert(arguments.end(), {"--tmpfs", folder.string()});
    }
  }
  for (const auto& path : view.read_only) {
    add("--ro-bind-try", path, path);
  }
  for (const auto& path : view.writable) {
    add("--bind", path, path);
  }
  arguments.insert(arguments.end(), {"--remount-ro", "/"});
  return arguments;
}

sandbox::sandbox(fs::path program, std::vector<std::string> flags, std::string remark)
    : program_{std::move(program)},
      flags_{std::move(flags)},
      remark_{std::move(remark)},
      problem_{} {}

boost::asio::awaitable<sandbox> sandbox::probe() {
  sandbox result;
  const auto program = find_program("bwrap");
  if (!program) {
    result.problem_ = "bwrap is not installed (Debian: apt install bubblewrap)";
    co_return result;
  }
  for (auto& each : attempts()) {
    sandbox candidate{*program, each.flags, each.remark};
    process_spec spec;
    spec.argv = {"/usr/bin/true"};
    spec.limits.wall = std::chrono::seconds{5};
    spec = candidate.confine(std::move(spec), {});
    try {
      const process_result tried = co_await run_process(std::move(spec));
      if (tried.end.success()) {
        co_return candidate;
      }
      result.problem_ = last_line(tried.errors.text());
    } catch (const std::system_error& error) {
      result.problem_ = error.what();
    }
  }
  co_return result;
}

std::string sandbox::describe() const {
  if (type() == kind::none) {
    return "none (limits only)";
  }
  return remark_.empty() ? "bubblewrap" : "bubblewrap (" + remark_ + ")";
}

process_spec sandbox::confine(process_spec spec, const sandbox_view& view) const {
  const bool filtered = view.children == sandbox_view::child_processes::forbidden;
  if (type() == kind::none) {
    if (filtered) {
      spec.filter =
          support::system_call_filter::make(support::system_call_filter::signals::only_to_itself);
    }
    return spec;
  }
  std::vector<std::string> argv{program_.string()};
  argv.insert(argv.end(), flags_.begin(), flags_.end());
  const auto mounts = bubblewrap_mounts(view);
  argv.insert(argv.end(), mounts.begin(), mounts.end());
  if (!spec.working_directory.empty()) {
    argv.insert(argv.end(), {"--chdir", spec.working_directory.string()});
    spec.working_directory.clear();
  }
  const auto filter =
      support::system_call_filter::make(support::system_call_filter::signals::anywhere);
  if (filtered && !filter.empty()) {
    argv.insert(argv.end(), {"--seccomp", std::to_string(filter_descriptor)});
    spec.inputs.push_back({filter_descriptor, filter.bytes()});
  }
  argv.emplace_back("--");
  argv.insert(argv.end(), std::make_move_iterator(spec.argv.begin()),
              std::make_move_iterator(spec.argv.end()));
  spec.argv = std::move(argv);
  spec.status = process_spec::status_style::shell;
  return spec;
}

} // namespace weir::grader

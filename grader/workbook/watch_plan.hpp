#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace weir::grader {

/// How the loop learns of a save.
enum class watch_mode : std::uint8_t {
  events,           ///< inotify
  events_and_polls, ///< inotify, with a slow look now and then where events may be lost
  polling,          ///< a look at the file every interval
  manual,           ///< not at all: only the `r` key
};

/// What the reader asked for on the command line.
struct watch_request {
  std::optional<std::chrono::milliseconds> poll; ///< `--poll[=ms]`
  bool manual{};                                 ///< `--manual`
};

/// What is known about the place where the file lies.
struct watch_place {
  std::uint32_t file_system{}; ///< `f_type` of statfs(2); 0 when unknown
  bool symbolic_link{};        ///< The file itself is a link: its content changes elsewhere.
};

struct watch_plan {
  watch_mode mode{watch_mode::events};
  std::chrono::milliseconds interval{}; ///< Of the looks, where the mode has any.
  std::string notice; ///< Something the reader should know, in one line; else empty.

  bool operator==(const watch_plan&) const = default;
};

/// Chooses. Pure. File systems that are changed from another machine or kernel (NFS, SMB, 9p as in
/// WSL and VMs, FUSE as in Docker Desktop, shared folders of VirtualBox, VMware and Parallels) send
/// no events for that, so they are polled; an overlay (containers) sends them for its own changes
/// only, so it is looked at now and then as well.
watch_plan plan_watch(const watch_request& request, const watch_place& place);

/// Asks the system about a file. Never throws.
watch_place place_of(const std::filesystem::path& file) noexcept;

} // namespace weir::grader

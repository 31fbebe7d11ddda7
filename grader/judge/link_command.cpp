#include "judge/link_command.hpp"

#include "base/find_program.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace weir::grader {

namespace {

/// What the driver would hand to the linker, in its own words.
struct direct_link {
  std::string linker;
  std::vector<std::string> flags;
  bool without_libraries{};
};

void add_parts(std::vector<std::string>& flags, std::string_view comma_separated) {
  while (!comma_separated.empty()) {
    const auto comma = std::min(comma_separated.find(','), comma_separated.size());
    flags.emplace_back(comma_separated.substr(0, comma));
    comma_separated.remove_prefix(std::min(comma + 1, comma_separated.size()));
  }
}

std::optional<direct_link> understand(const std::vector<std::string>& driver_flags) {
  constexpr std::string_view linker_path = "--ld-path=";
  constexpr std::string_view linker_name = "-fuse-ld=";
  constexpr std::string_view for_linker = "-Wl,";
  direct_link found;
  for (const std::string_view flag : driver_flags) {
    if (flag.starts_with(linker_path)) {
      found.linker = flag.substr(linker_path.size());
    } else if (flag.starts_with(linker_name)) {
      const std::string name{flag.substr(linker_name.size())};
      const auto program = find_program(name == "mold" ? name : "ld." + name);
      found.linker = program ? program->string() : std::string{};
    } else if (flag.starts_with(for_linker)) {
      add_parts(found.flags, flag.substr(for_linker.size()));
    } else if (flag == "-nostdlib") {
      found.without_libraries = true;
    } else if (flag.starts_with('/')) {
      found.flags.emplace_back(flag); // an object that every module is linked with
    } else if (flag != "-shared") {
      return std::nullopt; // -fsanitize and the like mean libraries that the driver knows
    }
  }
  const bool complete = found.without_libraries && !found.linker.empty();
  return complete ? std::optional{std::move(found)} : std::nullopt;
}

} // namespace

std::vector<std::string> link_command(const toolchain& tools, const std::filesystem::path& object,
                                      const std::filesystem::path& module,
                                      const std::filesystem::path& exports) {
  const std::string script = "--version-script=" + exports.string();
  std::vector<std::string> command;
  if (auto direct = understand(tools.link_flags)) {
    // Exceptions are unwound through the module by its .eh_frame_hdr.
    command = {direct->linker, "-shared", "--eh-frame-hdr", "--hash-style=gnu", script};
    command.insert(command.end(), direct->flags.begin(), direct->flags.end());
  } else {
    command = {tools.compiler.string(), "-shared", "-Wl," + script};
    command.insert(command.end(), tools.link_flags.begin(), tools.link_flags.end());
  }
  command.insert(command.end(), {object.string(), "-o", module.string()});
  return command;
}

} // namespace weir::grader

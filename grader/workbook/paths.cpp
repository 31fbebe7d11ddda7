#include "workbook/paths.hpp"

#ifndef WEIR_SOURCE_ROOT
#define WEIR_SOURCE_ROOT ""
#endif

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

fs::path upward_with(fs::path from, const char* wanted) {
  std::error_code error;
  for (; !from.empty(); from = from.parent_path()) {
    // A build folder has a folder of every name that the sources have.
    if (fs::exists(from / wanted, error) && !fs::exists(from / "CMakeCache.txt", error)) {
      return from;
    }
    if (from == from.root_path()) {
      break;
    }
  }
  return {};
}

/// Absolute and without a trailing slash; relative to `cwd`.
fs::path absolute(const fs::path& path, const fs::path& cwd) {
  fs::path result = (path.is_absolute() ? path : cwd / path).lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

fs::path find_root(const fs::path& cwd, const fs::path& executable) {
  for (const fs::path& start : {executable.parent_path(), cwd}) {
    if (fs::path found = upward_with(start, "exercises"); !found.empty()) {
      return found;
    }
  }
  const fs::path configured{WEIR_SOURCE_ROOT};
  return configured.empty() ? cwd : configured;
}

} // namespace

paths discover_paths(const environment& env, const fs::path& cwd, const fs::path& executable) {
  const auto given = [&](const char* name) {
    const std::string value = env(name).value_or("");
    return value.empty() ? fs::path{} : absolute(value, cwd);
  };
  paths result{.root = given("WEIR_ROOT"),
               .build = given("WEIR_BUILD"),
               .workspace = given("WEIR_WORKSPACE")};
  if (result.root.empty()) {
    result.root = find_root(cwd, executable);
  }
  if (result.build.empty()) {
    result.build = executable.parent_path().parent_path();
  }
  if (result.workspace.empty()) {
    result.workspace = upward_with(cwd, ".weir-workspace");
  }
  if (result.workspace.empty()) {
    result.workspace = result.root / "workspace";
  }
  return result;
}

} // namespace weir::grader

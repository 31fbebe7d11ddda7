#include "author/release.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"
#include "workbook/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// Whether `path` is `folder` or lies below it, whatever of the two exists.
bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path relative =
      fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(folder));
  return !relative.empty() && *relative.begin() != "..";
}

/// What is written there would be handed out with the rest, or counted as secret.
void require_outside(const fs::path& root, const fs::path& target) {
  bool ours = lies_in(root, target);
  const auto look_at = [&](const fs::path& part) {
    ours = ours || lies_in(target, root / *part.begin());
  };
  std::ranges::for_each(handed_out, look_at);
  std::ranges::for_each(secret, look_at);
  if (ours) {
    throw usage_error{
        fmt::format("{}: expected a folder outside the workbook's own folders", target.string())};
  }
}

void require_empty(const fs::path& target) {
  if (fs::exists(target) && (!fs::is_directory(target) || !fs::is_empty(target))) {
    throw usage_error{
        fmt::format("{}: expected a new or an empty folder, so that nothing old is handed out",
                    target.string())};
  }
}

void copy_into(const fs::path& from, const fs::path& to) {
  make_folders(to.parent_path());
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) {
    throw_file_error("copying to", to, error.value());
  }
}

} // namespace

release_result write_release(const release_request& request) {
  require_outside(request.root, request.target);
  require_empty(request.target);
  const catalog workbook = catalog::load(request.root);
  release_result result;
  for (const char* part : handed_out) {
    for (const fs::path& file : files_below(request.root / part)) {
      copy_into(file, request.target / file.lexically_relative(request.root));
      ++result.files;
    }
  }
  // The hand-out's build compares what the modules were made with to what it has itself.
  std::vector<std::string> prebuilt{"made-with.txt"};
  for (const exercise& ex : workbook.exercises()) {
    prebuilt.push_back(ex.id + ".so");
  }
  for (const std::string& name : prebuilt) {
    const fs::path built = request.tests_dir / name;
    if (!fs::exists(built)) {
      throw environment_error{
          fmt::format("{} is missing: build the workbook first (./weir doctor says what is wrong)",
                      built.string())};
    }
    copy_into(built, request.target / "grader" / "prebuilt" / name);
    ++result.files;
  }
  result.leaks = scan_for_leaks(request.root, request.target);
  return result;
}

} // namespace weir::grader

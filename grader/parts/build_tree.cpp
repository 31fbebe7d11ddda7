#include "parts/build_tree.hpp"

#include <fstream>
#include <string>

namespace weir::grader::parts {

namespace fs = std::filesystem;

bool build_tree::has(const part& which) const {
  const auto now = version();
  if (!now) {
    std::error_code error;
    return product_is_there(which) || !fs::exists(folder_ / "build.ninja", error);
  }
  std::error_code error;
  const auto marked = fs::last_write_time(mark_of(which), error);
  return (!error && marked == *now) || stamp_says_all();
}

std::optional<fs::file_time_type> build_tree::version() const {
  std::error_code error;
  const auto time = fs::last_write_time(folder_ / ".weir-stamp", error);
  return error ? std::nullopt : std::optional{time};
}

void build_tree::mark(const part& which, fs::file_time_type version) const {
  const fs::path file = mark_of(which);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream{file};
  fs::last_write_time(file, version, error);
}

fs::path build_tree::mark_of(const part& which) const {
  return folder_ / ".weir-built" / target_of(which);
}

bool build_tree::product_is_there(const part& which) const {
  std::error_code error;
  switch (which.kind) {
  case part_kind::tests:
    return fs::exists(folder_ / "tests" / (which.exercise + ".so"), error);
  case part_kind::scene:
    return fs::exists(folder_ / "scenes" / (which.exercise + ".so"), error);
  case part_kind::deep_header:
    break;
  }
  return fs::exists(folder_ / "reader/prelude-deep.pch", error) ||
         fs::exists(folder_ / "reader/prelude-deep.hpp.gch", error);
}

/// The stamp's second line lists what `./weir` has built; "grading" is every part.
bool build_tree::stamp_says_all() const {
  std::ifstream stamp{folder_ / ".weir-stamp"};
  std::string line;
  std::getline(stamp, line);
  std::getline(stamp, line);
  return (" " + line + " ").find(" grading ") != std::string::npos;
}

} // namespace weir::grader::parts

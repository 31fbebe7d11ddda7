#include "author/calibration.hpp"

#include "base/errors.hpp"
#include "base/files.hpp"
#include "base/text_distance.hpp"
#include "workbook/exercise_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

using side = calibration_file::side;

[[noreturn]] void complain(const fs::path& file, const std::string& what) {
  throw content_error{fmt::format("{}:1:1: {}", file.string(), what)};
}

bool is_snake_case(std::string name) {
  const bool dashes = name.find('-') != std::string::npos;
  std::ranges::replace(name, '_', '-');
  return !dashes && is_kebab_case(name);
}

calibration_file read_header(const fs::path& file, side which, const exercise& ex) {
  const std::string text = read_file(file);
  const std::string first = text.substr(0, text.find('\n'));
  const std::string word = which == side::accept ? "// accept: " : "// reject: ";
  if (!first.starts_with(word)) {
    complain(file, fmt::format("expected a first line '{}{}', found '{}'", word,
                               which == side::accept ? "STYLE" : "TEST [VERDICT]", first));
  }
  calibration_file made;
  made.which = which;
  made.file = file;
  if (which == side::accept) {
    made.style = first.substr(word.size());
    return made;
  }
  std::istringstream words{first.substr(word.size())};
  std::string verdict;
  words >> made.test >> verdict;
  std::vector<std::string> known;
  for (const test_info& test : ex.tests) {
    known.push_back(test.id);
  }
  if (std::ranges::find(known, made.test) == known.end()) {
    complain(file, fmt::format("'{}' is no test of {}; it has {}.{}", made.test, ex.id,
                               fmt::join(known, ", "), did_you_mean(nearest(made.test, known))));
  }
  if (!verdict.empty()) {
    made.expected = verdict_from_key(verdict);
    if (!made.expected) {
      complain(file, fmt::format("'{}' is no verdict; write it as reports do: failed, deadlock, "
                                 "leak, step-limit, out-of-memory, crashed, timed-out",
                                 verdict));
    }
  }
  return made;
}

} // namespace

std::vector<calibration_file> read_calibration(const fs::path& root, const exercise& ex) {
  std::vector<calibration_file> all;
  for (const side which : {side::accept, side::reject}) {
    const fs::path folder =
        root / "grader" / "hidden" / ex.folder / (which == side::accept ? "accept" : "reject");
    if (!fs::is_directory(folder)) {
      continue;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{folder}) {
      if (entry.path().extension() == ".cpp") {
        files.push_back(entry.path());
      }
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      if (!is_snake_case(file.stem().string())) {
        complain(file, fmt::format("expected a name in snake_case, like 'drops_the_last.cpp'; "
                                   "found '{}'",
                                   file.filename().string()));
      }
      all.push_back(read_header(file, which, ex));
    }
  }
  return all;
}

} // namespace weir::grader

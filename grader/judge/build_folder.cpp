#include "judge/build_folder.hpp"

#include "base/content_key.hpp"
#include "base/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <vector>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kept_builds = 6;

/// The reader's module is loaded before the tests and would stand before them in the search for
/// symbols. What it instantiates or specialises of the runtime's and the tests' own functions
/// (`template <> void weir::expect<>(...) {}`) stays its own affair.
constexpr const char* hidden_symbols = "{ local:\n"
                                       "  _ZN4weir*; _ZNK4weir*;\n"
                                       "  _ZN11weir_hidden*; _ZNK11weir_hidden*;\n"
                                       "  _ZN5Catch*; _ZNK5Catch*;\n"
                                       "};\n";

} // namespace

void build_folder::create(const std::string& source) const {
  make_folders((src() / relative_source).parent_path());
  make_folders(out());
  write_whole(src() / relative_source, source);
  write_whole(exports(), hidden_symbols);
}

void write_whole(const fs::path& file, const std::string& text) {
  const fs::path aside = file.string() + fmt::format(".{}.tmp", ::getpid());
  errno = 0;
  std::ofstream out{aside, std::ios::binary};
  out << text;
  out.close();
  if (!out) {
    throw_file_error("write", file, errno);
  }
  rename_file(aside, file);
}

std::string read_if_there(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void prune_builds(const fs::path& output_folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> builds;
  for (const auto& entry : fs::directory_iterator{output_folder, error}) {
    const auto name = entry.path().filename().string();
    const auto changed = entry.last_write_time(error);
    if (name.starts_with("run-") &&
        changed + std::chrono::hours{1} < fs::file_time_type::clock::now()) {
      fs::remove_all(entry.path(), error);
    } else if (entry.is_directory(error) && name.size() == content_key{}.text().size()) {
      builds.emplace_back(changed, entry.path());
    }
  }
  std::ranges::sort(builds, std::greater{});
  for (std::size_t i = kept_builds; i < builds.size(); ++i) {
    fs::remove_all(builds[i].second, error);
  }
}

} // namespace weir::grader

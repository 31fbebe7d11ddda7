#include "author/proof.hpp"

#include "author/leak_scan.hpp"
#include "base/content_key.hpp"
#include "base/files.hpp"
#include "base/search_depth.hpp"

#include <array>
#include <utility>

namespace weir::grader {

namespace fs = std::filesystem;

namespace {

/// What all exercises depend on.
constexpr std::array shared_folders{
    "grader/author",   "grader/cmake",     "grader/harness", "grader/judge",    "runtime/cmake",
    "runtime/include", "runtime/protocol", "runtime/src",    "runtime/support", "runtime/testing"};

void add_folder(content_key& key, const fs::path& root, const fs::path& folder) {
  if (!fs::exists(root / folder)) {
    return;
  }
  for (const fs::path& file : files_below(root / folder)) {
    key.add(file.lexically_relative(root).string()).add(read_file(file));
  }
}

/// The compiler, and whether there is a sanitized build: without one less is proven.
std::string described(const toolchain& tools) {
  std::string text = tools.compiler.string() + " " + tools.describe();
  for (const search_depth depth : {search_depth::quick, search_depth::deep}) {
    for (const std::string& flag : tools.flags(depth)) {
      text += " " + flag;
    }
  }
  return text + (tools.asan ? " sanitized" : "");
}

} // namespace

proofs::proofs(fs::path repository_root, fs::path build, const toolchain& tools)
    : root_{std::move(repository_root)},
      folder_{std::move(build) / "proofs"},
      compiler_{described(tools)} {}

std::string proofs::key_of(const exercise& ex) const {
  content_key key;
  key.add(compiler_);
  for (const char* const part : {"exercises", "solutions", "grader/hidden"}) {
    add_folder(key, root_, fs::path{part} / ex.folder);
  }
  for (const char* const folder : shared_folders) {
    add_folder(key, root_, folder);
  }
  return key.text();
}

bool proofs::hold(const exercise& ex) const {
  return file_holds(file_of(ex), key_of(ex) + "\n");
}

void proofs::note(const exercise& ex) const {
  make_folders(folder_);
  replace_file(file_of(ex), key_of(ex) + "\n");
}

fs::path proofs::file_of(const exercise& ex) const {
  return folder_ / ex.id;
}

} // namespace weir::grader

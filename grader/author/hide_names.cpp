// weir_hide_names OBJECT RESULT: the object file of an exercise's hidden tests without the names of
// their types and functions; part of the build.
#include "author/hidden_names.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

void hide(const char* from, const char* to) {
  std::ifstream in{from, std::ios::binary};
  std::string object{std::istreambuf_iterator<char>{in}, {}};
  if (!in) {
    throw std::runtime_error{"can't be read"};
  }
  weir::grader::hide_names(object);
  std::ofstream out{to, std::ios::binary};
  if (!out.write(object.data(), static_cast<std::streamsize>(object.size())).flush()) {
    throw std::runtime_error{std::string{"can't write "} + to};
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: weir_hide_names OBJECT RESULT\n", stderr);
    return 2;
  }
  try {
    hide(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir_hide_names: %s: %s\n", argv[1], error.what());
    return 1;
  }
}

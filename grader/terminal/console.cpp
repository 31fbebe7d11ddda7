#include "terminal/console.hpp"

#include <ostream>

namespace weir::grader {

void console::note(const std::string& text) const {
  err << "weir: " << text << '\n';
}

} // namespace weir::grader

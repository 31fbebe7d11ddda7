#include "base/version.hpp"

#ifndef WEIR_VERSION
#define WEIR_VERSION "unknown"
#endif

namespace weir::grader {

const char* version() {
  return WEIR_VERSION;
}

} // namespace weir::grader

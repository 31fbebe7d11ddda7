#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weir::grader {

/// Turns screens into bytes for a terminal, writing only the lines that changed. Pure but for what
/// it remembers of the last screen.
class frame_painter {
public:
  /// Bytes that turn the last screen into this one. The cursor is hidden all the while, so it is
  /// left where it ends up.
  std::string paint(const std::vector<std::string>& lines);

  /// The next screen is painted whole: something else wrote to the terminal, or its size changed.
  void forget() { known_ = false; }

private:
  std::vector<std::string> last_;
  bool known_{};
};

} // namespace weir::grader

#pragma once

namespace weir::protocol {

/// What a program of Weir's tells its caller, scripts included: the same four numbers for each.
enum class exit_code : int {
  passed = 0,      ///< what was asked for was done; a graded exercise passed
  not_passed = 1,  ///< it was not: a graded exercise did not pass, whatever the verdict
  usage = 2,       ///< the command line could not be understood
  environment = 3, ///< something outside the reader's code is in the way: files, tools, content
};

} // namespace weir::protocol

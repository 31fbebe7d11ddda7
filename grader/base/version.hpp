#pragma once

namespace weir::grader {

/// The workbook's version, "0.1.0".
const char* version();

} // namespace weir::grader

/// \file
/// Names of the hidden tests' own types and functions, which compiled code would tell: run-time
/// type information spells out every type, `std::source_location` every function. What readers get
/// has stand-ins for them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// Whether `text`, a symbol, a type's mangled name or a function's signature, names something that
/// hidden tests define: in namespace weir_hidden, in a TEST_CASE or in an unnamed namespace.
[[nodiscard]] bool names_hidden_test(std::string_view text);

/// Writes stand-ins over such names in the constants of `object`, an ELF object file (64 bit, not
/// yet linked: a linker may let one text lie in the end of another). A type's stand-in is a mangled
/// name again, the same for the same type and different for different ones; all functions are "the
/// test". Symbols stay: the linker drops those. Returns how many names were hidden.
///
/// Throws std::runtime_error when `object` is no such file, or when two types would get the same
/// stand-in.
std::size_t hide_names(std::string& object);

/// The names that a loadable module still tells, as text or as symbol. Empty when there are none.
[[nodiscard]] std::vector<std::string> hidden_names_in(std::string_view module);

} // namespace weir::grader

/// \file
/// The one place that includes Catch2, version 2 or 3. Every test program writes what both know:
/// the macros, GENERATE, `Approx`, the matchers of `Catch::Matchers`; and `has_text`, which they
/// name differently.
#pragma once

#if __has_include(<catch2/catch_session.hpp>)
#define WEIR_CATCH_VERSION 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
using Catch::Approx;
#else
#define WEIR_CATCH_VERSION 2
#include <catch2/catch.hpp>
#endif

#include <string>

namespace weir::test {

/// Matches a text that holds `part`.
inline auto has_text(const std::string& part) {
#if WEIR_CATCH_VERSION == 3
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

} // namespace weir::test

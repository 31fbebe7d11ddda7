/// \file
/// Catch2, version 2 or 3, for the grader's own tests: the harness's weir_catch.hpp without the
/// runtime that it brings along.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

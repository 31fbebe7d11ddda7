/// \file
/// The precompiled header of the grader's tests. No file includes it.
#pragma once

#include "base/prelude.hpp"
#include "testing/catch.hpp"

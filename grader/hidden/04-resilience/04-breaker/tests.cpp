#include "breaker.hpp"
#include "weir_catch.hpp"

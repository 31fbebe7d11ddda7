#define CATCH_CONFIG_MAIN
#include "weir_catch.hpp"

// The main function of every Catch2 program here, with version 2 or 3 of Catch2.
#define CATCH_CONFIG_MAIN // version 2 defines it itself
#include "testing/catch.hpp"

#if WEIR_CATCH_VERSION == 3
#include <catch2/catch_session.hpp>

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
#endif

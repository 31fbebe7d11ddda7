# weir_discover_tests(target prefix): every TEST_CASE of a Catch2 program becomes the CTest entry `prefix: name`.

find_package(Catch2 REQUIRED)
include(Catch)

function(weir_discover_tests target prefix)
  catch_discover_tests(${target} TEST_PREFIX "${prefix}: " PROPERTIES TIMEOUT 120)
endfunction()

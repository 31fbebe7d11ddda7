# Test programs: targets whose sources hold TEST_CASEs; main comes from weir_test_main.

find_package(Catch2 REQUIRED)
include(Catch)

# "testing/catch.hpp", and Catch2 behind it.
add_library(weir_catch INTERFACE)
target_include_directories(weir_catch INTERFACE "${PROJECT_SOURCE_DIR}/runtime")
target_link_libraries(weir_catch INTERFACE Catch2::Catch2)

add_library(weir_test_main OBJECT "${PROJECT_SOURCE_DIR}/runtime/testing/test_main.cpp")
target_link_libraries(weir_test_main PUBLIC weir_catch)

# weir_discover_tests(target prefix): every TEST_CASE of a Catch2 program becomes the CTest entry `prefix:name`. One that
# can't be carried out on this machine says "this test is skipped: WHY".
function(weir_discover_tests target prefix)
  target_link_libraries(${target} PRIVATE weir_test_main)
  catch_discover_tests(
    ${target}
    TEST_PREFIX "${prefix}: "
    PROPERTIES TIMEOUT 120 SKIP_REGULAR_EXPRESSION "this test is skipped: ")
endfunction()

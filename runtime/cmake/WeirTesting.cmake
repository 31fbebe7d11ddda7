# Test programs: targets whose sources hold TEST_CASEs; main comes from weir_test_main.

find_package(Catch2 REQUIRED)
include(Catch)

add_library(weir_test_main OBJECT "${CMAKE_CURRENT_LIST_DIR}/test_main.cpp")
target_link_libraries(weir_test_main PRIVATE Catch2::Catch2)

# weir_discover_tests(target prefix): every TEST_CASE of a Catch2 program becomes the CTest entry `prefix:name`. One that
# can't be carried out on this machine says "this test is skipped: WHY".
function(weir_discover_tests target prefix)
  target_link_libraries(${target} PRIVATE weir_test_main)
  catch_discover_tests(
    ${target}
    TEST_PREFIX "${prefix}: "
    PROPERTIES TIMEOUT 120 SKIP_REGULAR_EXPRESSION "this test is skipped: ")
endfunction()

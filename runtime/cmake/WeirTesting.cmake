# weir_discover_tests(target prefix): every TEST_CASE of a Catch2 program becomes the CTest entry `prefix: name`. One that
# can't be carried out on this machine says "this test is skipped: WHY".

find_package(Catch2 REQUIRED)
include(Catch)

function(weir_discover_tests target prefix)
  catch_discover_tests(
    ${target}
    TEST_PREFIX "${prefix}: "
    PROPERTIES TIMEOUT 120 SKIP_REGULAR_EXPRESSION "this test is skipped: ")
endfunction()

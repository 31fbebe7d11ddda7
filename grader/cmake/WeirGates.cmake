# Gates over the whole tree: format, shell scripts, clang-tidy. Each is a test; what mends or looks at everything is a target:
#
#   cmake --build <build> --target format      writes all C++ files as clang-format has them
#   cmake --build <build> --target tidy        clang-tidy over everything that is compiled: some forty minutes of processor time
#
# The test runs clang-tidy on what has changed only (grader/tests/gates/sources.sh says since when).

set(gates "${PROJECT_SOURCE_DIR}/grader/tests/gates")

# weir_add_gate(name script…)
function(weir_add_gate name)
  add_test(NAME "gate: ${name}" COMMAND ${ARGN})
  set_tests_properties("gate: ${name}" PROPERTIES TIMEOUT 900 SKIP_REGULAR_EXPRESSION "this test is skipped: ")
endfunction()

weir_add_gate("every C++ file is formatted" "${gates}/format.sh")
weir_add_gate("shellcheck finds nothing" "${gates}/shell.sh")
weir_add_gate("clang-tidy finds nothing in what has changed" "${gates}/tidy.sh" "${PROJECT_BINARY_DIR}")

add_custom_target(
  format
  COMMAND "${gates}/format.sh" --fix
  USES_TERMINAL VERBATIM)
add_custom_target(
  tidy
  COMMAND "${gates}/tidy.sh" "${PROJECT_BINARY_DIR}" --all
  USES_TERMINAL VERBATIM)

# Runs an example and compares what it prints with the text that the chapter quotes:
#   cmake -D PROGRAM=blocked_put -D EXPECTED=blocked_put.out [-D UPDATE=ON] -P check_output.cmake
# The example's own exit status counts first: it asserts its own claim.

execute_process(
  COMMAND "${PROGRAM}"
  OUTPUT_VARIABLE printed
  RESULT_VARIABLE status)
if(NOT status STREQUAL "0")
  message(FATAL_ERROR "${PROGRAM} ended with ${status}: its claim does not hold\n${printed}")
endif()
if(UPDATE)
  file(WRITE "${EXPECTED}" "${printed}")
  return()
endif()
file(READ "${EXPECTED}" expected)
if(NOT printed STREQUAL expected)
  message(
    FATAL_ERROR
      "${PROGRAM} printed\n${printed}\nand ${EXPECTED} says\n${expected}\n"
      "If the new text is right: cmake --build <build> --target update_quotes")
endif()

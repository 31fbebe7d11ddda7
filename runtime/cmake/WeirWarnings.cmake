# The warnings of Weir's own targets. An INTERFACE target that is never installed, so no consumer inherits them:
#   target_link_libraries(my_target PRIVATE weir_warnings)

add_library(weir_warnings INTERFACE)
target_compile_options(
  weir_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Werror
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wcast-qual
            -Wformat=2
            -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these inside coroutine frames and inlined std::string code at -O2.
  target_compile_options(weir_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer
                                                   -Wno-mismatched-new-delete -Wno-array-bounds -Wno-stringop-overflow)
endif()

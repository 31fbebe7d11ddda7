# Picks the compiler before project() looks for one.
#
# clang++-19 compiles an exercise in about a third of the time g++ 12 needs, so it is taken where it is installed and
# nothing else was asked for (CXX in the environment, or -DCMAKE_CXX_COMPILER). `./weir doctor` states the same rule.

if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(WEIR_CLANG NAMES clang++-19)
  mark_as_advanced(WEIR_CLANG)
  if(WEIR_CLANG)
    set(CMAKE_CXX_COMPILER
        "${WEIR_CLANG}"
        CACHE FILEPATH "C++ compiler")
  endif()
endif()

# Settings of the whole build: language, build type, linker, compiler cache, sanitizers.

option(WEIR_TIDY "Run clang-tidy on every file that is compiled" OFF)
option(WEIR_COVERAGE "Instrument for coverage" OFF)
option(WEIR_ASAN_GRADER "Also build a sanitized runner and exercises (weir author check uses it)" OFF)
set(WEIR_SANITIZE
    ""
    CACHE STRING "Sanitizers for everything that is built, e.g. address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE
      RelWithDebInfo
      CACHE STRING "Build type" FORCE)
endif()
# Line tables are enough for a backtrace, and full debug information of Asio's templates doubles build time.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

# One flag for libraries, modules and programs alike: they share one precompiled header, and -fPIE would not match it.
add_compile_options(-fPIC)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

# The linker is part of the reader's wait for a verdict. lld comes with clang-19; mold serves g++; else the system's.
set(WEIR_LINKER_FLAGS "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(WEIR_LLD NAMES ld.lld-${CMAKE_CXX_COMPILER_VERSION} ld.lld-19 ld.lld)
  find_program(WEIR_MOLD NAMES mold)
  if(WEIR_LLD)
    set(WEIR_LINKER_FLAGS "--ld-path=${WEIR_LLD}")
  elseif(WEIR_MOLD)
    set(WEIR_LINKER_FLAGS "-fuse-ld=mold")
  endif()
else()
  find_program(WEIR_MOLD NAMES mold)
  if(WEIR_MOLD)
    set(WEIR_LINKER_FLAGS "-fuse-ld=mold")
  endif()
endif()
mark_as_advanced(WEIR_LLD WEIR_MOLD)
add_link_options(${WEIR_LINKER_FLAGS})

# ccache, told how to treat precompiled headers (its manual, "Precompiled headers").
if(NOT CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_CXX_COMPILER_LAUNCHER STREQUAL "ccache")
  find_program(WEIR_CCACHE NAMES ccache)
  mark_as_advanced(WEIR_CCACHE)
  if(WEIR_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${WEIR_CCACHE}")
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
else()
  add_compile_options(-fpch-preprocess)
endif()

set(WEIR_SANITIZE_FLAGS "")
if(WEIR_SANITIZE)
  set(WEIR_SANITIZE_FLAGS -fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_compile_options(${WEIR_SANITIZE_FLAGS})
  add_link_options(${WEIR_SANITIZE_FLAGS})
endif()

if(WEIR_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

if(WEIR_TIDY)
  find_program(WEIR_CLANG_TIDY NAMES clang-tidy-19)
  mark_as_advanced(WEIR_CLANG_TIDY)
  if(WEIR_CLANG_TIDY AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(CMAKE_CXX_CLANG_TIDY "${WEIR_CLANG_TIDY}")
  endif()
endif()

message(STATUS "Weir: ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, linker flags '${WEIR_LINKER_FLAGS}'")

# weir_add_room(name [EXCEPT files…]): the library weir_<name> of every .cpp in the room's folder. It links the rooms that
# WEIR_ROOM_<name> lists (grader/CMakeLists.txt), which are the ones it may include.

# One precompiled header for all rooms, base/prelude.hpp: what nearly every file of theirs includes, and the heavy libraries
# that some do.
#
# The grader is compiled before a newcomer's first verdict, so what counts is how fast the compiler goes through it. Its own
# code is not optimised: it waits for compilers and runners. What the libraries' headers hold is compiled once (clang's
# -fpch-codegen), optimised, into weir_prelude_code, and not again in each file that uses it.
function(weir_add_room_prelude)
  set(source "${PROJECT_BINARY_DIR}/prelude/grader.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(weir_prelude_of_grader OBJECT "${source}")
  target_include_directories(weir_prelude_of_grader PRIVATE "${PROJECT_SOURCE_DIR}/grader")
  target_link_libraries(weir_prelude_of_grader PRIVATE weir::runtime weir_warnings Boost::json fmt::fmt)
  target_precompile_headers(weir_prelude_of_grader PRIVATE "${PROJECT_SOURCE_DIR}/grader/base/prelude.hpp")
  add_library(weir_prelude_code INTERFACE)
  if(WEIR_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    return()
  endif()
  target_compile_options(weir_prelude_of_grader PRIVATE -O0 -g0)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(weir_prelude_of_grader PRIVATE "SHELL:-Xclang -fmodules-codegen")
    set(header "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/weir_prelude_of_grader.dir/cmake_pch.hxx.pch")
    set(object "${PROJECT_BINARY_DIR}/prelude/grader-prelude.o")
    add_custom_command(
      OUTPUT "${object}"
      COMMAND "${CMAKE_CXX_COMPILER}" -fPIC -O1 -ffunction-sections -fdata-sections -c "${header}" -o "${object}"
      DEPENDS "${header}" weir_prelude_of_grader
      COMMENT "Compiling the code behind the grader's header"
      VERBATIM)
    add_library(weir_prelude_objects STATIC "${object}")
    set_target_properties(weir_prelude_objects PROPERTIES LINKER_LANGUAGE CXX)
    # Some of that code is of no use to anybody, and names what the library keeps to itself.
    target_link_libraries(weir_prelude_code INTERFACE weir_prelude_objects -Wl,--gc-sections)
  endif()
endfunction()

# weir_use_room_prelude(target): compiled with that header, and so with its flags.
function(weir_use_room_prelude target)
  get_target_property(flags weir_prelude_of_grader COMPILE_OPTIONS)
  if(flags)
    list(FILTER flags EXCLUDE REGEX codegen)
    target_compile_options(${target} PRIVATE ${flags})
  endif()
  target_precompile_headers(${target} REUSE_FROM weir_prelude_of_grader)
  target_link_libraries(${target} PUBLIC Boost::json fmt::fmt weir_prelude_code)
endfunction()

function(weir_add_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" EXCEPT)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  foreach(other IN LISTS arg_EXCEPT)
    list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${other}")
  endforeach()
  add_library(weir_${name} STATIC ${sources})
  target_include_directories(weir_${name} PUBLIC "${PROJECT_SOURCE_DIR}/grader")
  list(TRANSFORM WEIR_ROOM_${name} PREPEND weir_ OUTPUT_VARIABLE rooms)
  target_link_libraries(
    weir_${name}
    PUBLIC ${rooms} weir::runtime weir_protocol weir_support fmt::fmt
    PRIVATE weir_warnings)
  weir_use_room_prelude(weir_${name})
endfunction()

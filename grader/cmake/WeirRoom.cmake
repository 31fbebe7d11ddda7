# weir_add_room(name [EXCEPT files…]): the library weir_<name> of every .cpp in the room's folder. It links the rooms that
# WEIR_ROOM_<name> lists (grader/CMakeLists.txt), which are the ones it may include.

# weir_add_grader_prelude(kind header flags…): the target weir_prelude_of_<kind>, whose precompiled header others reuse.
function(weir_add_grader_prelude kind header)
  set(source "${PROJECT_BINARY_DIR}/prelude/${kind}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(weir_prelude_of_${kind} OBJECT "${source}")
  target_include_directories(weir_prelude_of_${kind} PRIVATE "${PROJECT_SOURCE_DIR}/grader")
  target_link_libraries(weir_prelude_of_${kind} PRIVATE weir::runtime Boost::json fmt::fmt weir_warnings)
  target_compile_options(weir_prelude_of_${kind} PRIVATE ${ARGN})
  target_precompile_headers(weir_prelude_of_${kind} PRIVATE "${PROJECT_SOURCE_DIR}/grader/${header}")
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
  target_precompile_headers(weir_${name} REUSE_FROM weir_prelude_of_grader)
endfunction()

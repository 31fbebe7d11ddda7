# How exercises are built.
#
# The reader's file is compiled by the `weir` command, not by CMake. What CMake does is everything around it, ahead of
# time: the precompiled header for exactly the reader's flags, the hidden tests and the scene of each exercise as modules,
# and a description of all that in <build>/weir-toolchain.json:
#
#   compile_flags + pch_flags             first tier: quick to compile
#   deep_flags    + deep_pch_flags        the deeper search in the background: optimised
#   link_flags, include_dirs              the same for both tiers; a path among the flags is an object to link
#   tests_dir/<id>.so, scenes_dir/<id>.so
#   asan                                  the same fields once more for a sanitized build; absent unless WEIR_ASAN_GRADER

# From the little that a first verdict needs to everything, so that what nobody needs yet can be built later (the names of
# the small ones are those of grader/judge/part.hpp):
#
#   weir_judging_base           what judging any file needs, apart from the `weir` command itself and the hidden tests
#   weir_first                  that and the command
#   judge-<id>, scene-<id>      an exercise's hidden tests, and its scene
#   weir_deep_header            what the deeper search compiles a file with
#   weir_judging                the base, every exercise's hidden tests, and the header of the deeper search
#   weir_grading                that and the scenes
#   weir_sanitized              the judging sanitized, if it was asked for and can be had
add_custom_target(weir_judging_base)
add_custom_target(weir_deep_header)
add_custom_target(weir_judging)
add_dependencies(weir_judging weir_judging_base weir_deep_header)
add_custom_target(weir_grading)
add_dependencies(weir_grading weir_judging)
add_custom_target(weir_sanitized)

set(WEIR_READER_DIR "${PROJECT_BINARY_DIR}/reader")
set(WEIR_TESTS_DIR "${PROJECT_BINARY_DIR}/tests")
set(WEIR_SCENES_DIR "${PROJECT_BINARY_DIR}/scenes")

# Flags of the reader's file. -Wall, because an awaitable that nobody awaits is a warning; what a half-written file is
# bound to have (names not used yet) stays quiet.
set(WEIR_READER_FLAGS -std=c++20 -g1 -fPIC -Wall -Wno-unused-variable -Wno-unused-function ${WEIR_SANITIZE_FLAGS})
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND WEIR_READER_FLAGS -Wno-unused-private-field)
endif()
# Linked with module_start.o alone, and against no system library: the runner that loads it has them all.
set(WEIR_READER_LINK_FLAGS -shared -nostdlib ${WEIR_LINKER_FLAGS} -Wl,--build-id=none ${WEIR_SANITIZE_FLAGS})

# weir_add_reader_prelude(name optimisation out_flags [extra…]): the precompiled header <build>/reader/<name>, and the
# flags that use it in `out_flags`.
function(weir_add_reader_prelude name optimisation out_flags)
  set(source "${PROJECT_SOURCE_DIR}/runtime/include/weir/detail/reader_prelude.hpp")
  set(flags ${WEIR_READER_FLAGS} ${optimisation} ${ARGN})
  foreach(dir IN LISTS WEIR_READER_INCLUDE_DIRS)
    list(APPEND flags "-I${dir}")
  endforeach()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Templates that the header itself uses are instantiated once, in the header.
    set(output "${WEIR_READER_DIR}/${name}.pch")
    list(APPEND flags -fpch-instantiate-templates -Xclang -fno-pch-timestamp)
    set(use -include-pch "${output}")
  else()
    set(output "${WEIR_READER_DIR}/${name}.hpp.gch")
    file(CONFIGURE OUTPUT "${WEIR_READER_DIR}/${name}.hpp" CONTENT "#include \"${source}\"\n")
    set(use -include "${WEIR_READER_DIR}/${name}.hpp")
  endif()
  file(MAKE_DIRECTORY "${WEIR_READER_DIR}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${CMAKE_CXX_COMPILER}" ${flags} -x c++-header "${source}" -o "${output}" -MD -MF "${output}.d" -MT "${output}"
    DEPENDS "${source}"
    DEPFILE "${output}.d"
    COMMENT "Precompiling the reader's header (${name})"
    VERBATIM)
  add_custom_target(weir_reader_${name} ALL DEPENDS "${output}")
  set(${out_flags}
      ${use}
      PARENT_SCOPE)
endfunction()

# weir_add_reader_library(): libweir-reader, the code of everything that the reader's header defines or instantiates,
# optimised. It takes the same flags as the header but for the optimisation, which clang allows: nothing of the syntax tree
# depends on it. The runner is linked with it, so that a reader's module finds that code when it is loaded.
function(weir_add_reader_library)
  set(header "${WEIR_READER_DIR}/prelude.pch")
  set(object "${WEIR_READER_DIR}/prelude.o")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND "${CMAKE_CXX_COMPILER}" -fPIC -g1 -O2 ${WEIR_SANITIZE_FLAGS} -c "${header}" -o "${object}"
    DEPENDS "${header}"
    COMMENT "Compiling the code behind the reader's header"
    VERBATIM)
  add_library(weir_reader SHARED "${object}")
  set_target_properties(
    weir_reader
    PROPERTIES LINKER_LANGUAGE CXX
               OUTPUT_NAME weir-reader
               DISABLE_PRECOMPILE_HEADERS ON)
  target_link_libraries(weir_reader PRIVATE weir::runtime)
  if(TARGET weir_runner)
    target_link_libraries(weir_runner PRIVATE -Wl,--no-as-needed weir_reader)
  endif()
endfunction()

# weir_add_module_start(out): the object file that every reader's module is linked with; its path in `out`.
function(weir_add_module_start out)
  set(source "${PROJECT_SOURCE_DIR}/grader/cmake/module_start.cpp")
  set(object "${WEIR_READER_DIR}/module_start.o")
  file(MAKE_DIRECTORY "${WEIR_READER_DIR}")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND "${CMAKE_CXX_COMPILER}" -std=c++20 -fPIC -O2 -c "${source}" -o "${object}"
    DEPENDS "${source}"
    COMMENT "Compiling the start of every reader's module"
    VERBATIM)
  add_custom_target(weir_reader_module_start ALL DEPENDS "${object}")
  add_dependencies(weir_judging_base weir_reader_module_start)
  set(${out}
      "${object}"
      PARENT_SCOPE)
endfunction()

# weir_json_strings(out value...): ["value", …]
function(weir_json_strings out)
  set(items "")
  foreach(value IN LISTS ARGN)
    string(REPLACE "\\" "\\\\" value "${value}")
    string(REPLACE "\"" "\\\"" value "${value}")
    list(APPEND items "\"${value}\"")
  endforeach()
  list(JOIN items ", " text)
  set(${out}
      "[${text}]"
      PARENT_SCOPE)
endfunction()

# weir_write_toolchain(): the reader's headers and <build>/weir-toolchain.json.
function(weir_write_toolchain)
  # What the runtime's other users get from CMake, the reader's file gets from here.
  get_target_property(definitions weir_runtime INTERFACE_COMPILE_DEFINITIONS)
  list(FILTER definitions EXCLUDE REGEX INSTALL_INTERFACE) # those are of an installed copy
  list(TRANSFORM definitions PREPEND "-D")
  list(APPEND WEIR_READER_FLAGS ${definitions})
  set(WEIR_READER_INCLUDE_DIRS "${PROJECT_SOURCE_DIR}/runtime/include")
  get_target_property(boost_dirs Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
  list(REMOVE_ITEM boost_dirs "/usr/include")
  list(APPEND WEIR_READER_INCLUDE_DIRS ${boost_dirs})

  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    weir_add_reader_prelude(prelude -O0 pch_flags -fpch-codegen)
    weir_add_reader_library()
  else()
    weir_add_reader_prelude(prelude -O0 pch_flags)
  endif()
  weir_add_reader_prelude(prelude-deep -O2 deep_pch_flags)
  weir_add_module_start(module_start)
  add_dependencies(weir_judging_base weir_reader_prelude)
  add_dependencies(weir_deep_header weir_reader_prelude-deep)

  if(TARGET weir_runner)
    add_dependencies(weir_judging_base weir_runner)
  endif()
  if(TARGET weir-bin)
    add_custom_target(weir_first)
    add_dependencies(weir_first weir-bin weir_judging_base)
  endif()

  set(compiler_id gcc)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(compiler_id clang)
  endif()
  weir_json_strings(compile_flags ${WEIR_READER_FLAGS} -O0)
  weir_json_strings(deep_flags ${WEIR_READER_FLAGS} -O2)
  weir_json_strings(pch_flags ${pch_flags})
  weir_json_strings(deep_pch_flags ${deep_pch_flags})
  weir_json_strings(link_flags ${WEIR_READER_LINK_FLAGS} "${module_start}")
  weir_json_strings(include_dirs ${WEIR_READER_INCLUDE_DIRS})
  set(fields
      "\"compiler\": \"${CMAKE_CXX_COMPILER}\",
  \"compiler_id\": \"${compiler_id}\",
  \"compiler_version\": \"${CMAKE_CXX_COMPILER_VERSION}\",
  \"compile_flags\": ${compile_flags},
  \"pch_flags\": ${pch_flags},
  \"deep_flags\": ${deep_flags},
  \"deep_pch_flags\": ${deep_pch_flags},
  \"link_flags\": ${link_flags},
  \"include_dirs\": ${include_dirs},
  \"runner\": \"${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/weir-runner\",
  \"tests_dir\": \"${WEIR_TESTS_DIR}\",
  \"scenes_dir\": \"${WEIR_SCENES_DIR}\"")
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/weir-toolchain-fields.json" CONTENT "  ${fields}\n" @ONLY)

  set(asan "")
  if(WEIR_ASAN_GRADER)
    weir_can_sanitize(can_sanitize)
  endif()
  if(can_sanitize)
    weir_add_asan_grader(asan_fields)
    set(asan ",\n  \"asan\": {\n  ${asan_fields}\n  }")
  endif()
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/weir-toolchain.json" CONTENT "{\n  \"format\": 1,\n  ${fields}${asan}\n}\n" @ONLY)
endfunction()

# weir_can_sanitize(out): whether the compiler's sanitizer runtime is installed (clang's is a package of its own).
function(weir_can_sanitize out)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=address,undefined)
  set(CMAKE_REQUIRED_LINK_OPTIONS -fsanitize=address,undefined)
  check_cxx_source_compiles("#include <sanitizer/lsan_interface.h>\nint main() { __lsan_do_leak_check(); }"
                            WEIR_HAS_SANITIZERS)
  if(NOT WEIR_HAS_SANITIZERS)
    message(WARNING "No sanitized build: ${CMAKE_CXX_COMPILER} has no sanitizer runtime (Debian: libclang-rt-19-dev)")
    unset(WEIR_HAS_SANITIZERS CACHE) # it may be installed by the next time
  endif()
  set(${out}
      ${WEIR_HAS_SANITIZERS}
      PARENT_SCOPE)
endfunction()

# weir_add_asan_grader(out_fields): a second build tree in <build>/asan with AddressSanitizer and
# UndefinedBehaviorSanitizer, of what grading needs and no more; its fields of weir-toolchain.json.
function(weir_add_asan_grader out_fields)
  set(tree "${PROJECT_BINARY_DIR}/asan")
  execute_process(
    COMMAND
      "${CMAKE_COMMAND}" -S "${PROJECT_SOURCE_DIR}" -B "${tree}" -G "${CMAKE_GENERATOR}" -DWEIR_SANITIZE=address,undefined
      -DWEIR_ASAN_GRADER=OFF "-DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  add_custom_target(
    weir_asan_grader ALL
    COMMAND "${CMAKE_COMMAND}" --build "${tree}" --target weir_judging
    COMMENT "Building the sanitized runner and hidden tests"
    USES_TERMINAL VERBATIM)
  add_dependencies(weir_sanitized weir_asan_grader)
  file(READ "${tree}/weir-toolchain-fields.json" fields)
  set(${out_fields}
      "${fields}"
      PARENT_SCOPE)
endfunction()

# weir_add_prelude_of(kind flags…): the precompiled header that all modules of one kind share.
function(weir_add_prelude_of kind)
  set(source "${PROJECT_BINARY_DIR}/prelude/${kind}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(weir_prelude_of_${kind} OBJECT "${source}")
  target_include_directories(weir_prelude_of_${kind} PRIVATE "${PROJECT_SOURCE_DIR}/grader/harness")
  target_link_libraries(weir_prelude_of_${kind} PRIVATE weir::runtime weir_warnings)
  target_compile_options(weir_prelude_of_${kind} PRIVATE ${ARGN})
endfunction()

# weir_compile_beside(target kind folder flags…): `target` is compiled beside the exercise's interface header, with the
# precompiled header of its kind.
function(weir_compile_beside target kind folder)
  if(NOT TARGET weir_prelude_of_${kind})
    weir_add_prelude_of(${kind} ${ARGN})
  endif()
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/exercises/${folder}"
                                               "${PROJECT_SOURCE_DIR}/grader/harness" "${PROJECT_SOURCE_DIR}/runtime")
  target_link_libraries(${target} PRIVATE weir::runtime weir_warnings)
  target_compile_options(${target} PRIVATE ${ARGN})
  target_precompile_headers(${target} REUSE_FROM weir_prelude_of_${kind})
endfunction()

# weir_add_scene(id folder source): the loadable module scenes/<id>.so. It leaves the reader's functions undefined; the
# runner loads them first.
function(weir_add_scene id folder source)
  add_library(scene-${id} MODULE "${source}")
  set_target_properties(
    scene-${id}
    PROPERTIES PREFIX ""
               OUTPUT_NAME "${id}"
               LIBRARY_OUTPUT_DIRECTORY "${WEIR_SCENES_DIR}")
  weir_compile_beside(scene-${id} scene ${folder} -O1)
  add_dependencies(weir_grading scene-${id})
endfunction()

# weir_add_hidden_tests(id folder source): the loadable module tests/<id>.so. It is handed out as it is (`weir author
# release`), and says nothing of the tests but what their reports say:
#
#   no path, no debug information, no symbol table    compile and link flags
#   no expressions                                    Catch2 does not keep them
#   no names in run-time type information             weir_hide_names, which takes them out of the object file
#   no names among the dynamic symbols                hidden_tests.map
function(weir_add_hidden_tests id folder source)
  add_library(compiled-tests-${id} OBJECT "${source}")
  weir_compile_beside(compiled-tests-${id} tests ${folder} -O1 -g0 -DCATCH_CONFIG_DISABLE_STRINGIFICATION
                      "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
  # Reports name where a task waits; of the hidden tests' own files they say no more than "the test". (accept/ and reject/
  # below that folder are readers' files in disguise: nothing of them is compiled here.)
  file(GLOB hidden CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/grader/hidden/${folder}/*.?pp")
  foreach(file IN LISTS hidden)
    target_compile_options(compiled-tests-${id} PRIVATE "-ffile-prefix-map=${file}=the test")
  endforeach()

  set(object "${WEIR_TESTS_DIR}/objects/${id}.o")
  file(MAKE_DIRECTORY "${WEIR_TESTS_DIR}/objects")
  add_custom_command(
    OUTPUT "${object}"
    COMMAND weir_hide_names "$<TARGET_OBJECTS:compiled-tests-${id}>" "${object}"
    DEPENDS weir_hide_names "$<TARGET_OBJECTS:compiled-tests-${id}>"
    COMMENT "Hiding the names in the hidden tests of ${id}"
    VERBATIM)

  set(symbols "${PROJECT_SOURCE_DIR}/grader/cmake/hidden_tests.map")
  add_library(tests-${id} MODULE "${object}")
  # Whoever loads the module has libweir already; a search path would only tell where the module was built.
  set_target_properties(
    tests-${id}
    PROPERTIES PREFIX ""
               OUTPUT_NAME "${id}"
               LIBRARY_OUTPUT_DIRECTORY "${WEIR_TESTS_DIR}"
               LINKER_LANGUAGE CXX
               LINK_DEPENDS "${symbols}"
               SKIP_BUILD_RPATH ON)
  target_link_libraries(tests-${id} PRIVATE weir::runtime)
  # What a header defines for the tests is the tests' own, whatever the reader defines under the same name.
  target_link_options(tests-${id} PRIVATE -s -Wl,-Bsymbolic-functions "-Wl,--version-script=${symbols}")
  add_dependencies(judge-${id} tests-${id})
endfunction()

# weir_add_exercise(NN-chapter/MM-name): modules tests/<id>.so and scenes/<id>.so, id being the name without its number.
function(weir_add_exercise folder)
  cmake_path(GET folder FILENAME name)
  string(REGEX REPLACE "^[0-9]+-" "" id "${name}")

  add_custom_target(judge-${id})
  add_dependencies(weir_judging judge-${id})
  set(tests "${PROJECT_SOURCE_DIR}/grader/hidden/${folder}/tests.cpp")
  if(EXISTS "${tests}")
    weir_add_hidden_tests(${id} ${folder} "${tests}")
  elseif(EXISTS "${PROJECT_SOURCE_DIR}/grader/prebuilt/${id}.so")
    # A hand-out has the hidden tests as a module, without their source (`weir author release`).
    configure_file("${PROJECT_SOURCE_DIR}/grader/prebuilt/${id}.so" "${WEIR_TESTS_DIR}/${id}.so" COPYONLY)
  endif()

  set(scene "${PROJECT_SOURCE_DIR}/exercises/${folder}/scene.cpp")
  if(EXISTS "${scene}")
    weir_add_scene(${id} ${folder} "${scene}")
  endif()

  # What accept/ and reject/ beside the hidden tests say of an exercise is part of the suite.
  if(TARGET weir-bin AND EXISTS "${tests}")
    set(test "exercise ${id}: starter, solution, accepts and rejects are judged as they say")
    add_test(NAME "${test}" COMMAND weir-bin author check --unless-proven ${id})
    set_tests_properties(
      "${test}" PROPERTIES ENVIRONMENT "WEIR_ROOT=${PROJECT_SOURCE_DIR};WEIR_BUILD=${PROJECT_BINARY_DIR}" TIMEOUT 900
                           PROCESSORS 2)
  endif()
endfunction()

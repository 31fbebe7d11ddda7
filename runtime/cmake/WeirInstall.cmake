# Installs the runtime as a CMake package: find_package(weir) gives weir::runtime.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weir")

install(
  TARGETS weir_runtime
  EXPORT weir-targets
  LIBRARY COMPONENT runtime)
install(
  DIRECTORY include/weir
  TYPE INCLUDE
  COMPONENT runtime)
install(
  EXPORT weir-targets
  NAMESPACE weir::
  DESTINATION "${package_dir}"
  COMPONENT runtime)

configure_package_config_file(cmake/weir-config.cmake.in weir-config.cmake INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(weir-config-version.cmake COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/weir-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/weir-config-version.cmake"
  DESTINATION "${package_dir}"
  COMPONENT runtime)

# Installs into a scratch prefix, and builds and runs a small program that knows of nothing else.
add_test(
  NAME "runtime: an installed copy serves a project of its own"
  COMMAND
    "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/installed"
    "-DCONSUMER=${CMAKE_CURRENT_SOURCE_DIR}/cmake/consumer" "-DGENERATOR=${CMAKE_GENERATOR}"
    "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DFLAGS=${WEIR_SANITIZE_FLAGS}" -P
    "${CMAKE_CURRENT_SOURCE_DIR}/cmake/consumer/check.cmake")

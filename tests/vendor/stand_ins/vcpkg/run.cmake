# Stands in for vcpkg: runs a port whose functions are these.
cmake_minimum_required(VERSION 3.16)
get_filename_component(there "port-build" ABSOLUTE)
set(CURRENT_PACKAGES_DIR ${there}/package)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result)
  if(result)
    message(FATAL_ERROR "${ARGV}")
  endif()
endfunction()

function(vcpkg_check_linkage)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(one "" "SOURCE_PATH" "" ${ARGN})
  run(${CMAKE_COMMAND} -S ${one_SOURCE_PATH} -B ${there}/build
      -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DCMAKE_INSTALL_LIBDIR=lib)
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${there}/build --target install)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(one "" "PACKAGE_NAME;CONFIG_PATH" "" ${ARGN})
  set(config ${one_CONFIG_PATH}/${one_PACKAGE_NAME}-config.cmake)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${config})
    message(FATAL_ERROR "${config} was not installed")
  endif()
  message("installed ${config}")
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(one "" "" "FILE_LIST" ${ARGN})
  foreach(file ${one_FILE_LIST})
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "there is no ${file}")
    endif()
  endforeach()
endfunction()

include(${PORT})

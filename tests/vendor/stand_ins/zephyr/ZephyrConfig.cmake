# Stands in for Zephyr's build: prj.conf becomes variables, modules become libraries of a program.
project(Zephyr-Kernel C CXX)

include(${CMAKE_CURRENT_LIST_DIR}/../settings.cmake)
read_settings(${CMAKE_SOURCE_DIR}/prj.conf)

add_executable(app)
target_include_directories(app PRIVATE ${CMAKE_CURRENT_LIST_DIR}/include)

function(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name} PARENT_SCOPE)
  add_library(${name} STATIC)
  target_link_libraries(app PRIVATE ${name})
endfunction()

function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGV})
endfunction()

function(zephyr_include_directories)
  target_include_directories(app PRIVATE ${ARGV})
endfunction()

function(zephyr_library_compile_definitions)
  target_compile_definitions(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGV})
endfunction()

function(zephyr_library_compile_definitions_ifdef feature)
  if(${feature})
    zephyr_library_compile_definitions(${ARGN})
  endif()
endfunction()

foreach(module ${ZEPHYR_EXTRA_MODULES})
  file(STRINGS ${module}/zephyr/module.yml cmake REGEX "^  cmake: ")
  string(REPLACE "  cmake: " "" cmake ${cmake})
  add_subdirectory(${module}/${cmake} modules)
endforeach()

# Reads a project's settings, one CONFIG_NAME=value a line, into variables of the same names.
macro(read_settings file)
  file(STRINGS ${file} settings REGEX "^CONFIG_")
  foreach(setting ${settings})
    string(REGEX MATCH "^(CONFIG_[A-Z_]+)=(.*)$" found ${setting})
    set(${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
  endforeach()
endmacro()

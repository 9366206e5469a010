# windlass_library(NAME SOURCES a.cpp b.cpp [USES lib ...] [PRIVATE_USES lib ...])
# One library per folder. What a folder may include is what it links: USES is seen by those who link
# the folder, PRIVATE_USES (a third-party library, mostly) stays inside it.
function(windlass_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC windlass_settings ${arg_USES} PRIVATE ${arg_PRIVATE_USES})
endfunction()

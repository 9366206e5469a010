# The language, the warnings and the sanitizers that every target of ours is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths are taken relative to the source, so that every clone on a machine shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;${CCACHE_PROGRAM}")
endif()

option(WINDLASS_SANITIZE "Build with the address and undefined behaviour sanitizers" OFF)
option(WINDLASS_FUZZ "Build the fuzzers of tests/fuzz and what they need, with libFuzzer (clang)" OFF)
option(WINDLASS_COVERAGE "Build with coverage counters" OFF)
option(WINDLASS_WERROR "Treat warnings as errors" ON)

add_library(windlass_settings INTERFACE)
target_include_directories(windlass_settings INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(windlass_settings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# The build path stays out of what ships: __FILE__ and debug information are relative to the source.
target_compile_options(windlass_settings INTERFACE "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
if(WINDLASS_WERROR)
  target_compile_options(windlass_settings INTERFACE -Werror)
endif()
if(WINDLASS_SANITIZE)
  target_compile_options(windlass_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  # GCC 12 sees uninitialized members in its own std::function under the sanitizers; they find real ones.
  target_compile_options(windlass_settings INTERFACE -Wno-maybe-uninitialized)
  target_link_options(windlass_settings INTERFACE -fsanitize=address,undefined)
endif()
if(WINDLASS_COVERAGE)
  target_compile_options(windlass_settings INTERFACE --coverage)
  target_link_options(windlass_settings INTERFACE --coverage)
endif()
if(WINDLASS_FUZZ)
  target_compile_options(windlass_settings INTERFACE -fsanitize=address,undefined,fuzzer-no-link
                                                    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(windlass_settings INTERFACE -fsanitize=address,undefined)
endif()

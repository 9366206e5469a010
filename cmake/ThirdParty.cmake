# The libraries of other people, each as one imported target. Debian 12 ships all of them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)      # std::format for GCC 12
find_package(spdlog REQUIRED)   # only core/base
find_package(yaml-cpp REQUIRED) # only core/project and generator/render
find_package(CLI11 REQUIRED)    # only the cli.cpp files
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libpqxx REQUIRED IMPORTED_TARGET libpqxx)

# libpg_query exports PostgreSQL's own internals, some under libpq's names; linked statically with its
# symbols kept inside, neither library sees the other's.
find_library(PG_QUERY_ARCHIVE NAMES libpg_query.a REQUIRED)
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
add_library(pg_query STATIC IMPORTED)
set_target_properties(pg_query PROPERTIES
  IMPORTED_LOCATION "${PG_QUERY_ARCHIVE}"
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${PG_QUERY_INCLUDE_DIR}"
  INTERFACE_LINK_OPTIONS "-Wl,--exclude-libs,libpg_query.a"
  INTERFACE_LINK_LIBRARIES Threads::Threads)

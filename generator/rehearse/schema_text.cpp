#include "generator/rehearse/schema_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace windlass::generator {
namespace {

// Only what pg_dump itself writes; a comment or a SET inside a function is part of the function.
bool is_noise(std::string_view line) {
  constexpr std::array<std::string_view, 8> kBeginnings{
      "-- Name: ",    "-- PostgreSQL database dump",   "-- Dumped ",  "-- Data for Name: ",
      "SET default_", "SELECT pg_catalog.set_config(", "\\restrict ", "\\unrestrict "};
  constexpr std::array<std::string_view, 9> kPreamble{"SET statement_timeout = 0;",
                                                      "SET lock_timeout = 0;",
                                                      "SET idle_in_transaction_session_timeout = 0;",
                                                      "SET transaction_timeout = 0;",
                                                      "SET client_encoding = 'UTF8';",
                                                      "SET standard_conforming_strings = on;",
                                                      "SET check_function_bodies = false;",
                                                      "SET xmloption = content;",
                                                      "SET client_min_messages = warning;"};
  if (line == "--" || line == "SET row_security = off;") return true;
  return std::find(kPreamble.begin(), kPreamble.end(), line) != kPreamble.end() ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](auto text) { return line.starts_with(text); });
}

// pg_dump quotes a name only where it must.
bool makes_schema(std::string_view line, const std::string& schema) {
  for (const auto& name : {schema, fmt::format("\"{}\"", schema)}) {
    if (line == fmt::format("CREATE SCHEMA {};", name)) return true;
    if (line.starts_with(fmt::format("ALTER SCHEMA {} OWNER TO ", name))) return true;
  }
  return false;
}

}  // namespace

std::string comparable_schema(std::string_view dump, const std::vector<std::string>& schemas) {
  std::string result;
  bool after_empty = true;
  while (!dump.empty()) {
    const auto end = std::min(dump.find('\n'), dump.size());
    const auto line = dump.substr(0, end);
    dump.remove_prefix(std::min(end + 1, dump.size()));
    const bool of_schema = std::any_of(schemas.begin(), schemas.end(),
                                       [&](const auto& schema) { return makes_schema(line, schema); });
    if (is_noise(line) || of_schema || (line.empty() && after_empty)) continue;
    result.append(line).append("\n");
    after_empty = line.empty();
  }
  while (result.ends_with("\n\n")) result.pop_back();
  return result;
}

}  // namespace windlass::generator

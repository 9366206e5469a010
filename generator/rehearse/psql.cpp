#include "generator/rehearse/psql.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

constexpr Milliseconds kLimit{60'000};
constexpr char kField = '\x1f';
constexpr char kRecord = '\x1e';

Rows rows_of(std::string_view text) {
  Rows rows;
  if (text.empty()) return rows;
  if (text.ends_with('\n')) text.remove_suffix(1);  // ends the result, is not in it
  for (bool more = true; more;) {
    const auto end = text.find(kRecord);
    auto row = split(text.substr(0, end), kField);
    if (row.empty()) row.emplace_back();
    rows.push_back(std::move(row));
    more = end != std::string_view::npos;
    if (more) text.remove_prefix(end + 1);
  }
  return rows;
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) result.append(c == quote ? 2 : 1, c);
  return result + quote;
}

}  // namespace

Rows run_psql(const std::filesystem::path& program, const ClientEnvironment& environment,
              std::string_view sql) {
  const Command command{.arguments = {program.string(), "-X", "-q", "-A", "-t", "-F", std::string(1, kField),
                                      "-R", std::string(1, kRecord), "-v", "ON_ERROR_STOP=1", "-f", "-"},
                        .environment = environment,
                        .inherit_environment = false,
                        .input = std::string(sql) + "\n;\n"};
  const auto result = run_process(command, {.limit = kLimit});
  if (!result.succeeded()) {
    throw Error(ExitCode::kInternal,
                fmt::format("a query of the rehearsal failed (psql ended with {})", result.exit_code))
        .with_details(result.error);
  }
  return rows_of(result.out);
}

std::filesystem::path find_client_program(const std::filesystem::path& folder, std::string_view name) {
  if (const auto path = folder / name; access(path.c_str(), X_OK) == 0) return path;
  if (const auto found = find_program(name)) return *found;
  throw Error(ExitCode::kConfiguration, fmt::format("{} is not installed", name),
              "Install PostgreSQL's client programs (Debian: apt-get install postgresql-client).");
}

std::string quoted_identifier(std::string_view name) { return quoted(name, '"'); }

std::string quoted_literal(std::string_view text) { return quoted(text, '\''); }

}  // namespace windlass::generator

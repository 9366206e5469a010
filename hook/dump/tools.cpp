#include "hook/dump/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

namespace fs = std::filesystem;

// "pg_dump (PostgreSQL) 15.20 (Debian ...)" -> 15; nothing when it is none.
std::optional<int> major_of(std::string_view version) {
  constexpr std::string_view kMark = "(PostgreSQL) ";
  const auto mark = version.find(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const auto digits = version.substr(mark + kMark.size());
  int major = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), major);
  return error == std::errc() ? std::optional(major) : std::nullopt;
}

std::optional<DumpTools> tools_in(const fs::path& folder) {
  DumpTools tools{folder / "pg_dump", folder / "pg_restore", 0, {}};
  if (!find_program(tools.pg_dump.string()) || !find_program(tools.pg_restore.string())) return std::nullopt;
  try {
    const Command command{.arguments = {tools.pg_dump.string(), "--version"}};
    const auto result = run_process(command, {.limit = Milliseconds(10'000)});
    const auto major = major_of(result.out);
    if (!result.succeeded() || !major) return std::nullopt;
    tools.major = *major;
    tools.version = trim(result.out);
    return tools;
  } catch (const Error&) {
    return std::nullopt;  // a program of another machine's kind
  }
}

}  // namespace

std::vector<fs::path> dump_tool_folders() {
  std::vector<fs::path> folders;
  std::error_code none;  // without Debian's folder there are only those of PATH
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none))
    folders.push_back(entry.path() / "bin");
  for (const auto& folder : split(environment_variable("PATH").value_or("/usr/bin:/bin"), ':')) {
    folders.emplace_back(folder);
  }
  return folders;
}

std::vector<DumpTools> find_dump_tools(const std::vector<fs::path>& folders) {
  std::vector<DumpTools> found;
  for (const auto& folder : folders) {
    auto tools = tools_in(folder);
    const auto same = [&](const DumpTools& other) { return other.major == tools->major; };
    if (tools && std::none_of(found.begin(), found.end(), same)) found.push_back(*std::move(tools));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.major < b.major; });
  return found;
}

DumpTools choose_dump_tools(const std::vector<DumpTools>& installed, int server_major) {
  std::vector<std::string> majors;
  for (const auto& tools : installed) {
    if (tools.major >= server_major) return tools;
    majors.push_back(std::to_string(tools.major));
  }
  throw Error(ExitCode::kConfiguration,
              fmt::format("no pg_dump fits PostgreSQL {}; installed: {}", server_major,
                          majors.empty() ? "none" : join(majors, ", ")),
              fmt::format("Use an image with pg_dump and pg_restore {0} (Debian: postgresql-client-{0}).",
                          server_major));
}

}  // namespace windlass::hook

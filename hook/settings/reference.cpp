#include "hook/settings/reference.hpp"

#include <fmt/format.h>

#include "core/contract/exit_code.hpp"
#include "core/contract/phase.hpp"
#include "core/contract/settings.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kSettingsBegin = R"(# Settings of windlass-hook

Made from the tables in `core/contract`; a test keeps it current.

```
windlass-hook PHASE [settings]
```

## Phases

| phase | what it does |
|---|---|
)";

constexpr std::string_view kSettingsTable = R"(
## Where a setting comes from

Of several sources the first one counts:

1. the flag, `--lock-timeout 5s`;
2. the environment, `WINDLASS_LOCK_TIMEOUT=5s`, or `WINDLASS_LOCK_TIMEOUT_FILE=/run/secrets/x` with the value in that
   file (not both; an empty value is as good as none);
3. the settings file that `settings` names, a YAML map, `lockTimeout: 5s`;
4. the default.

`windlass-hook PHASE --explain-settings` prints every value with its source and runs nothing. Faults are reported all
at once, with exit code 64 when only flags are wrong, else 78. A `WINDLASS_` name that is no setting is a warning.

The connection is `database-url`, or the separate `database-` settings; the password may come separately beside a URL
without one. What they leave open is libpq's: the `PG*` variables, the password file, its defaults. Credentials cannot
stand in the settings file.

| type | as a flag or in the environment | in the settings file |
|---|---|---|
| list | `a,b`; the flag may be repeated | a list |
| map | `name=value`, the flag repeated; in the environment `a=1,b=2` | a map |
| bool | `true` or `false`; the flag alone is `true` | `true` or `false` |
| count | a whole number, 0 or more | the same |
| duration | `500ms`, `30s`, `15m`, `1h30m` | the same |

## Settings

| flag | type | default | meaning |
|---|---|---|---|
)";

constexpr std::string_view kExitCodesBegin = R"(# Exit codes

Made from the table in `core/contract/exit_code.cpp`; a test keeps it current. Both programs use these codes; the
`podFailurePolicy` of every rendered Job is made from the same table: a code that another try cannot help fails the Job
at once, the others start another pod up to the `backoffLimit`.

| code | name | another pod | meaning |
|---|---|---|---|
)";

constexpr std::string_view kExitCodesEnd = R"(
The name stands in the log, in the termination message (`kubectl describe pod`), in the JSON that `--output json` prints
and in [windlass_runs](run-records.md). Beside it stand a message that says what went wrong and a hint that says what to
do.

## What to do

- **64, 78**: the message names each setting and where its value came from. `windlass-hook PHASE --explain-settings`
  shows all of them.
- **65, 66**: nothing was run. Correct the scripts, render and apply again; a ConfigMap that is older than the Job shows
  as a digest that does not match.
- **69, 73, 75**: Kubernetes tries again. When the last pod failed too, the message names what stood in the way: the host,
  the runner that holds the lock, the session that blocks ([locks.md](locks.md)), the disk that is full. What is waited
  for, and for how long, stands in [connections.md](connections.md).
- **76**: the script was rolled back and the history has no row of it. Correct it under its own name and run again.
- **77**: grant what the message names; nothing was changed.
- **79**: a script is partly applied. The message says what to look at, `windlass-hook inspect` says which statement was in
  flight and what to run: [recovery.md](recovery.md). A rerun stops with 79 until it is cleared up.
- **80**: a gate refused: another environment, a missing confirmation. Nothing was changed.
- **143**: Kubernetes or a person ended the pod. What ran was cancelled and rolled back; a rerun goes on from there.
)";

std::string_view kind_name(SettingKind kind) {
  switch (kind) {
    case SettingKind::kText: return "text";
    case SettingKind::kList: return "list";
    case SettingKind::kMap: return "map";
    case SettingKind::kBool: return "bool";
    case SettingKind::kCount: return "count";
    case SettingKind::kDuration: return "duration";
    case SettingKind::kPath: return "path";
    case SettingKind::kSecret: return "secret";
  }
  return "";
}

std::string code_span(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", text); }

}  // namespace

std::string settings_reference() {
  std::string page(kSettingsBegin);
  for (const auto& row : phase_table()) page += fmt::format("| `{}` | {} |\n", row.name, row.summary);
  page += kSettingsTable;
  for (const auto& row : setting_table()) {
    page += fmt::format("| `--{}` | {} | {} | {} |\n", row.name, kind_name(row.kind),
                        code_span(row.default_value), row.help);
  }
  return page;
}

std::string exit_code_reference() {
  std::string page(kExitCodesBegin);
  for (const auto& row : exit_code_table()) {
    page += fmt::format("| {} | `{}` | {} | {} |\n", static_cast<int>(row.code), row.name,
                        row.retry == Retry::kYes ? "yes" : "no", row.meaning);
  }
  return page + std::string(kExitCodesEnd);
}

}  // namespace windlass::hook

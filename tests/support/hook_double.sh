#!/bin/bash
# A double of windlass-hook for tests of the rehearsal alone: runs the scripts of WINDLASS_LOCATIONS through psql,
# knows migrate and rollback with a target, and ends with an exit code of your choice where asked.
#   HOOK_DOUBLE_EXIT=phase:code[:times]   that phase ends with that code, so many times (default: always);
#   HOOK_DOUBLE_COUNT                     names the file in which it counts them
#   HOOK_DOUBLE_SLEEP=phase               that phase goes on for a minute
set -eu
phase=$1
say() { printf '{"phase":"%s","message":"%s"}' "$phase" "$1" >"$WINDLASS_TERMINATION_LOG"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$WINDLASS_DATABASE_URL" "$@"; }

IFS=: read -r failing code times <<<"${HOOK_DOUBLE_EXIT:-none:0:}"
if [ "$phase" = "$failing" ]; then
  count=$(cat "$HOOK_DOUBLE_COUNT" 2>/dev/null || echo 0)
  if [ -z "$times" ] || [ "$count" -lt "$times" ]; then
    echo $((count + 1)) >"$HOOK_DOUBLE_COUNT"
    say "told to fail"
    printf 'a line of the log \377\n' >&2
    exit "$code"
  fi
fi

if [ "$phase" = "${HOOK_DOUBLE_SLEEP:-none}" ]; then
  sleep 60
fi

current() { sql -c "SELECT coalesce(max(version), 0) FROM flyway_schema_history"; }

migrate() {
  sql -c "CREATE TABLE IF NOT EXISTS flyway_schema_history (version int, undo text)" 2>/dev/null
  local from target file version
  from=$(current)
  target=${WINDLASS_TARGET:-1000000}
  for file in $(find -L "${WINDLASS_LOCATIONS%%,*}" -name 'V*.sql' -not -path '*/..*' | sort); do
    version=$(basename "$file" | sed 's/^V\([0-9]*\)__.*/\1/')
    [ "$version" -gt "$from" ] && [ "$version" -le "$target" ] || continue
    sql -1 -f "$file" -c "INSERT INTO flyway_schema_history VALUES ($version, \$undo\$$(cat "$(dirname "$file")/U$version"__*.sql 2>/dev/null || true)\$undo\$)"
  done
  find -L "${WINDLASS_LOCATIONS%%,*}" -name 'R__*.sql' -not -path '*/..*' | while read -r file; do sql -f "$file"; done
  say "from $from to $(current)"
}

rollback() {
  local from wanted version
  from=$(current)
  wanted="$(sql -c "SELECT current_database()")-$from-to-$WINDLASS_TARGET"
  if [ "${WINDLASS_CONFIRM:-}" != "$wanted" ]; then
    say "rollback asks for a confirmation"
    echo "run it again with --confirm $wanted." >&2
    exit 80
  fi
  while [ "$(current)" -gt "$WINDLASS_TARGET" ]; do
    version=$(current)
    sql -c "SELECT undo FROM flyway_schema_history WHERE version = $version" | sql -1 -f -
    sql -c "DELETE FROM flyway_schema_history WHERE version = $version"
  done
  say "undid $from"
}

case $phase in
  migrate) migrate ;;
  rollback) rollback ;;
  *) say "$phase is fine" ;;
esac

"""What a run left behind, in the form in which two runs must agree, and what must not be left at all."""

import hashlib
import json
import os

# Of the catalog: one row of text for each thing that a dump of the schema would hold.
SCHEMA = """
WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
SELECT 'schema ' || nspname FROM pg_namespace WHERE oid IN (TABLE ours)
UNION ALL SELECT format('column %s.%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
  attnotnull, pg_get_expr(adbin, adrelid), relkind) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace IN (TABLE ours) AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT format('constraint %s on %s %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid), convalidated)
  FROM pg_constraint WHERE connamespace IN (TABLE ours)
UNION ALL SELECT format('index %s valid %s ready %s', pg_get_indexdef(indexrelid), indisvalid, indisready)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace IN (TABLE ours)
UNION ALL SELECT format('view %s %s', oid::regclass, pg_get_viewdef(oid))
  FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace IN (TABLE ours)
UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE prokind IN ('f', 'p') AND pronamespace IN (TABLE ours)
UNION ALL SELECT format('value %s of %s at %s', enumlabel, enumtypid::regtype,
  row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder)) FROM pg_enum
ORDER BY 1
"""

TABLES = """
SELECT format('%I.%I', nspname, relname), relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1
"""

HISTORY = """
SELECT installed_rank, version, description, type, script, checksum, installed_by, success FROM {0} ORDER BY 1
"""

SESSIONS = """
SELECT pid || ' ' || application_name || ' ' || coalesce(state, '') || ' ' || left(query, 60) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

# Behind a pooler nobody can know whether a run lives before the time is over that it gave itself.
OPEN = "outcome = 'running' AND coalesce(expected_end < clock_timestamp(), true)"

ADVISORY_LOCKS = """
SELECT pid FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def read(client, schemas):
    """{what: rows}, the same for two runs that led to the same."""
    tables = dict(client.query(TABLES))
    state = {"schema": [row[0] for row in client.query(SCHEMA)]}
    for table, name in tables.items():
        if name == "flyway_schema_history":
            state["history"] = client.query(HISTORY.format(table))
        elif not name.startswith("windlass_"):
            state[f"data of {table}"] = client.query(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} t")
    own = next((schema for schema in schemas if f"{schema}.windlass_runs" in tables), None)
    state["own tables"] = sorted(name for name in tables.values() if name.startswith("windlass_") and
                                 name != "windlass_lease")
    if own:
        state["undo scripts"] = client.query(
            f"SELECT history_table, version, description, script, checksum, content, in_transaction "
            f"FROM {own}.windlass_undo ORDER BY 1, 2")
        state["environment"] = client.query(f"SELECT environment FROM {own}.windlass_environment")
    return state


def leftovers(client, schemas):
    """What no run may leave: one line each."""
    tables = dict(client.query(TABLES))
    found = [f"advisory lock of process {row[0]}" for row in client.query(ADVISORY_LOCKS)]
    found += [f"session {row[0]}" for row in client.query(SESSIONS)]
    for schema in schemas:
        if f"{schema}.windlass_runs" not in tables:
            continue
        found += [f"intent {row}" for row in client.query(f"SELECT * FROM {schema}.windlass_intents")]
        found += [f"open run record {row}" for row in client.query(
            f"SELECT run_id, phase, started_at FROM {schema}.windlass_runs WHERE {OPEN}")]
        found += [f"{row[0]} applied by {row[1]} runs" for row in client.query(
            f"SELECT script, count(*) FROM {schema}.windlass_runs, jsonb_array_elements_text(applied) script "
            f"WHERE script NOT LIKE 'R%' GROUP BY phase, script HAVING count(*) > 1")]
        if f"{schema}.windlass_lease" in tables:
            found += [f"lease {row}" for row in client.query(f"SELECT * FROM {schema}.windlass_lease WHERE held")]
    return found


def held_leases(client, schemas, condition="true"):
    tables = dict(client.query(TABLES))
    return any(client.query(f"SELECT 1 FROM {schema}.windlass_lease WHERE held AND {condition}")
               for schema in schemas if f"{schema}.windlass_lease" in tables)


def open_records(client, schemas):
    tables = dict(client.query(TABLES))
    return any(client.query(f"SELECT 1 FROM {schema}.windlass_runs WHERE {OPEN}")
               for schema in schemas if f"{schema}.windlass_runs" in tables)


def differences(expected, actual):
    lines = []
    for what in sorted(expected.keys() | actual.keys()):
        wanted, found = expected.get(what, []), actual.get(what, [])
        if wanted == found:
            continue
        lines += [f"{what}: missing {row}" for row in wanted if row not in found]
        lines += [f"{what}: unexpected {row}" for row in found if row not in wanted]
        if sorted(map(str, wanted)) == sorted(map(str, found)):
            lines.append(f"{what}: in another order: {found}")
        elif len(wanted) != len(found) and not lines:
            lines.append(f"{what}: {len(found)} rows instead of {len(wanted)}: {found}")
    return lines


def backup_faults(folder):
    """Every published backup is whole, by its own manifest, and there is one; [line, ...]."""
    published = [name for name in os.listdir(folder) if not name.startswith(".")]
    faults = [] if published else ["no backup was published"]
    for name in published:
        path = os.path.join(folder, name)
        if not os.path.exists(os.path.join(path, "manifest.json")):
            faults.append(f"{name} has no manifest")
            continue
        with open(os.path.join(path, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        for listed in manifest["files"]:
            with open(os.path.join(path, listed["name"]), "rb") as file:
                content = file.read()
            if len(content) != listed["bytes"] or hashlib.sha256(content).hexdigest() != listed["sha256"]:
                faults.append(f"{name}/{listed['name']} is not what its manifest says")
            elif not content.startswith(b"PGDMP"):
                faults.append(f"{name}/{listed['name']} is no archive")
    return faults

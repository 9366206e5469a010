"""The projects of the crash matrix: what is run, on what, and how it is asked for."""

import dataclasses
import textwrap
import typing


@dataclasses.dataclass
class Project:
    name: str
    about: str
    files: dict  # name -> text of the scripts that the disturbed run sees
    phase: str = "migrate"
    flags: tuple = ()
    before: dict = dataclasses.field(default_factory=dict)  # scripts that were migrated before, undisturbed
    setup: str = ""  # SQL that makes the database what the run finds, before `before` is migrated
    then: str = ""  # SQL after `before`
    schemas: tuple = ("public",)
    confirm: typing.Callable = None  # (rows of the history) -> what stands behind --confirm DATABASE-
    backs_up: bool = False
    pooled: bool = False  # through PgBouncer in transaction mode


def _sql(text):
    return textwrap.dedent(text).lstrip()


TABLES = _sql("""
    CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL);
    INSERT INTO counter SELECT i, 0 FROM generate_series(1, 50) i;
    CREATE TABLE log (entry text NOT NULL);
    """)

PROJECTS = {}


def _project(name, about, files, **more):
    """What was migrated before is still there, unless the project takes it away."""
    before = {} if more.get("phase") == "repair" else more.get("before", {})
    PROJECTS[name] = Project(name, about, {**before, **files}, **more)


_project(
    "transactional", "scripts of one transaction each: tables, COPY, a function, one that travels in pieces, undo scripts",
    {
        "V1__tables.sql": TABLES,
        "V2__count.sql": "UPDATE counter SET n = n + 1;\nUPDATE counter SET n = n * 3;\n",
        "V3__copy.sql": "CREATE TABLE copied (id int, t text);\nCOPY copied FROM STDIN;\n1\tone\n2\ttwo\n\\.\n"
                        "UPDATE copied SET t = t || t;\n",
        "V4__function.sql": "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';\n"
                            "CREATE VIEW doubled AS SELECT id, twice(n) AS n FROM counter;\n",
        # Above 1 MiB a script is sent in pieces: the commit is in the last of them.
        "V5__large.sql": "".join(f"INSERT INTO log SELECT length('{letter * 600_000}');\n" for letter in "abc"),
        "U2__count.sql": "UPDATE counter SET n = n / 3;\nUPDATE counter SET n = n - 1;\n",
        "U4__function.sql": "DROP VIEW doubled;\nDROP FUNCTION twice(int);\n",
    })

_project(
    "concurrent", "what no transaction can hold: CREATE INDEX, REINDEX and DROP INDEX CONCURRENTLY, VACUUM, ADD VALUE",
    {
        "V2__index.sql": "CREATE INDEX CONCURRENTLY counter_n ON counter (n);\n",
        "V3__more.sql": "CREATE UNIQUE INDEX CONCURRENTLY counter_both ON counter (id, n);\nVACUUM counter;\n"
                        "REINDEX INDEX CONCURRENTLY counter_n;\nDROP INDEX CONCURRENTLY counter_n;\n",
        "V4__value.sql": "ALTER TYPE mood ADD VALUE 'calm';\n",
        "V5__used.sql": "ALTER TYPE mood ADD VALUE 'wild' BEFORE 'glad';\nINSERT INTO moods VALUES ('wild');\n",
        "V5__used.sql.conf": "executeInTransaction=false\n",
    },
    before={"V1__tables.sql": TABLES + "CREATE TYPE mood AS ENUM ('glad', 'sad');\nCREATE TABLE moods (m mood);\n"})

_project(
    "data", "changes of data outside a transaction, each of which shows when it is done twice or left out",
    {
        "V2__add.sql": "UPDATE counter SET n = n + 11;\nUPDATE counter SET n = n * 2;\n"
                       "INSERT INTO log VALUES ('added');\nVACUUM counter;\nUPDATE counter SET n = n - 1;\n",
        "V2__add.sql.conf": "executeInTransaction=false\n",
        "V3__more.sql": "UPDATE counter SET n = n * 5 + id;\nINSERT INTO log SELECT 'sum ' || sum(n) FROM counter;\n",
        "V4__session.sql": "SET search_path = side, public;\nINSERT INTO log VALUES ('side');\nVACUUM side.log;\n"
                           "UPDATE log SET entry = entry || entry;\n",
        "V4__session.sql.conf": "executeInTransaction=false\n",
    },
    before={"V1__tables.sql": TABLES + "CREATE SCHEMA side;\nCREATE TABLE side.log (entry text);\n"},
    schemas=("public", "side"))

_project(
    "repeatables", "changed repeatable scripts between versioned ones, each leaving a line",
    {
        "V2__count.sql": "UPDATE counter SET n = n + 1;\n",
        "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n"
                         "INSERT INTO log VALUES ('totals 2');\n",
        "R__new.sql": "CREATE OR REPLACE VIEW entries AS SELECT count(*) AS n FROM log;\nINSERT INTO log VALUES ('new');\n",
    },
    before={
        "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT count(*) AS total FROM counter;\n"
                         "INSERT INTO log VALUES ('totals 1');\n",
        "V1__tables.sql": TABLES,
    })

# What a callback does in a script's transaction happens as often as the script; the others run again with every run.
_project(
    "callbacks", "callbacks in the transactions of the scripts, and around the run",
    {
        "V2__count.sql": "UPDATE counter SET n = n + 1;\nUPDATE counter SET n = n * 2;\n",
        "V3__more.sql": "UPDATE counter SET n = n + 3;\n",
        "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
        "beforeMigrate.sql": "INSERT INTO seen VALUES ('before migrate') ON CONFLICT DO NOTHING;\n",
        "beforeEachMigrate.sql": "INSERT INTO log VALUES ('before each');\n",
        "afterEachMigrateStatement.sql": "INSERT INTO log VALUES ('after a statement');\n",
        "afterEachMigrate.sql": "INSERT INTO log SELECT 'after each, at ' || sum(n) FROM counter;\n",
        "afterMigrate.sql": "INSERT INTO seen VALUES ('after migrate') ON CONFLICT DO NOTHING;\nVACUUM seen;\n",
        "afterMigrate.sql.conf": "executeInTransaction=false\n",
    },
    before={"V1__tables.sql": TABLES + "CREATE TABLE seen (what text PRIMARY KEY);\n"})

_project(
    "wrapped", "scripts with a BEGIN and COMMIT of their own",
    {
        "V1__tables.sql": "BEGIN;\n" + TABLES + "COMMIT;\n",
        "V2__count.sql": "BEGIN;\nUPDATE counter SET n = n + 7;\nINSERT INTO log VALUES ('seven');\nCOMMIT;\n",
        "V3__more.sql": "START TRANSACTION;\nUPDATE counter SET n = n * 3;\nEND;\n",
    },
    flags=("--batch", "off"))

_project(
    "small", "many small scripts, which may travel together",
    {"V1__tables.sql": TABLES} | {
        f"V{i}__step.sql": f"UPDATE counter SET n = n * 2 + {i};\nINSERT INTO log VALUES ('step {i}');\n"
        for i in range(2, 13)})

_project(
    "groundwork", "the first run on a database that holds something: schemas, a baseline, the environment",
    {
        "V1__before.sql": "SELECT 1/0;\n",
        "V2__table.sql": "CREATE TABLE app.made (id int);\nINSERT INTO app.made VALUES (1);\n",
    },
    setup="CREATE SCHEMA app; CREATE TABLE app.found (id int)", schemas=("app", "audit"),
    flags=("--schemas", "app,audit", "--baseline-on-migrate", "--environment", "test"))

_project(
    "baseline", "the phase baseline",
    {"V1__before.sql": "SELECT 1/0;\n"}, phase="baseline", setup="CREATE TABLE found (id int)",
    flags=("--environment", "test", "--baseline-version", "1"))

_project(
    "repair", "the phase repair: a changed script, a deleted one, a failed row",
    {"V1__tables.sql": "-- said better\n" + TABLES, "V3__more.sql": "INSERT INTO log VALUES ('three');\n"},
    phase="repair",
    before={"V1__tables.sql": TABLES, "V2__gone.sql": "INSERT INTO log VALUES ('two');\n",
            "V3__more.sql": "INSERT INTO log VALUES ('three');\n"},
    then="INSERT INTO flyway_schema_history VALUES (4, '4', 'failed', 'SQL', 'V4__failed.sql', 1, 'me', now(), 1, false)")

_UNDONE = {
    "V1__tables.sql": TABLES,
    "V2__count.sql": "UPDATE counter SET n = n + 5;\n",
    "V3__index.sql": "CREATE INDEX CONCURRENTLY counter_n ON counter (n);\n",
    "V4__loose.sql": "UPDATE counter SET n = n * 2;\n",
    "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
    "U2__count.sql": "UPDATE counter SET n = n - 5;\nINSERT INTO log VALUES ('undid 2');\n",
    "U3__index.sql": "DROP INDEX CONCURRENTLY counter_n;\n",
    "U4__loose.sql": "UPDATE counter SET n = n / 2;\nINSERT INTO log VALUES ('undid 4');\nVACUUM log;\n",
    "U4__loose.sql.conf": "executeInTransaction=false\n",
}
_project(
    "rollback", "the phase rollback with undo scripts of every kind", _UNDONE, phase="rollback", before=_UNDONE,
    flags=("--target", "1", "--safety-delay", "0s"), confirm=lambda current: f"{current}-to-1")

_project(
    "backup", "the phase backup before a pending script",
    {"V1__tables.sql": TABLES, "V2__count.sql": "UPDATE counter SET n = n + 1;\n"}, phase="backup",
    before={"V1__tables.sql": TABLES}, backs_up=True)

# A killed run's lease has to expire before the next one begins.
_project(
    "pooled", "through a pooler in transaction mode, by a lease",
    {
        "V2__count.sql": "UPDATE counter SET n = n + 1;\nUPDATE counter SET n = n * 3;\n",
        "V3__copy.sql": "CREATE TABLE copied (id int, t text);\nCOPY copied FROM STDIN;\n1\tone\n2\ttwo\n\\.\n"
                        "UPDATE copied SET t = t || t;\n",
        "V4__wrapped.sql": "BEGIN;\nUPDATE counter SET n = n + 7;\nINSERT INTO log VALUES ('seven');\nCOMMIT;\n",
        "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
        "U4__wrapped.sql": "UPDATE counter SET n = n - 7;\n",
    },
    before={"V1__tables.sql": TABLES}, flags=("--lease-duration", "3s"), pooled=True)

"""The JSON Schema agrees with the loader, as far as a schema can see, on every example and every invalid case.

Usage: schema_test.py PROGRAM, where PROGRAM prints the schema.
"""

import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What the loader refuses and a schema cannot see: contradictions between keys, duplicates that YAML readers drop,
# what is missing once an environment is merged, and texts that are no YAML at all.
BEYOND_SCHEMA = {
    "connection_contradictions": "a rule between keys",
    "duplicate_database": "the reader keeps one of two equal keys",
    "duplicate_keys": "the reader keeps one of two equal keys",
    "environment_contradicts_base": "a rule between keys",
    "environment_new_database_without_name": "complete only when merged",
    "identity": "a rule between keys",
    "request_above_limit": "a rule between keys",
    "service_account": "a rule between keys",
    "times": "a rule between keys",
}
NOT_YAML = {
    "alias_inside_itself": "endless",
    "anchors": "an alias of nothing",
    "colon_in_text": "not YAML",
    "key_is_a_list": "a key that no object can have",
    "merge_key_of_text": "nothing to merge",
    "multibyte_columns": "not YAML",
    "open_bracket": "not YAML",
    "open_quote": "not YAML",
    "tab_indentation": "not YAML",
    "two_documents": "two documents",
}


def schema_of(program):
    run = subprocess.run([program], check=True, capture_output=True, text=True)
    schema = json.loads(run.stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def faults(validator, path):
    with open(path, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(config)]


def check_valid(validator, failures):
    paths = sorted((ROOT / "tests/data/project/valid").glob("*.yaml"))
    paths += sorted(path for name in ("windlass.yaml", "project-config.yaml") for path in (ROOT / "examples").rglob(name))
    for path in paths:
        for fault in faults(validator, path):
            failures.append(f"{path.relative_to(ROOT)} is valid, but: {fault}")
    return len(paths)


def check_invalid(validator, failures):
    seen = 0
    for path in sorted((ROOT / "tests/data/project/invalid").glob("*.yaml")):
        name = path.stem
        if name in NOT_YAML:
            continue
        found = faults(validator, path)
        seen += 1
        if found and name in BEYOND_SCHEMA:
            failures.append(f"{name}: the schema sees it, so it is not beyond the schema: {found[0]}")
        if not found and name not in BEYOND_SCHEMA:
            failures.append(f"{name}: the loader refuses it and the schema does not")
    return seen


def main():
    validator = schema_of(sys.argv[1])
    failures = []
    valid = check_valid(validator, failures)
    invalid = check_invalid(validator, failures)
    for failure in failures:
        print("FAILED", failure)
    print(f"{valid} valid and {invalid} invalid configs, {len(failures)} failures")
    return 1 if failures or valid < 4 or invalid < 30 else 0


if __name__ == "__main__":
    sys.exit(main())

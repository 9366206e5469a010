"""Fails when a page links to a file or a heading that is not there, or run-records.md misses a column that the hook creates."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
faults = []


def anchors(page):
    """What its headings are linked by, as code hosts make it of their words."""
    headings = re.findall(r"^#+ (.*)", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


pages = [page for page in ROOT.rglob("*.md") if not {"build", "demo", ".git"} & set(page.relative_to(ROOT).parts)]
for page in sorted(pages):
    for number, line in enumerate(page.read_text().splitlines(), 1):
        for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", line):
            linked = page.parent / target if target else page
            if "://" in target:
                continue
            if not linked.exists():
                faults.append(f"{page.relative_to(ROOT)}:{number}: {target} does not exist")
            elif anchor and anchor not in anchors(linked):
                faults.append(f"{page.relative_to(ROOT)}:{number}: {target} has no heading {anchor}")

record = (ROOT / "docs/run-records.md").read_text()
source = (ROOT / "hook/database/run_records.cpp").read_text()
columns = re.findall(r"^    (\w+) (?:uuid|text|jsonb|integer|bigint|timestamptz|boolean)", source, re.MULTILINE)
if len(columns) < 20:
    faults.append("hook/database/run_records.cpp: found no columns to compare docs/run-records.md with")
faults += [f"docs/run-records.md: says nothing about the column {column}"
           for column in sorted(set(columns)) if f"`{column}`" not in record]
faults += [f"docs/run-records.md: says nothing about {table}"
           for table in re.findall(r'"(windlass_\w+)"', (ROOT / "hook/database/run_records.hpp").read_text())
           if table not in record]

if faults:
    sys.exit("\n".join(faults))
print(f"docs: the links of {len(pages)} pages lead somewhere, {len(set(columns))} columns are described")

"""The rules of ARCHITECTURE.md that a compiler does not hold: who may include whom, and how long things may be."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("core", "hook", "generator")
LONGEST_HEADER = 120
LONGEST_SOURCE = 400
LONGEST_FUNCTION = 60

# Which folder may include which of ours. A folder may always include itself.
FOLDERS = {
    "core/contract": set(),
    "core/base": {"core/contract"},
    "core/sql": {"core/base", "core/contract"},
    "core/migrations": {"core/base", "core/contract", "core/sql"},
    "core/project": {"core/base", "core/contract"},
    "hook": {"core/base", "core/contract", "core/sql", "core/migrations", "core/project"},
    "generator": {"core/base", "core/contract", "core/sql", "core/migrations", "core/project"},
}

# Where the libraries of other people may be included, by the first part of what is included.
LIBRARIES = {
    r"yaml-cpp/": r"core/project/|generator/render/",
    r"pqxx/|libpq-fe\.h|libpq/|pg_config": r"hook/database/",
    r"CLI/": r".*/cli\.(cpp|hpp)$",
    r"spdlog/": r"core/base/log\.cpp$",
    r"pg_query\.h|pg_query/": r"core/sql/",
    r"openssl/": r"core/base/|hook/report/",
    r"libdeflate\.h": r"core/(base|migrations)/",
    r"nlohmann/|fmt/": r"",
}
SYSTEM = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*(\.h)?$")  # of the language, POSIX or Linux

FORBIDDEN_NAMES = re.compile(r"(^|_)(util|utils|helper|helpers|manager|common|misc)(_|$)")
FORBIDDEN_TEXTS = {
    re.compile(r"\b(TODO|FIXME|XXX)\b"): "finish it, or leave it out",
    re.compile(r"\bstd::shared_ptr\b"): "values first, unique_ptr at seams",
    re.compile(r"\busing namespace windlass"): "name what is used",
    re.compile(r"std::(cout|cerr)\b"): "stdout and the log have their own writers",
}
# main.cpp and cli.cpp hand out the streams; copies of a tree share what is below them, and nobody sees it.
FORBIDDEN_WHERE_ALLOWED = re.compile(r"((main|cli)\.cpp|generator/tree/tree\.[ch]pp)$")

faults = []


def fault(path, line, message):
    faults.append(f"{path.relative_to(ROOT)}:{line}: {message}")


def folder_of(name):
    return next((folder for folder in FOLDERS if name.startswith(folder + "/")), None)


def check_includes(path, text):
    own = str(path.relative_to(ROOT))
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == '"':
            allowed = FOLDERS[folder_of(own)] | {folder_of(own)}
            if folder_of(target) not in allowed:
                fault(path, number, f"{folder_of(own)} must not include {target}")
            continue
        place = next((where for what, where in LIBRARIES.items() if re.match(what, target)), None)
        if place is None and not SYSTEM.match(target):
            fault(path, number, f"{target} belongs to no library that LIBRARIES knows")
        elif place and not re.match(place, own):
            fault(path, number, f"{target} may be included only in {place}")


def check_lengths(path, text):
    lines = text.splitlines()
    limit = LONGEST_HEADER if path.suffix == ".hpp" else LONGEST_SOURCE
    if len(lines) > limit:
        fault(path, len(lines), f"{len(lines)} lines, at most {limit}")
    # clang-format leaves a function's closing brace at the indentation of its first line.
    start = None
    for number, line in enumerate(lines, 1):
        if re.match(r"( {0,2})[\w:~\[<].*\) ?(const|noexcept|override|final|->|[\w:<> ])*\{$", line) and start is None \
                and not re.match(r" *(if|for|while|switch|else|do|try|catch|namespace|struct|class|enum)\b", line):
            start = (number, len(line) - len(line.lstrip()))
        elif start and line == " " * start[1] + "}":
            if number - start[0] > LONGEST_FUNCTION:
                fault(path, start[0], f"a function of {number - start[0]} lines, at most {LONGEST_FUNCTION}")
            start = None


def check_header(path, text):
    lines = text.splitlines()
    head = []
    for line in lines:
        if not line.startswith("//"):
            break
        head.append(line[2:].strip())
    if not head or not head[0] or not any(line.endswith(".") for line in head):
        fault(path, 1, "a header opens with a sentence that says what it is")
    if "#pragma once" not in lines:
        fault(path, 1, "no #pragma once")


def check_own_header_first(path, text):
    own = path.with_suffix(".hpp")
    first = re.search(r'^#include ["<]([^">]+)', text, re.MULTILINE)
    if own.exists() and (not first or first.group(1) != str(own.relative_to(ROOT))):
        fault(path, 1, f"{own.name} is not the first include")


def check_words(path, text):
    if FORBIDDEN_NAMES.search(path.stem):
        fault(path, 1, "a name that says nothing")
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, cure in FORBIDDEN_TEXTS.items():
            if pattern.search(line) and not FORBIDDEN_WHERE_ALLOWED.search(str(path)):
                fault(path, number, f"{pattern.search(line).group()}: {cure}")


def main():
    files = sorted(path for folder in PROGRAMS for path in (ROOT / folder).rglob("*.?pp"))
    if not files:
        sys.exit("architecture: no sources found")
    for path in files:
        text = path.read_text()
        check_includes(path, text)
        check_lengths(path, text)
        check_words(path, text)
        if path.suffix == ".hpp":
            check_header(path, text)
        else:
            check_own_header_first(path, text)
    if faults:
        sys.exit("\n".join(faults) + f"\narchitecture: {len(faults)} faults in {len(files)} files")
    print(f"architecture: {len(files)} files hold the rules")


main()

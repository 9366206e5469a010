"""The C++ sources of this repository, as the lint tests see them."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("core", "hook", "generator", "tests")


def sources(folders=FOLDERS, endings=(".cpp", ".hpp")):
    """Every source below the folders, sorted; a repository without any is a broken checkout."""
    found = []
    for folder in folders:
        for place, _, names in os.walk(ROOT / folder):
            found += [pathlib.Path(place) / name for name in names if name.endswith(endings)]
    if not found:
        raise SystemExit(f"no sources below {ROOT}")
    return sorted(found)


def need(program):
    """Its path. A missing peer is a failure in CI and a visible skip (exit 77) on a desk."""
    import shutil
    path = shutil.which(program)
    if path:
        return path
    print(f"{program} is not installed: run make deps")
    raise SystemExit(1 if os.environ.get("CI") == "true" else 77)

"""Fetches the real Flyway once into build/peers: 190 MB by Maven, of which 16 MB are kept.

What arrives must have the SHA-512 that is written here. Needs mvn; running Flyway needs java.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = "10.22.0"
SHA512 = ("f87baf4c53350576857451bb5db2007ff3493fce8f902fc95517ae48c75f2471"
          "f518fc59147f2c0d5058c8c5f835d2519c7f352b9122d0167f71fedf8aae92c0")
KEPT = ("lib/*", "drivers/postgresql-*")  # the other drivers are for other databases
LIMIT = 600  # seconds


def folder():
    return ROOT / "build/peers" / f"flyway-{VERSION}"


def class_path():
    return ":".join(f"{folder()}/{part}/*" for part in ("lib", "lib/flyway", "lib/plugins", "lib/aad", "drivers"))


def fetch():
    name = f"org.flywaydb:flyway-commandline:{VERSION}:tar.gz"
    folder().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder().parent) as place:
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={name}", f"-DoutputDirectory={place}"],
                       stdin=subprocess.DEVNULL, cwd=place, timeout=LIMIT, check=True)
        archive, = pathlib.Path(place).glob("*.tar.gz")
        actual = hashlib.sha512(archive.read_bytes()).hexdigest()
        if actual != SHA512:
            sys.exit(f"peers: {name} has the SHA-512 {actual}, expected is {SHA512}: it is not used")
        top = f"flyway-{VERSION}"
        subprocess.run(["tar", "-xzf", archive, "-C", place, "--wildcards", *(f"{top}/{kept}" for kept in KEPT)],
                       timeout=LIMIT, check=True)
        (pathlib.Path(place) / top).rename(folder())


def main():
    if not folder().exists():
        if not shutil.which("mvn"):
            sys.exit("peers: Flyway is not fetched, because mvn is not installed: run tools/deps peers")
        print(f"peers: fetching Flyway {VERSION}", flush=True)
        fetch()
    print(f"peers: Flyway {VERSION} in {folder()}")


if __name__ == "__main__":
    main()

"""Every example renders for each of its environments, twice to the same bytes, the guard in its app/ is the rendered
one, and services that are said to be alike are.

usage: examples.py BUILD
"""
import pathlib
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
windlass = pathlib.Path(sys.argv[1]).resolve() / "generator/windlass"
faults = []


def render(project, environment, out):
    subprocess.run([windlass, "render", project, "--env", environment, "--target", "argocd", "-o", out], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def guard_of(deployment):
    guard = deployment["spec"]["template"]["spec"]["initContainers"][0]
    # The application's Deployment is one for all environments.
    guard["env"] = [entry for entry in guard["env"] if entry["name"] != "WINDLASS_ENVIRONMENT"]
    return guard


def check(config, folder):
    project = config.parent
    environments = yaml.safe_load(config.read_text())["spec"].get("environments", {"any": None})
    for environment in environments:
        first, second = (render(project, environment, folder / f"{project.name}-{environment}-{n}") for n in (1, 2))
        if first != second:
            faults.append(f"{project.name}: two renders for {environment} differ")
    application = project / "app/deployment.yaml"
    if application.exists():
        snippet = next(text for path, text in render(project, next(iter(environments)), folder / project.name).items()
                       if path.startswith("snippets/"))
        if guard_of(yaml.safe_load(application.read_text())) != guard_of(yaml.safe_load(snippet)):
            faults.append(f"{application.relative_to(ROOT)}: its guard is not the rendered one:\n{snippet.decode()}")


def check_alike(services):
    """Their configs differ in the service's name only, which their folder has, with -api behind it."""
    texts = {config.read_text().replace(config.parent.name.removesuffix("-api"), "SERVICE") for config in services}
    if len(services) != 7 or len(texts) != 1:
        faults.append(f"examples/alloydb: {len(services)} services with {len(texts)} kinds of config, not seven of one")


configs = sorted(path for name in ("windlass.yaml", "project-config.yaml") for path in (ROOT / "examples").rglob(name))
if not configs:
    sys.exit("examples: none found")
with tempfile.TemporaryDirectory(prefix="windlass-examples-") as temporary:
    for config in configs:
        check(config, pathlib.Path(temporary))
check_alike([config for config in configs if config.parent.parent.name == "alloydb"])
if faults:
    sys.exit("\n".join(faults))
print(f"examples: {len(configs)} projects render the same bytes twice")

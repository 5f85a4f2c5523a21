"""`describe.py FOLDER`, run when an image is built: adds the launcher or the code of the connector, writes its description."""

import compileall
import glob
import json
import os
import shutil
import sys

from build_step import Failed, main, run

HERE = os.path.dirname(os.path.abspath(__file__))


def describe(folder: str) -> None:
    add_launcher(folder)
    add_code(folder)
    write_description(folder, command(folder, os.environ["CONNECTOR"]))


def add_launcher(folder: str) -> None:
    launcher = os.environ.get("LAUNCHER")
    if not launcher:
        return
    source = os.path.join(HERE, "launchers", launcher)
    if not os.path.exists(source):
        raise Failed(f"its launcher connectors/launchers/{launcher} does not exist")
    shutil.copyfile(source, os.path.join(folder, "launcher.py"))


def add_code(folder: str) -> None:
    """Puts the code of a bulk connector beside the packages that it needs."""
    if not os.environ.get("BULK"):
        return
    (site,) = glob.glob(os.path.join(folder, "venv", "lib", "python3*", "site-packages"))
    package = os.path.join(site, "tapctl_bulk")
    shutil.copytree(
        os.path.join(HERE, "bulk"), package, ignore=shutil.ignore_patterns("__pycache__")
    )
    compileall.compile_dir(package, quiet=1)


def command(folder: str, name: str) -> list[str]:
    """The command that starts the connector: its module, its launcher, or the command that its package installs."""
    programs = os.path.join(folder, "venv", "bin")
    if os.environ.get("BULK"):
        # Isolated, so that nothing in the working folder or in PYTHONPATH replaces a module.
        return [
            os.path.join(programs, "python"),
            "-I",
            "-m",
            f"tapctl_bulk.{os.environ['BULK']}",
        ]
    if os.environ.get("LAUNCHER"):
        return [os.path.join(programs, "python"), os.path.join(folder, "launcher.py")]
    executable = os.environ.get("EXECUTABLE") or name
    path = os.path.join(programs, executable)
    if os.path.exists(path):
        return [path]
    there = sorted(file for file in os.listdir(programs) if file.startswith(("tap", "target")))
    raise Failed(
        f'the package does not install a command "{executable}"'
        + (f"; it installs: {', '.join(there)}" if there else "")
    )


def write_description(folder: str, started_by: list[str]) -> None:
    output_setting = os.environ.get("OUTPUT_SETTING")
    request = {
        "command": "describe",
        "kind": os.environ["KIND"],
        "name": os.environ["CONNECTOR"],
        "version": os.environ["VERSION"],
        "start": started_by,
        "output": os.path.join(folder, "connector.json"),
        "settings": json.loads(os.environ.get("SETTINGS") or "{}"),
        "defaults": json.loads(os.environ.get("DEFAULTS") or "{}"),
        "required": json.loads(os.environ.get("REQUIRED") or "[]"),
        "outputAliases": json.loads(os.environ.get("OUTPUT_ALIASES") or "[]"),
        **({"outputSetting": output_setting} if output_setting else {}),
    }
    run(
        "cannot be described",
        [sys.executable, "-I", "-S", os.path.join(folder, "runner"), json.dumps(request)],
    )


if __name__ == "__main__":
    sys.exit(main(describe, *sys.argv[1:]))

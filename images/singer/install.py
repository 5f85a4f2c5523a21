"""`install.py install|describe FOLDER`, run when an image is built.

`install` installs the connector of the build arguments, `describe` writes down what it takes.

The arguments come by the environment; each list is JSON. A build that fails says in its last line which connector
failed, and why.
"""
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Failed(Exception):
    """Ends the build; its text is the last line."""


def main(action, folder):
    name = os.environ.get("CONNECTOR") or ""
    try:
        for needed in ("CONNECTOR", "PACKAGE", "VERSION"):
            if not os.environ.get(needed):
                raise Failed(f"build argument {needed} is missing")
        if action == "install":
            install(folder)
            command(folder, name)
        else:
            describe(folder, command(folder, name))
    except Failed as error:
        sys.stderr.write(f'connector "{name}" ({os.environ.get("PACKAGE")} {os.environ.get("VERSION")}): {error}\n')
        return 1
    return 0


def install(folder):
    venv = os.path.join(folder, "venv")
    run("cannot make an environment", [sys.executable, "-m", "venv", "--without-pip", venv])
    pip = [sys.executable, "-m", "pip", "--python", os.path.join(venv, "bin", "python"), "install", "--no-input",
           "--no-cache-dir", "--disable-pip-version-check", "--root-user-action", "ignore",
           "--constraint", written("constraints.txt", listed("CONSTRAINTS"))]
    package = f'{os.environ["PACKAGE"]}=={os.environ["VERSION"]}'
    run("cannot be installed", [*pip, package, *listed("EXTRA_PACKAGES"), "setuptools"])
    launcher = os.environ.get("LAUNCHER")
    if launcher:
        source = os.path.join(HERE, "launchers", launcher)
        if not os.path.exists(source):
            raise Failed(f"its launcher connectors/launchers/{launcher} is not there")
        shutil.copyfile(source, os.path.join(folder, "launcher.py"))
    if listed("OVERRIDES"):
        # pip has no overrides: what a package pins too low is replaced afterwards, and pip only warns of the conflict.
        run("cannot be installed", [*pip, "--upgrade", "--requirement", written("overrides.txt", listed("OVERRIDES"))])


def command(folder, name):
    """What starts the connector: its launcher, or the command that its package installs."""
    programs = os.path.join(folder, "venv", "bin")
    if os.environ.get("LAUNCHER"):
        return [os.path.join(programs, "python"), os.path.join(folder, "launcher.py")]
    executable = os.environ.get("EXECUTABLE") or name
    path = os.path.join(programs, executable)
    if os.path.exists(path):
        return [path]
    there = sorted(file for file in os.listdir(programs) if file.startswith(("tap", "target")))
    raise Failed(f'it installs no command "{executable}"' + (f"; there are: {', '.join(there)}" if there else ""))


def describe(folder, started_by):
    output_setting = os.environ.get("OUTPUT_SETTING")
    run("cannot be described", [
        sys.executable, "-I", "-S", os.path.join(folder, "runner"), "describe", "--kind", os.environ["KIND"],
        "--name", os.environ["CONNECTOR"], "--connector-version", os.environ["VERSION"],
        "--settings", os.environ.get("SETTINGS") or "{}", "--output", os.path.join(folder, "connector.json"),
        *(["--output-setting", output_setting] if output_setting else []), "--", *started_by])


def run(what, arguments):
    """Runs a command whose output goes to the build's log; its last error is the reason of a failure."""
    done = subprocess.run(arguments, stderr=subprocess.PIPE, universal_newlines=True)
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        errors = [line.strip() for line in done.stderr.splitlines() if line.strip() and "[notice]" not in line]
        telling = [line for line in errors if line.startswith("ERROR:")] or errors
        raise Failed(f"{what}: {telling[-1] if telling else f'exit code {done.returncode}'}")


def listed(variable):
    try:
        values = json.loads(os.environ.get(variable) or "[]")
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Failed(f"build argument {variable} must be a JSON list of texts")
    return values


def written(name, lines):
    path = os.path.join(HERE, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    return path


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

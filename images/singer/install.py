"""`install.py install|describe FOLDER`, run when an image is built.

`install` installs the connector of the build arguments, from its lock file if there is one beside this file;
`describe` adds its launcher or its code and writes its description.

The arguments are environment variables; lists are JSON. The last line of a failed build names the connector and the
error.
"""

import compileall
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from typing import Optional

HERE = os.path.dirname(os.path.abspath(__file__))
# A build secret: PEM certificates to trust instead of those of the base image.
CERTIFICATES = "/run/secrets/certificates"
# Line in a lock file that separates the packages to install second (connectors/dependency-lock.ts).
SECOND = "\n# Then everything else:\n"
# Variables with the version for setuptools-scm and hatch-vcs, poetry-dynamic-versioning, uv-dynamic-versioning,
# pdm-backend and pbr.
VERSION_VARIABLES = (
    "SETUPTOOLS_SCM_PRETEND_VERSION",
    "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "UV_DYNAMIC_VERSIONING_BYPASS",
    "PDM_BUILD_SCM_VERSION",
    "PBR_VERSION",
)


class Failed(Exception):
    """Ends the build; its text is the last line."""


def main(action: str, folder: str) -> int:
    name = os.environ.get("CONNECTOR") or ""
    try:
        for needed in ("CONNECTOR", "PACKAGE", "VERSION"):
            if not os.environ.get(needed):
                raise Failed(f"build argument {needed} is not set")
        if action == "install":
            install(folder)
        else:
            add_launcher(folder)
            add_code(folder)
            describe(folder, command(folder, name))
    except Failed as error:
        sys.stderr.write(
            f'connector "{name}" ({os.environ.get("PACKAGE")} {os.environ.get("VERSION")}): {error}\n'
        )
        return 1
    return 0


def install(folder: str) -> None:
    trust(CERTIFICATES)
    venv = os.path.join(folder, "venv")
    run(
        "cannot create a virtual environment", [sys.executable, "-m", "venv", "--without-pip", venv]
    )
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        os.path.join(venv, "bin", "python"),
        "install",
        "--no-input",
        "--no-cache-dir",
        "--disable-pip-version-check",
        "--root-user-action",
        "ignore",
    ]
    lock = os.path.join(HERE, f"{os.environ['CONNECTOR']}.txt")
    installed = Installer(pip)
    if os.path.exists(lock):
        install_locked(installed, lock)
    else:
        install_unlocked(installed)
    with open(os.path.join(folder, "installed.json"), "w", encoding="utf-8") as file:
        json.dump(installed.hashes, file, indent=1, sort_keys=True)


class Installer:
    """Runs pip, and keeps the SHA-256 of what it installed by name of the package, for sbom.py."""

    def __init__(self, pip: list[str]) -> None:
        self._pip = pip
        self.hashes: dict[str, str] = {}

    def install(self, *arguments: str) -> None:
        report = written([])
        run("cannot be installed", [*self._pip, "--report", report, *arguments])
        with open(report, encoding="utf-8") as file:
            packages = json.load(file)["install"]
        for package in packages:
            name = re.sub(r"[-_.]+", "-", package["metadata"]["name"]).lower()
            sha256 = (
                package["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
            )
            self.hashes.pop(name, None)
            if sha256:
                self.hashes[name] = sha256


def install_locked(installer: Installer, lock: str) -> None:
    """Installs the lock file in two parts: packages of the first part build those of the second from source."""
    with open(lock, encoding="utf-8") as file:
        for part in file.read().split(SECOND):
            installer.install(
                "--no-deps",
                "--require-hashes",
                "--no-build-isolation",
                "--use-pep517",
                "--requirement",
                written([part]),
            )
    package = place()
    if package:
        know_version()
        installer.install("--no-deps", "--no-build-isolation", package)


def install_unlocked(installer: Installer) -> None:
    constraints = ["--constraint", written(listed("CONSTRAINTS"))]
    package = place()
    if package:
        know_version()
    else:
        package = f"{os.environ['PACKAGE']}=={os.environ['VERSION']}"
    installer.install(*constraints, package, *listed("EXTRA_PACKAGES"), "setuptools")
    if listed("OVERRIDES"):
        # pip has no overrides: dependencies pinned too low are replaced afterwards, and pip only warns about the conflict.
        overrides = written(listed("OVERRIDES"))
        installer.install(*constraints, "--upgrade", "--requirement", overrides)


def place() -> Optional[str]:
    """What pip installs for a package that is not on an index. A folder is copied, because a build writes into it."""
    package = os.environ.get("PACKAGE_PLACE")
    if not package or not os.path.isdir(package):
        return package
    return shutil.copytree(package, os.path.join(tempfile.mkdtemp(), "package"))


def know_version() -> None:
    """Gives the version to build tools that otherwise ask git for it, which is not in the image."""
    version = os.environ["VERSION"].removeprefix("v")
    if not re.fullmatch(r"\d+(\.\d+)*((a|b|rc|\.?post|\.?dev)\d+)?", version):
        version = "0.0.0"
    os.environ.update(dict.fromkeys(VERSION_VARIABLES, version))


def trust(certificates: str) -> None:
    """Makes pip and its build processes trust only these certificates, if there are any."""
    if os.path.exists(certificates):
        os.environ.update(
            PIP_CERT=certificates, SSL_CERT_FILE=certificates, REQUESTS_CA_BUNDLE=certificates
        )


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


def describe(folder: str, started_by: list[str]) -> None:
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


def run(what: str, arguments: list[str]) -> None:
    """Runs a command with its output in the build log; its last error is the reason of a failure."""
    done = subprocess.run(arguments, stderr=subprocess.PIPE, text=True)
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        raise Failed(f"{what}: {reason(done.stderr) or f'exit code {done.returncode}'}")


def reason(output: str) -> Optional[str]:
    """The reason of a failure: pip's last error, unless an earlier line explains it better."""
    lines = [
        line.strip() for line in output.splitlines() if line.strip() and "[notice]" not in line
    ]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    versions = [line for line in errors if "(from versions:" in line]
    broken = [
        line.partition("after connection broken by ")[2]
        for line in lines
        if "after connection broken by " in line
    ]
    if versions and broken and "(from versions: none)" in versions[-1]:
        return f"the package index cannot be reached: {broken[-1]}"
    return next(iter((versions or errors or lines)[-1:]), None)


def listed(variable: str) -> list[str]:
    try:
        values = json.loads(os.environ.get(variable) or "[]")
    except ValueError:
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Failed(f"build argument {variable} must be a JSON list of strings")
    return values


def written(lines: Iterable[str]) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.write("".join(f"{line}\n" for line in lines))
    return file.name


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

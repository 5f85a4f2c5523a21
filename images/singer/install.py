"""`install.py FOLDER`, run when an image is built: installs the connector of the build arguments.

It is installed from its lock file if there is one beside this file.
"""

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from typing import Optional

from build_step import Failed, main, run

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
    sys.exit(main(install, *sys.argv[1:]))

"""`sbom.py FOLDER`, run when an image is built: writes FOLDER/sbom.cdx.json, what the image consists of, as CycloneDX 1.6.

It lists the connector, its Python packages with the hashes of the files that pip installed, the Python interpreter,
the runner and the packages of the operating system. The same image gives the same bytes.
"""

import glob
import importlib.metadata
import json
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from typing import Optional
from urllib.parse import quote

from system_packages import Component, operating_system, os_release, system_packages

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def main(folder: str) -> None:
    document = sbom(folder, os.environ.get("CONNECTOR"), os.environ.get("VERSION"))
    with open(os.path.join(folder, "sbom.cdx.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")


def sbom(folder: str, name: Optional[str], version: Optional[str], root: str = "/") -> Component:
    """The document; without a name, of the image that has the runner only."""
    runner = runner_component(folder)
    if name is None:
        subject = {**runner, "type": "container"}
    else:
        subject = {"type": "container", "bom-ref": "image", "name": name, "version": version or ""}
    packages = python_packages(folder)
    system = os_release(root)
    others = [
        *([] if name is None else [runner]),
        interpreter(),
        *([operating_system(system)] if system else []),
        *system_packages(system, root),
    ]
    components = [component for component, _ in packages] + others
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "tapctl"}]},
            "component": subject,
            "properties": [{"name": "tapctl:platform", "value": f"linux/{machine()}"}],
        },
        "components": components,
        "dependencies": [
            {
                "ref": subject["bom-ref"],
                "dependsOn": sorted(component["bom-ref"] for component in components),
            },
            *dependencies(packages),
        ],
    }


def machine() -> str:
    return MACHINES.get(platform.machine(), platform.machine())


def runner_component(folder: str) -> Component:
    with open(os.path.join(folder, "runner", "__init__.py"), encoding="utf-8") as file:
        found = re.search(r'^VERSION = "(.+)"', file.read(), re.M)
    version = found[1] if found else ""
    return {
        "type": "application",
        "bom-ref": "singer-runner",
        "name": "singer-runner",
        "version": version,
    }


def interpreter() -> Component:
    version = platform.python_version()
    return {
        "type": "platform",
        "bom-ref": "python",
        "name": "python",
        "version": version,
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
    }


def python_packages(folder: str) -> list[tuple[Component, list[str]]]:
    """The Python packages of the connector and of the base image, each with the names of the
    packages that it requires."""
    sites = glob.glob(os.path.join(folder, "venv", "lib", "python3*", "site-packages"))
    hashes = read_installed(os.path.join(folder, "installed.json"))
    # Packages of Debian are in another folder, and are listed with the operating system.
    base = [sysconfig.get_path("purelib")]
    return packages_in(sites, hashes, "") + packages_in(base, {}, "base:")


def packages_in(
    sites: list[str], hashes: dict[str, str], prefix: str
) -> list[tuple[Component, list[str]]]:
    found = {}
    for distribution in importlib.metadata.distributions(path=sites):
        name = normalized(distribution.metadata["Name"])
        hashed = hashes.get(name)
        licenses = distribution.metadata.get_all("License-Expression") or []
        component = {
            "type": "library",
            "bom-ref": f"{prefix}pkg:pypi/{name}",
            "name": name,
            "version": distribution.version,
            "purl": f"pkg:pypi/{name}@{quote(distribution.version)}",
            **({"hashes": [{"alg": "SHA-256", "content": hashed}]} if hashed else {}),
            **({"licenses": [{"expression": licenses[0]}]} if licenses else {}),
        }
        requires = [f"{prefix}pkg:pypi/{one}" for one in required(distribution.requires or [])]
        found[name] = (component, requires)
    return [found[name] for name in sorted(found)]


def read_installed(path: str) -> dict[str, str]:
    """SHA-256 of the installed files by name of the package, as install.py wrote them."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        hashes: dict[str, str] = json.load(file)
    return hashes


def required(requirements: Iterable[str]) -> Iterator[str]:
    """Names of required packages without those of extras."""
    for requirement in requirements:
        name = re.match(r"[\w.-]+", requirement)
        if name and not re.search(r";.*\bextra\b", requirement):
            yield normalized(name[0])


def dependencies(packages: list[tuple[Component, list[str]]]) -> list[Component]:
    there = {component["bom-ref"] for component, _ in packages}
    return [
        {
            "ref": component["bom-ref"],
            "dependsOn": sorted(there & set(requires)),
        }
        for component, requires in packages
    ]


def normalized(name: str) -> str:
    """The name as package indexes spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The operating system of an image and its packages, for sbom.py."""

import glob
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

Component = dict[str, Any]
"""A component of CycloneDX."""


def os_release(root: str) -> dict[str, str]:
    """The fields of /etc/os-release; empty if there is none."""
    try:
        with open(os.path.join(root, "etc", "os-release"), encoding="utf-8") as file:
            lines = [line.strip().partition("=") for line in file]
    except OSError:
        return {}
    return {name: value.strip("\"'") for name, _, value in lines if name and value}


def operating_system(release: dict[str, str]) -> Component:
    return {
        "type": "operating-system",
        "bom-ref": "operating-system",
        "name": release.get("ID", "linux"),
        "version": release.get("VERSION_ID", ""),
    }


def system_packages(release: dict[str, str], root: str) -> list[Component]:
    """The packages of Debian, Ubuntu (also distroless) and Alpine; none for other systems."""
    listed = [os.path.join(root, "var/lib/dpkg/status")]
    listed += sorted(glob.glob(os.path.join(root, "var/lib/dpkg/status.d/*")))
    debian = [
        package
        for path in listed
        if os.path.isfile(path) and not path.endswith(".md5sums")
        for package in paragraphs(path, "Package", "Version", "Architecture", "Source", "Status")
        # The last word is the state: half-installed and not-installed end in the same way.
        if package.get("Status", "installed").split()[-1:] == ["installed"]
    ]
    alpine = os.path.join(root, "lib/apk/db/installed")
    packages = [system_package("deb", release, one) for one in debian]
    if os.path.isfile(alpine):
        packages += [
            system_package(
                "apk",
                release,
                {
                    "Package": one.get("P", ""),
                    "Version": one.get("V", ""),
                    "Architecture": one.get("A", ""),
                    **({"Source": one["o"]} if "o" in one else {}),
                },
            )
            for one in paragraphs(alpine, "P", "V", "A", "o")
        ]
    return sorted(packages, key=lambda one: str(one["bom-ref"]))


def system_package(kind: str, release: dict[str, str], package: dict[str, str]) -> Component:
    name, version = package["Package"], package["Version"]
    system = release.get("ID", "debian")
    # The name of a source package is followed by its version if that differs.
    source = package.get("Source", "").partition(" ")[0]
    qualifiers = {
        "arch": package.get("Architecture", ""),
        "distro": f"{system}-{release['VERSION_ID']}" if "VERSION_ID" in release else "",
        "upstream": source if source != name else "",
    }
    query = "&".join(f"{key}={quote(value)}" for key, value in qualifiers.items() if value)
    return {
        "type": "library",
        "bom-ref": f"pkg:{kind}/{system}/{name}:{package.get('Architecture', '')}",
        "name": name,
        "version": version,
        "purl": f"pkg:{kind}/{system}/{quote(name)}@{quote(version)}{'?' if query else ''}{query}",
    }


def paragraphs(path: str, *fields: str) -> Iterator[dict[str, str]]:
    """The paragraphs of a package database, with these of their fields."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file.read().split("\n\n"):
            lines = (line.partition(":") for line in text.split("\n"))
            found = {
                name: value.strip() for name, colon, value in lines if colon and name in fields
            }
            if found:
                yield found

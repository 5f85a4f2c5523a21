"""A step of the build of an image: install.py or describe.py.

The arguments are environment variables; lists are JSON. The last line of a failed build names the connector and the
error.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Optional


class Failed(Exception):
    """Ends the build; its text is the last line."""


def main(step: Callable[[str], None], folder: str) -> int:
    try:
        for needed in ("CONNECTOR", "PACKAGE", "VERSION"):
            if not os.environ.get(needed):
                raise Failed(f"build argument {needed} is not set")
        step(folder)
    except Failed as error:
        connector, package, version = map(os.environ.get, ("CONNECTOR", "PACKAGE", "VERSION"))
        sys.stderr.write(f'connector "{connector or ""}" ({package} {version}): {error}\n')
        return 1
    return 0


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

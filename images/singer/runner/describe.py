"""describe: finds out what a connector supports from its --help and --about."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from typing import IO, Any, NamedTuple, Optional

from .codes import OK, TAP_FAILED, TARGET_FAILED, RunnerError
from .connector import Connector, Flags, describe_json
from .descent import adopt_orphans, descendants, die_with_parent, kill
from .failure import reason
from .files import write_json
from .request import Arguments

_TIMEOUT_SECONDS = 60
_MOST = 16 << 20


def describe(args: Arguments) -> tuple[int, Optional[str]]:
    """Writes connector.json for the program in `args`."""
    failed = TAP_FAILED if args.kind == "tap" else TARGET_FAILED
    text = _help(args.name, args.start, failed)
    flags = read_flags(text)
    about = _about(args.start) if flags.about else About({}, [], {})
    connector = Connector(
        args.name,
        args.kind,
        args.version,
        args.start,
        flags,
        {**about.types, **args.settings},
        args.output_setting,
        _python_of(args.start[0]),
        sorted({*about.required, *args.required} - args.defaults.keys()),
        args.defaults,
        about.help,
        args.output_aliases,
    )
    write_json(args.output, describe_json(connector))
    return OK, None


def read_flags(text: str) -> Flags:
    """The flags a help text offers."""

    def has(flag: str) -> bool:
        # Only at the start of a line or usage item, alone or after the short form: elsewhere it is prose.
        option = r"(?:-\w\b[^\n,|]{0,40}[,|]\s*)?" + flag + r"(?![\w-])"
        return (
            re.search(rf"^\s*{option}|[\[(|]\s*{option}|\A[^\n]*\s{option}", text, re.M) is not None
        )

    catalog = "catalog" if has("--catalog") else "properties" if has("--properties") else "none"
    return Flags(
        has("--config"),
        catalog,
        has("--state"),
        has("--discover"),
        has("--about"),
        has("--discover-first"),
    )


def _help(name: str, command: list[str], failed: int) -> str:
    code, output, errors = _run(name, command + ["--help"], failed)
    text = output + "\n" + errors
    # Some legacy connectors have no --help: they reject it and print their usage.
    if code != 0 and "--config" not in text:
        why = reason(errors.splitlines()) or reason(output.splitlines())
        raise RunnerError(failed, f"{name} does not start: {why or f'--help exited with {code}'}")
    return text


class About(NamedTuple):
    """A connector's description of its settings."""

    types: dict[str, str]
    required: list[str]
    help: dict[str, str]


def _about(command: list[str]) -> About:
    """The settings that the connector reports; empty if it reports none."""
    try:
        code, output, _ = _run("", command + ["--about", "--format=json"], OK)
        settings = json.loads(output[max(0, output.find("{")) :])["settings"]
        properties = settings["properties"] if code == 0 else {}
        required = [
            name
            for name in settings.get("required", [])
            if "default" not in properties.get(name, {})
        ]
        said = {name: schema.get("description") for name, schema in properties.items()}
        return About(
            _types(properties),
            required,
            {name: text for name, text in said.items() if isinstance(text, str)},
        )
    except (RunnerError, ValueError, KeyError, TypeError, AttributeError):
        return About({}, [], {})


def _types(properties: dict[str, Any], parent: str = "") -> dict[str, str]:
    """Types of settings by name; nested settings are `parent.name`."""
    found = {}
    for name, schema in properties.items():
        found[parent + name] = _type(schema)
        inside = schema.get("properties") if isinstance(schema, dict) else None
        if isinstance(inside, dict):
            found.update(_types(inside, f"{parent}{name}."))
    return found


def _type(schema: Any) -> str:
    kinds = _kinds(schema)
    # If a setting accepts text among other types, pass it as text.
    if "string" in kinds:
        return "string"
    if kinds and kinds <= {"integer", "number"}:
        return "number"
    return "boolean" if kinds == {"boolean"} else "json"


def _kinds(schema: Any) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    listed = schema.get("type")
    kinds = set(listed if isinstance(listed, list) else [listed]) - {"null", None}
    for word in ("anyOf", "oneOf"):
        kinds.update(*(_kinds(each) for each in schema.get(word) or []))
    return kinds


def _run(name: str, command: list[str], failed: int) -> tuple[int, str, str]:
    adopt_orphans()
    # Files instead of pipes, which a process that the connector leaves behind would hold open.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
            code = process.wait(_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise RunnerError(
                failed, f"{name} does not start: no answer to --help in {_TIMEOUT_SECONDS} s"
            ) from None
        except OSError as error:
            raise RunnerError(
                failed, f"{name} does not start: {command[0]}: {error.strerror}"
            ) from None
        finally:
            kill(descendants())
        return code, _text(output), _text(errors)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST).decode("utf-8", "replace")


def _python_of(executable: str) -> Optional[str]:
    """Python version of the virtual environment of `executable`; None if it is not in one."""
    settings = os.path.join(os.path.dirname(os.path.dirname(executable)), "pyvenv.cfg")
    try:
        with open(settings, encoding="utf-8") as file:
            found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", file.read(), re.M)
    except OSError:
        return None
    return found[1] if found else None

"""--help and --about of a connector image."""

from __future__ import annotations

import json
import textwrap

from .codes import TABLE
from .connector import Connector, describe_json
from .environment import given_names, variables
from .request import SCHEMA

_TYPES = {"string": "text"}
_WIDTH = 100
_FILES = """files, mounted at /singer or /opt/code (below config/ or beside each other):
  config.json              settings; environment variables override them ({kind}-config.json: only for this {kind})
  catalog.json             the catalog
  state.json               the state of the last run"""
_TAP_FILES = """
  select.json              rules that select streams, if there is no catalog
  extract.jsonl            receives the records, in the first of these folders that is mounted, else in /tmp"""
_TARGET_FILES = """
  extract.jsonl            output of a tap (or input.jsonl, or a folder input/); with docker run -i stdin
  state.json, output/      receive the state, which is also printed to stdout, and the files, in the first
                           of these folders that is mounted, else in /tmp"""
_EXAMPLES = {
    "tap": (
        "docker run -v singer:/singer{settings} IMAGE",
        "docker run{settings} IMAGE --stdout | docker run -i TARGET",
        "docker run{settings} IMAGE --discover > catalog.json",
    ),
    "target": (
        "docker run -v singer:/singer{settings} IMAGE",
        "docker run TAP --stdout | docker run -i{settings} IMAGE > state.json",
    ),
}


def about(connector: Connector) -> str:
    """The description as JSON, with the variables of each setting and without fields that only the runner needs."""
    raw = describe_json(connector)
    settings = {
        name: {
            "type": connector.settings[name],
            "required": name in connector.required,
            **({"default": connector.defaults[name]} if name in connector.defaults else {}),
            "variables": variables(connector, name),
            **({"description": connector.help[name]} if name in connector.help else {}),
        }
        for name in given_names(connector)
    }
    shown = {name: raw[name] for name in ("name", "kind", "version", "python", "flags")}
    return (
        json.dumps({**shown, "settings": settings}, indent=2, ensure_ascii=False, default=str)
        + "\n"
    )


def epilog(connector: Connector) -> str:
    """The part of --help below the flags."""
    files = _FILES.format(kind=connector.kind) + (
        _TAP_FILES if connector.kind == "tap" else _TARGET_FILES
    )
    examples = "\n".join(
        f"  {line.format(settings=_some_settings(connector))}"
        for line in _EXAMPLES[connector.kind]
        if connector.flags.discover or "--discover" not in line
    )
    more = f"For everything else, pass a request as JSON: docker run IMAGE REQUEST. Its fields are described in\n{SCHEMA}."
    return "\n\n".join([_settings(connector), files, f"examples:\n{examples}", more, TABLE])


def _settings(connector: Connector) -> str:
    title = "settings, by variables (NAME_FILE names a file that holds the value; JSON for all but text):"
    names = sorted(given_names(connector), key=lambda name: (name not in connector.required, name))
    if not names:
        return f'settings, by variables:\n  {variables(connector, "NAME")[0]} for the setting "name", as text; for others use config.json'
    return "\n".join([title, *(_setting(connector, name) for name in names)])


def _setting(connector: Connector, name: str) -> str:
    kind = connector.settings[name]
    facts = [
        _TYPES.get(kind, kind),
        *(["required"] if name in connector.required else []),
        *(
            [f"default {json.dumps(connector.defaults[name], default=str)}"]
            if name in connector.defaults
            else []
        ),
    ]
    head = f"  {variables(connector, name)[-1]:<24} {', '.join(facts)}"
    said = textwrap.shorten(connector.help.get(name, ""), 300, placeholder=" ...")
    return "\n".join(
        [head, *textwrap.wrap(said, _WIDTH, initial_indent=" " * 27, subsequent_indent=" " * 27)]
    )


def _some_settings(connector: Connector) -> str:
    return "".join(f" -e {variables(connector, name)[-1]}=..." for name in connector.required)

"""Output of `--about`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tapctl_bulk.common.settings import Setting, json_schema


def about(
    *,
    name: str,
    version: str,
    description: str,
    capabilities: Sequence[str],
    settings: Sequence[Setting],
    output_format: str,
) -> str:
    """Describe a connector. The JSON has the fields that SDK connectors print."""
    if output_format == "json":
        return json.dumps(
            {
                "name": name,
                "description": description,
                "version": version,
                "capabilities": list(capabilities),
                "settings": json_schema(settings),
            },
            indent=2,
        )
    if output_format == "markdown":
        head = [
            f"# {name} {version}",
            "",
            description,
            "",
            "| Setting | Type | Default | Meaning |",
        ]
        rows = [
            f"| `{item.name}` | {item.type} | {_default(item)} | {item.description} |"
            for item in settings
        ]
        return "\n".join([*head, "|---|---|---|---|", *rows])
    lines = [
        f"{item.name} ({item.type}, {_default(item)}): {item.description}" for item in settings
    ]
    return "\n".join(
        [f"{name} {version}: {description}", f"Capabilities: {', '.join(capabilities)}", *lines]
    )


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    return "no default" if setting.default is None else f"default {json.dumps(setting.default)}"

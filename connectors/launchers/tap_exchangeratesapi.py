"""Starts tap-exchangeratesapi 0.1.1 with its address as the setting `base_url` and its last day as `end_date`.

The published tap queries an address that requires an API key and has no setting for another one, and it queries
every day until today.
Run by the Python of the connector's environment, with the tap's own arguments.
"""

import argparse
import json
import sys
from typing import Any

import requests  # type: ignore[import-untyped]
import tap_exchangeratesapi as tap


def read_config() -> dict[str, Any]:
    """The config that the tap is about to read; empty if there is none."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-c", "--config")
    path = parser.parse_known_args()[0].config
    if path is None:
        return {}
    with open(path, encoding="utf-8") as file:
        config: dict[str, Any] = json.load(file)
    return config


def fetch(url: str, params: Any) -> Any:
    """One request; a server that cannot be reached ends the tap with a line instead of a traceback of its retry code."""
    try:
        return get(url=url, params=params, timeout=60)
    except requests.exceptions.RequestException as error:
        sys.exit("cannot reach %s: %s" % (url, error))


def until(last_day: str) -> Any:
    """A clock that stops at the end of a day: the tap queries days until its clock has reached them."""
    end = tap.datetime.strptime(last_day, tap.DATE_FORMAT)

    class Clock(tap.datetime):  # type: ignore[misc]
        @classmethod
        def utcnow(cls) -> Any:
            return min(super().utcnow(), end)

    return Clock


config = read_config()
if "base_url" in config:
    tap.base_url = config["base_url"].rstrip("/") + "/"

if "end_date" in config:
    tap.datetime = until(config["end_date"])

# Every record carries the base currency, the schema only where the server lists it among its rates; targets that hold
# records to their schema refuse the rest.
tap.schema["properties"][config.get("base", "USD")] = {"type": ["null", "number"]}

get = tap.requests.get
tap.requests.get = fetch

tap.main()

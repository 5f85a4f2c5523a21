"""Shared parts of commands that start connectors: secrets, log, warnings, result, progress, main loop."""

from __future__ import annotations

import os
import time
from typing import Any, Optional

from .codes import INTERRUPTED, RunnerError, status
from .connector import Connector, read_connector, with_types
from .descent import adopt_orphans, descendants, kill
from .files import read_list, read_object, result_if_any, write_json
from .log import Log, timestamp
from .lossless import encode
from .masking import Masker, likely_secrets, named_secrets
from .mounted_secrets import with_mounted_secrets
from .private import make_private_dir, remove_tree
from .progress import Progress
from .request import Arguments
from .supervisor import Supervisor
from .tries import earlier_attempts

Result = dict[str, Any]


class Session:
    """One run of the runner; `close` must be called at the end."""

    def __init__(self, args: Arguments) -> None:
        self.args = args
        self.masker = Masker()
        self.log = Log(
            self.masker,
            {"tap": getattr(args, "tap_log", None), "target": getattr(args, "target_log", None)},
        )
        self.progress = Progress(
            getattr(args, "progress", "none"), lambda line: self.log.line("runner", line)
        )
        self.supervisor = Supervisor(args.grace_seconds)
        self.durable = args.parent_process is None
        """Whether its files must survive a power failure: a parent process reads them at once and does not live on."""
        adopt_orphans()
        self.result: Result = {
            "command": args.command,
            "started": timestamp(time.time()),
            "warnings": [],
            "leftOut": [],
            "leftOutCount": 0,
        }
        if getattr(args, "attempt", None) is not None:
            self.result["attempt"] = args.attempt
        """The content of the result."""
        tries = earlier_attempts(result_if_any(getattr(args, "previous", None)))
        if tries:
            self.result["tries"] = tries
        self.output_folder: Optional[str] = None
        """The target's output directory, if it has a setting for one."""
        self._private: Optional[tuple[str, int]] = None

    def warn(self, text: str) -> None:
        """Adds a warning to the log and the result."""
        self.result["warnings"].append(text)
        self.log.line("runner", f"warning: {text}")

    def leave_out(self, text: str, count: int = 1) -> None:
        """Reports lines or streams that did not reach the target unchanged, wherever the run is shown."""
        self.left_out_before([text], count)
        self.log.line("runner", f"skipped: {text}")

    def left_out_before(self, texts: list[str], count: int) -> None:
        """Adds what earlier attempts left out, which their logs already show."""
        self.result["leftOut"] = self.result["leftOut"] + texts
        self.result["leftOutCount"] += count

    def connector(self, kind: str) -> Connector:
        """The tap or target of this run."""
        connector = read_connector(getattr(self.args, f"{kind}_connector"), kind)
        self.result[kind + "Connector"] = {"name": connector.name, "version": connector.version}
        return connector

    def config(self, connector: Connector) -> dict[str, Any]:
        """The configuration with secrets converted to the types of their settings; masks the secrets from now on."""
        config, secrets = self._given(connector)
        self.masker.add(secrets)
        listed = getattr(self.args, f"{connector.kind}_secrets", None)
        if not listed:
            self.masker.add(likely_secrets(config))
            return config
        paths = read_list(listed, "list of secrets")
        self.masker.add(named_secrets(config, paths))
        typed = with_types(config, connector, paths)
        self.masker.add(named_secrets(typed, paths))
        return typed

    def _given(self, connector: Connector) -> tuple[dict[str, Any], list[str]]:
        """The configuration, and the secrets among its values that are known to be some."""
        path = getattr(self.args, f"{connector.kind}_config")
        config = {} if path is None else read_object(path, f"config of {connector.name}")
        secrets = os.path.join(self.args.directory, "secrets")
        config = with_mounted_secrets(config, secrets, connector.name)
        if path and not self.args.standalone:
            return config, []
        # Loaded late: a pipeline gives its connectors a file.
        from .environment import settings_from, standalone_config

        if self.args.standalone:
            return standalone_config(config, connector)
        return settings_from(os.environ, connector)

    def private_file(self, name: str, value: Any) -> str:
        """Writes `value` to a private file that only this user can read; it is removed at the end."""
        path = self.private_path(name)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as file:
            file.write(encode(value))
        return path

    def private_path(self, name: str) -> str:
        """A path in the private directory."""
        if self._private is None:
            self._private = make_private_dir()
        return os.path.join(self._private[0], name)

    def check_not_stopped(self) -> None:
        """Ends the run if a stop was requested."""
        if self.supervisor.stops:
            raise RunnerError(INTERRUPTED, "stopped before it finished")

    def close(self, code: int, error: Optional[str]) -> None:
        """Kills processes that connectors left running, writes the result, and removes the private directory."""
        kill(descendants())
        try:
            path = getattr(self.args, "result", None)
            if path:
                end = {"ended": timestamp(time.time()), "status": status(code), "code": code}
                whole = {**end, "error": error, **self.result}
                write_json(path, self.masker.tree(whole), durable=self.durable)
        finally:
            if self._private:
                remove_tree(self._private[0])
                os.close(self._private[1])

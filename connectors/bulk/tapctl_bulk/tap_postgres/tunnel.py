"""SSH tunnel through a bastion host, by asyncssh."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.logs import log_of_libraries
from tapctl_bulk.common.settings import Config

TIMEOUT = 60


def through_tunnel(config: Config, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a connection; open the tunnel first if the settings require one.

    The tunnel lives until the process ends.

    Raises:
        ConnectorError: The bastion host refuses the connection.
    """
    tunnel = config["ssh_tunnel"]
    if not isinstance(tunnel, dict) or tunnel.get("enable") is not True:
        return parameters
    for name in ("host", "username"):
        if not tunnel.get(name):
            raise ConnectorError(
                f'setting "ssh_tunnel.{name}" is missing', "Set it, or turn the tunnel off"
            )
    port = _open(tunnel, str(parameters["host"]), int(parameters.get("port", 5432)))
    # The name stays: TLS compares it with the certificate.
    return {**parameters, "hostaddr": "127.0.0.1", "port": port}


def _open(tunnel: Mapping[str, Json], host: str, port: int) -> int:
    try:
        # Slow to import, and rarely needed.
        import asyncio

        import asyncssh
    except ImportError as error:
        raise ConnectorError(
            "ssh_tunnel needs the package asyncssh",
            "Install it: pip install 'tapctl-bulk[tap-postgres]'",
        ) from error
    log_of_libraries()
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="ssh tunnel", daemon=True).start()
    where = f"{tunnel['host']}:{tunnel.get('port') or 22}"
    try:
        forwarding = asyncio.run_coroutine_threadsafe(_forward(tunnel, host, port), loop)
        return forwarding.result(TIMEOUT)
    except (OSError, asyncssh.Error, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConnectorError(
            f"ssh_tunnel: cannot connect to {where}: {reason}",
            "Check host, port, username and private_key of ssh_tunnel",
        ) from error


async def _forward(tunnel: Mapping[str, Json], host: str, port: int) -> int:
    import asyncssh

    keys = []
    if private := tunnel.get("private_key"):
        passphrase = tunnel.get("private_key_password")
        keys = [asyncssh.import_private_key(str(private), str(passphrase) if passphrase else None)]
    known = tunnel.get("host_key")
    connection = await asyncssh.connect(
        str(tunnel["host"]),
        int(str(tunnel.get("port") or 22)),
        username=str(tunnel["username"]),
        client_keys=keys or None,
        agent_path=None,
        config=None,
        known_hosts=([asyncssh.import_public_key(str(known))], [], []) if known else None,
        connect_timeout=TIMEOUT / 2,
        keepalive_interval=30,
    )
    listener = await connection.forward_local_port("127.0.0.1", 0, host, port)
    return int(listener.get_port())

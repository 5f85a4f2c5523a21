"""Arguments, settings and the end of a connector."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PROGRAM = """
import sys
import time
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.program import Connector, run_program
from tapctl_bulk.common.settings import Setting
from tapctl_bulk.common.singer import Output

def run(arguments, config):
    if config["mode"] == "fail":
        raise ConnectorError('stream "a": table is missing', "Run discovery again")
    if config["mode"] == "wait":
        print("ready", flush=True)
        time.sleep(60)
    while config["mode"] == "flood":
        Output().write(b"x" * 65536)
    Output().write_state({"mode": config["mode"], "size": config["size"]})

settings = (
    Setting("mode", "string", "what to do", required=True, choices=("ok", "fail", "wait", "flood")),
    Setting("size", "integer", "a number", default=7),
    Setting("password", "string", "a secret", secret=True),
)
run_program(Connector("tap-tiny", "tap", "A tap.", ("about",), settings, run))
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(PROGRAM))
    return [sys.executable, str(path)]


def config(folder: Path, text: str) -> list[str]:
    path = folder / "config.json"
    path.write_text(text)
    return ["--config", str(path)]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_program_runs_with_defaults(program: list[str], tmp_path: Path) -> None:
    done = run([*program, *config(tmp_path, '{"mode": "ok", "unknown": 1}')])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"type": "STATE", "value": {"mode": "ok", "size": 7}}


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ('{"mode": "fail"}', 'stream "a": table is missing. Run discovery again'),
        ("{}", 'setting "mode" is missing. Add it to the file of --config'),
        (
            '{"mode": "x"}',
            'setting "mode" must be one of ok, fail, wait, flood. Change it in the configuration',
        ),
        (
            '{"mode": "ok", "size": "7"}',
            'setting "size" must be of type integer. Change it in the configuration',
        ),
        (
            '{"mode": "ok", "size": true}',
            'setting "size" must be of type integer. Change it in the configuration',
        ),
        (
            '{"mode": "ok", "size": 1.5}',
            'setting "size" must be of type integer. Change it in the configuration',
        ),
    ],
)
def test_program_error_is_one_line(
    program: list[str], tmp_path: Path, settings: str, line: str
) -> None:
    done = run([*program, *config(tmp_path, settings)])
    assert (done.returncode, done.stderr, done.stdout) == (1, f"tap-tiny: error: {line}\n", "")


def test_program_unreadable_config_is_one_line(program: list[str], tmp_path: Path) -> None:
    done = run([*program, "--config", str(tmp_path / "none.json")])
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "none.json: No such file or directory" in done.stderr


def test_program_sigterm_ends_it(program: list[str], tmp_path: Path) -> None:
    command = [*program, *config(tmp_path, '{"mode": "wait"}')]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (143, "tap-tiny: error: stopped by SIGTERM\n")


def test_program_ends_when_its_reader_is_gone(program: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*program, *config(tmp_path, '{"mode": "flood"}')]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert done.returncode == 1
    assert (
        done.stderr
        == "tap-tiny: error: the reader of the output has ended. See its log for the cause\n"
    )


def test_about_has_the_schema_of_the_settings(program: list[str]) -> None:
    about = json.loads(run([*program, "--about", "--format=json"]).stdout)
    assert about["name"] == "tap-tiny"
    assert about["settings"]["required"] == ["mode"]
    assert about["settings"]["properties"]["size"] == {
        "type": ["integer", "null"],
        "description": "a number",
        "default": 7,
    }
    assert about["settings"]["properties"]["password"]["secret"] is True


def test_wrong_usage_has_exit_code_2(program: list[str]) -> None:
    assert run([*program, "--nonsense"]).returncode == 2


def test_help_reaches_a_pipe(program: list[str]) -> None:
    """tapctl reads the flags of a connector from its help."""
    done = run([*program, "--help"])
    assert done.returncode == 0
    assert "--catalog" in done.stdout

"""The command line."""

from __future__ import annotations

import argparse
import os
from typing import Callable

from . import VERSION, codes, places
from .lossless import loads
from .state import FAIL, KEEP, REFRESH

_EXAMPLES = {
    "extract": "runner extract --connector tap.json --config config.json --output extract.jsonl",
    "load": "runner load --connector target.json --config config.json --input extract.jsonl --candidate state.json",
    "stream": "runner stream --tap-connector tap.json --tap-config a.json "
    "--target-connector target.json --target-config b.json --candidate state.json",
    "discover": "runner discover --connector tap.json --config config.json --output catalog.json",
    "commit": "runner commit --candidate candidate.json --output commit.json "
    "--pipeline orders --run 20261123T081502Z-4f2a9c",
    "verdict": "runner verdict --result result.json",
    "summary": "runner summary --status Failed --tap-result extract-result.json --target-result load-result.json "
    "--output summary.json --pipeline orders --run 20261123T081502Z-4f2a9c",
    "notify": "runner notify --event failed --on failed,recovered --pipeline orders --run 20261123T081502Z-4f2a9c",
    "describe": "runner describe --kind tap --name tap-x --connector-version 1.0 "
    "--output connector.json -- /venv/bin/tap-x",
}


_EVENTS = ("started", "succeeded", "failed", "recovered")

DATA = ("extract", "load", "stream", "discover")
"""Subcommands that start connectors."""


def parse(argv: list[str], standalone: bool = False) -> argparse.Namespace:
    """The arguments, with every default filled in; `standalone` where an image was started by hand."""
    args = _parser().parse_args(argv)
    args.standalone = standalone
    if args.subcommand in DATA:
        places.fill_in(args)
    for name in (
        "result",
        "candidate",
        "overlay",
        "tap_log",
        "target_log",
        "marker",
        "outcome",
        "summary",
    ):
        folder = os.path.dirname(getattr(args, name, None) or "") or "."
        if not os.path.isdir(folder):
            # Told now rather than after the data has been moved.
            raise codes.RunnerError(
                codes.USAGE, f"--{name.replace('_', '-')}: there is no directory {folder}"
            )
    if getattr(args, "progress", "none") != "none" and getattr(args, "output", None) == "-":
        raise codes.RunnerError(
            codes.USAGE, "--progress and --output - both want stdout: give one of them up"
        )
    return args


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Made once for each argument: the library's own asks for the terminal's width by a module slow to import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class Parser(argparse.ArgumentParser):
    def error(self, message: str):  # type: ignore[override]
        raise codes.RunnerError(codes.USAGE, f"{message} (see {self.prog} --help)")


def _width() -> int:
    try:
        return (os.get_terminal_size(1).columns or 80) - 2
    except OSError:
        return 78


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="runner",
        formatter_class=Formatter,
        description="Runs Singer taps and targets. Without a subcommand: extract for a tap, load for a target.",
        epilog=f"example: {_EXAMPLES['extract']}\n\n{places.TABLE}\n\n{codes.TABLE}",
    )
    parser.add_argument("--version", action="version", version=f"singer-runner {VERSION}")
    commands = parser.add_subparsers(
        dest="subcommand", required=True, metavar="SUBCOMMAND", parser_class=Parser
    )
    _extract(_command(commands, "extract", "run a tap into a file"))
    _load(_command(commands, "load", "give an extract to a target"))
    _stream(_command(commands, "stream", "run a tap and a target at once"))
    _discover(_command(commands, "discover", "write the catalog of a tap"))
    _describe(_command(commands, "describe", "find out the flags and settings of a connector"))
    _commit(_command(commands, "commit", "make the candidate of a load the state to store"))
    _verdict(_command(commands, "verdict", "fail as a step failed whose progress was saved"))
    _summary(_command(commands, "summary", "write what a run has come to"))
    _notify(_command(commands, "notify", "tell a webhook (WEBHOOK_URL) of a run; never fails"))
    return parser


def _command(commands, name: str, text: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        allow_abbrev=False,
        formatter_class=Formatter,
        epilog=f"example: {_EXAMPLES[name]}\n\n{places.TABLE}\n\n{codes.TABLE}",
    )


def _connector(command: argparse.ArgumentParser, kind: str, prefix: str = "") -> None:
    for name, text in (
        ("connector", f"description of the {kind} (connector.json)"),
        ("config", "its configuration; without a file: the environment"),
        (
            "secrets",
            'JSON list of paths of its secret settings, e.g. [["password"]]; without it '
            "settings are masked whose name sounds like a secret",
        ),
        ("log", "file that gets its log lines"),
    ):
        command.add_argument(f"--{prefix}{name}", dest=f"{kind}_{name}", metavar="F", help=text)


def _shared(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dir", default=places.directory(), metavar="D", help="where files are by default"
    )
    command.add_argument(
        "--grace",
        type=_positive,
        default=30.0,
        metavar="SECONDS",
        help="time connectors get to end after SIGTERM or SIGINT (30)",
    )
    command.add_argument(
        "--idle-timeout",
        type=_positive,
        metavar="SECONDS",
        help="fail when no byte and no line of a log has moved for so long; 0 for never (0)",
    )
    command.add_argument(
        "--die-with-parent",
        type=_count,
        metavar="PID",
        help="end at once when the process PID, which started the runner, has ended (Linux)",
    )


def _run(command: argparse.ArgumentParser) -> None:
    _shared(command)
    command.add_argument(
        "--state", metavar="F", help="saved state: an envelope or a bare one; no file: none"
    )
    command.add_argument(
        "--given-state",
        metavar="F",
        help="state that counts instead of all others in this run; no file: none",
    )
    command.add_argument(
        "--resume", metavar="F", help="keeps how far the attempts of this run got, for the next one"
    )
    command.add_argument(
        "--former-state", metavar="F", help="state that counts while there is no --state"
    )
    command.add_argument(
        "--former-unless",
        metavar="D",
        help="with files in this directory --former-state does not count",
    )
    command.add_argument(
        "--initial-state", metavar="F", help="state that counts while there is neither"
    )
    command.add_argument(
        "--run", metavar="ID", help="id of this run, instead of the one in --identity"
    )
    command.add_argument(
        "--attempt", type=_count, metavar="N", help="which attempt this is, from 0"
    )
    command.add_argument(
        "--outcome",
        metavar="F",
        help="gets a word: of a tap complete, partial or failed; of a load saved, unchanged or failed",
    )
    command.add_argument(
        "--leave-verdict",
        action="store_true",
        help="end with 0 and --outcome failed where another try does not help; a verdict fails the run",
    )
    command.add_argument(
        "--identity",
        metavar="F",
        help="pipeline, run, tap, source, target and destination of this run",
    )
    command.add_argument(
        "--on-change",
        choices=(FAIL, KEEP, REFRESH),
        default=FAIL,
        help="when the state is of another source or destination: fail, keep it, or refresh (without any state); "
        "bookmarks of streams that the run does not bring stay",
    )
    command.add_argument("--catalog", metavar="F", help="the catalog")
    command.add_argument("--result", metavar="F", help="gets what the run came to, as JSON")
    command.add_argument(
        "--progress", choices=("json", "text", "none"), default="none", help="progress on stdout"
    )


def _tap_run(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--select", metavar="F", help="JSON list of selection rules for a discovered catalog"
    )
    command.add_argument(
        "--overlay", metavar="F", help="keeps settings that the tap changes, for the next run"
    )
    command.add_argument(
        "--settings",
        type=_object,
        default={},
        metavar="JSON",
        help='settings that win over the configuration in this run, e.g. {"start_date":"2026-01-01"}',
    )


def _target_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--candidate", metavar="F", help="gets the state to save")
    command.add_argument("--output-dir", metavar="D", help="where the target writes files")
    command.add_argument(
        "--earlier",
        metavar="F",
        help="result of the attempt before this one of the same run; no file: none",
    )
    command.add_argument(
        "--min-records", type=_count, metavar="N", help="fewer records are an error"
    )
    command.add_argument(
        "--max-bad-lines",
        type=_count,
        default=1000,
        metavar="N",
        help="log lines in the tap's output that are left out; more are an error (1000)",
    )
    command.add_argument(
        "--max-staleness",
        type=_positive,
        metavar="SECONDS",
        help="how old the bookmark of a stream may be after the load; 0 for any age",
    )


def _extract(command: argparse.ArgumentParser) -> None:
    _connector(command, "tap")
    _run(command)
    _tap_run(command)
    command.add_argument("--output", metavar="F", help="gets what the tap sends; - is stdout")
    command.add_argument(
        "--await-result",
        metavar="F",
        help="after a failure, end once the target behind the FIFO has written this result, or at a stop",
    )
    command.add_argument(
        "--last-attempt",
        type=_count,
        metavar="N",
        help="in this attempt a tap that fails after sending data ends with 0, as a partial extract",
    )


def _load(command: argparse.ArgumentParser) -> None:
    _connector(command, "target")
    _run(command)
    _target_run(command)
    command.add_argument(
        "--input", metavar="F", help="what the tap sent: a file, a FIFO, or - for stdin"
    )
    command.add_argument(
        "--tap-activity", metavar="F", help="log of the tap, whose changes count as a sign of life"
    )
    command.add_argument(
        "--partial",
        action="store_true",
        help="the tap failed: whole lines only, no stream the catalog calls FULL_TABLE",
    )
    command.add_argument(
        "--tap-outcome", choices=("complete", "partial"), help="the same as what extract said of it"
    )
    command.add_argument(
        "--tap-outcome-file",
        metavar="F",
        help="the same in a file, that of extract's --outcome, which is waited for at the end of a FIFO",
    )


def _stream(command: argparse.ArgumentParser) -> None:
    _connector(command, "tap", "tap-")
    _connector(command, "target", "target-")
    _run(command)
    _tap_run(command)
    _target_run(command)


def _discover(command: argparse.ArgumentParser) -> None:
    _connector(command, "tap")
    _shared(command)
    command.add_argument(
        "--overlay", metavar="F", help="keeps settings that the tap changes, for the next run"
    )
    command.add_argument("--output", metavar="F", help="gets the catalog; - is stdout")


def _describe(command: argparse.ArgumentParser) -> None:
    command.add_argument("--kind", choices=("tap", "target"), required=True)
    command.add_argument("--name", required=True, help="name of the connector, e.g. tap-postgres")
    command.add_argument("--connector-version", required=True, metavar="V", help="its version")
    command.add_argument(
        "--settings",
        metavar="JSON",
        default="{}",
        help='types of its settings, e.g. {"start_date":"string","batch_size":"number"}',
    )
    command.add_argument(
        "--defaults",
        type=_object,
        default={},
        metavar="JSON",
        help="settings that its image gives it by itself",
    )
    command.add_argument(
        "--required",
        type=_names,
        default=[],
        metavar="JSON",
        help="settings without which it does not start",
    )
    command.add_argument(
        "--output-aliases",
        type=_names,
        default=[],
        metavar="JSON",
        help="other names of --output-setting",
    )
    command.add_argument(
        "--output-setting", metavar="S", help="setting that says where a target writes files"
    )
    command.add_argument("--output", required=True, metavar="F", help="gets connector.json")
    command.add_argument(
        "command", nargs="+", metavar="COMMAND", help="what starts the connector, after --"
    )


def _commit(command: argparse.ArgumentParser) -> None:
    for name, text in (
        ("candidate", "state that a load left"),
        ("output", "gets the state to store"),
    ):
        command.add_argument(f"--{name}", required=True, metavar="F", help=text)
    command.add_argument(
        "--save",
        choices=("true", "false"),
        default="true",
        help="false: leaves the saved state as it is (true)",
    )
    command.add_argument("--summary", metavar="F", help="gets what the run has come to")
    command.add_argument(
        "--facts",
        metavar="D",
        help="gets files with numbers for metrics: records, bytes, retries, bookmark",
    )
    command.add_argument(
        "--tap-outcome",
        metavar="WORD",
        help="what extract said of it: after partial the run will fail",
    )
    command.add_argument(
        "--tap-outcome-file", metavar="F", help="the same in a file, that of extract's --outcome"
    )
    command.add_argument(
        "--follow-ups", metavar="JSON", default="[]", help="steps that are still to come"
    )
    _of_run(command)


def _summary(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--status",
        required=True,
        metavar="WORD",
        help="Succeeded, Failed or Error, as Argo says it",
    )
    command.add_argument(
        "--output", required=True, metavar="F", help="gets what the run has come to"
    )
    command.add_argument(
        "--committed", metavar="F", help="what the run's commit wrote of it, where there was one"
    )
    _of_run(command)


def _of_run(command: argparse.ArgumentParser) -> None:
    for name, text in (("pipeline", "the pipeline"), ("run", "the run")):
        command.add_argument(f"--{name}", required=True, metavar="NAME", help=text)
    for name, text in (("tap-result", "result of extract"), ("target-result", "result of load")):
        command.add_argument(f"--{name}", metavar="F", help=f"{text}; no file: none")
    for name, text in (
        ("mode", "artifact, stream or job"),
        ("trigger", "what started it"),
        ("started", "when, RFC 3339"),
        ("workflow", "name of the Workflow"),
    ):
        command.add_argument(
            f"--{name}", metavar="TEXT", default="", help=f"{text}, for the summary"
        )


def _verdict(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--result", required=True, metavar="F", help="result of the step that failed"
    )
    command.add_argument(
        "--loaded",
        metavar="F",
        help="result of the load after it, for how many records came; no file: none",
    )


def _notify(command: argparse.ArgumentParser) -> None:
    command.add_argument("--event", required=True, choices=("started", "succeeded", "failed"))
    command.add_argument(
        "--on", required=True, metavar="EVENTS", help="which to tell of: " + ",".join(_EVENTS)
    )
    for name, text in (("pipeline", "the pipeline"), ("run", "the run")):
        command.add_argument(f"--{name}", required=True, metavar="NAME", help=text)
    for name in ("owner", "workflow", "namespace", "link", "seconds"):
        command.add_argument(f"--{name}", metavar="TEXT", help=f"{name}, for the message")
    command.add_argument(
        "--result", metavar="F", help="result of the load, for how many records came"
    )
    command.add_argument(
        "--failing", metavar="F", help="marker that an earlier run left, if it did"
    )
    command.add_argument("--marker", metavar="F", help="gets the marker for the next run")


def _object(text: str) -> dict:
    try:
        value = loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is not a JSON object")
    return value


def _names(text: str) -> list[str]:
    try:
        value = loads(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a JSON list of names")
    return value


def _positive(text: str) -> float:
    return _number(text, float, "a number of seconds that is not negative, e.g. 30")


def _count(text: str) -> int:
    return int(_number(text, int, "a whole number that is not negative, e.g. 10"))


def _number(text: str, kind: Callable[[str], float], allowed: str) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not {allowed}')
    return value

"""commit: makes the candidate of a load the file that is stored as the state."""
from __future__ import annotations

import argparse
import os
from typing import Optional

from .codes import OK, USAGE, RunnerError
from .files import read_object, write_json
from .messages import state_value


def commit(args: argparse.Namespace) -> tuple[int, Optional[str]]:
    """Writes --output at once, after checking that the state is one of this run; nothing without a candidate."""
    if not os.path.exists(args.candidate):
        print("no candidate: the state stays as it is")
        return OK, None
    candidate = read_object(args.candidate, "candidate")
    expected = {"version": 1, "pipeline": args.pipeline, "run": args.run}
    for name, value in expected.items():
        if candidate.get(name) != value:
            found = candidate.get(name)
            raise RunnerError(USAGE, f"candidate {args.candidate}: {name} is {found!r}, {value!r} is expected")
    if not state_value(candidate.get("state")):
        raise RunnerError(USAGE, f"candidate {args.candidate}: its state is empty and would start from the beginning")
    write_json(args.output, candidate)
    print(f"the state of run {args.run} is saved")
    return OK, None

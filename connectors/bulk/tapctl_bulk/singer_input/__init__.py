"""Reading Singer messages, for all targets.

    for message in read_messages(open_input(arguments.input)):
        match message:
            case Schema(): ...           # only if it differs from the stream's last SCHEMA
            case Records(): ...          # whole RECORD lines of one stream, never parsed
            case ActivateVersion(): ...
            case State(): ...            # `value` is the JSON text of the state, byte for byte
            case Pause(): ...            # nothing arrived for a while: flush what is old

Order: a State, Schema or ActivateVersion comes after all records that precede it in the input, and
before all that follow. Only records of different streams between two such messages change places.
A target prints `State.value` and a line end once all that came before is committed.

`Records.data` is whole lines, each with its line end, without blank lines, valid UTF-8; each line
is a RECORD message of the stream, but its JSON is not checked. The engine that parses it reports
damage; `find_damage` then names the line. `Records.count` is the number of lines and must be the
number of rows that the engine reads.

Memory: a block of the input (256 KiB) or one line, whichever is larger, and its copies.
"""

from tapctl_bulk.singer_input.blocks import open_input
from tapctl_bulk.singer_input.damage import damaged_line, find_damage
from tapctl_bulk.singer_input.messages import (
    ActivateVersion,
    Message,
    Pause,
    Records,
    Schema,
    State,
)
from tapctl_bulk.singer_input.properties import METADATA, Property, properties_of
from tapctl_bulk.singer_input.reader import read_messages

__all__ = [
    "METADATA",
    "ActivateVersion",
    "Message",
    "Pause",
    "Property",
    "Records",
    "Schema",
    "State",
    "damaged_line",
    "find_damage",
    "open_input",
    "properties_of",
    "read_messages",
]

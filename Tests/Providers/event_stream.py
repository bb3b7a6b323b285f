"""Reads event streams (HTML, section 9.2), as far as a watcher of a generation needs it."""
import re
from dataclasses import dataclass

LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass
class Event:
    data: str
    type: str | None = None
    id: str | None = None


def events(pieces):
    """One by one, of a stream that comes in pieces."""
    block = []
    for line in lines(pieces):
        if line:
            block.append(line)
            continue
        event = parse(block)
        block = []
        if event:
            yield event


def lines(pieces):
    waiting = b""
    for piece in pieces:
        waiting += piece
        # Its other half may be in the next piece.
        kept = b"\r" if waiting.endswith(b"\r") else b""
        *whole, last = LINE_END.split(waiting.removesuffix(kept))
        waiting = last + kept
        yield from whole


def parse(block):
    """The event of these lines, or None if it has no data."""
    values = {b"data": [], b"event": [], b"id": []}
    for line in block:
        name, _, value = line.partition(b":")
        if name in values:
            values[name].append(value.removeprefix(b" ").decode(errors="replace"))
    if not values[b"data"]:
        return None
    type, id = [values[name][-1] if values[name] else None for name in [b"event", b"id"]]
    return Event("\n".join(values[b"data"]), type, id)

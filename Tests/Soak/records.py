"""What was done and what was seen: all that a judgement is made from. Times are seconds since the run began."""
import dataclasses
import math
import typing

from matching import matches


@dataclasses.dataclass
class Rule:
    """One of the gateway's `log.rules`: what it keeps of which topics."""

    pattern: str
    events: int | None = None
    durability: str = "disk"

    @property
    def keeps_all(self):
        return self.events is None and self.durability == "disk"


@dataclasses.dataclass
class Event:
    """One that was to be published. Its data is the token, which no other has, and a filler that the token goes with."""

    topic: str
    token: str
    ends: bool = False


@dataclasses.dataclass
class Attempt:
    """One request. Without a status its outcome is unknown: the connection broke, or nobody waited any longer."""

    began: float
    ended: float = math.inf
    status: int | None = None
    positions: list[int] = dataclasses.field(default_factory=list)

    @property
    def is_acknowledged(self):
        return self.status in (200, 201)


@dataclasses.dataclass
class Publish:
    """One event or one batch, however often it was tried."""

    publisher: str
    events: list[Event]
    key: str | None = None
    # The key was used with other data before, so that only a refusal is right.
    misuses_key: bool = False
    attempts: list[Attempt] = dataclasses.field(default_factory=list)

    @property
    def is_acknowledged(self):
        return any(attempt.is_acknowledged for attempt in self.attempts)

    @property
    def is_refused(self):
        """Every attempt was answered, and none with success: nothing of it may be in the log."""
        return bool(self.attempts) and all(
            attempt.status is not None and not attempt.is_acknowledged for attempt in self.attempts)

    def __str__(self):
        tokens = ", ".join(f"{event.token} on {event.topic}" for event in self.events[:3])
        more = f" and {len(self.events) - 3} more" if len(self.events) > 3 else ""
        answers = ", ".join(
            f"{attempt.began:.3f}–{attempt.ended:.3f}: {attempt.status or 'no answer'}" for attempt in self.attempts[-4:])
        return f"{tokens}{more} ({'with key ' + self.key if self.key else 'without key'}; {answers})"


class Seen(typing.NamedTuple):
    """An event came."""

    time: float
    position: int
    topic: str
    token: str


class Passed(typing.NamedTuple):
    """The gateway said that everything up to here was delivered: a start, a heartbeat, `live`, the cursor of a page."""

    time: float
    position: int


class Gap(typing.NamedTuple):
    time: float
    after: int
    patterns: tuple[str, ...]
    oldest: int | None
    # Where a client that was told so resumes, on wires that say it.
    position: int | None


class End(typing.NamedTuple):
    """A topic has ended, with the event at `at` (a page does not say which)."""

    time: float
    position: int | None
    topic: str
    at: int | None


class Over(typing.NamedTuple):
    """There is nothing more and never will be: 204."""

    time: float
    position: None = None


class Broken(typing.NamedTuple):
    """What no gateway should say."""

    time: float
    sentence: str
    position: None = None


@dataclasses.dataclass
class Reading:
    """What came of a selection behind one cursor, over one connection. Each is judged by itself."""

    subscriber: str
    wire: str
    selection: tuple[str, ...]
    # "after" a position, from "earliest" or "latest", or "live": only what a session got live, whatever was before.
    start: str
    after: int | None
    began: float
    items: list = dataclasses.field(default_factory=list)
    # Where the subscriber would resume.
    through: int | None = None

    def add(self, item):
        self.items.append(item)
        if item.position is not None:
            self.through = item.position

    def __str__(self):
        start = self.start if self.after is None or self.start != "after" else f"after {self.after}"
        return f"{self.subscriber} over {self.wire} of {' '.join(self.selection)} {start} from {self.began:.3f}"


@dataclasses.dataclass
class Records:
    rules: list[Rule]
    publishes: list[Publish] = dataclasses.field(default_factory=list)
    readings: list[Reading] = dataclasses.field(default_factory=list)
    # When a process of the gateway was about to end, and what else was done to it.
    ends: list[float] = dataclasses.field(default_factory=list)
    faults: list[tuple[float, str]] = dataclasses.field(default_factory=list)
    # When publishes may be refused because of what was done: [from, to] each.
    unavailable: list[list[float]] = dataclasses.field(default_factory=list)
    # What the run itself found wrong.
    troubles: list[tuple[float, str]] = dataclasses.field(default_factory=list)
    # The whole log at the end: (position, topic, token), and when it was read.
    log: list[tuple[int, str, str]] = dataclasses.field(default_factory=list)
    log_read: float = math.inf

    def rule(self, topic):
        return next(rule for rule in self.rules if matches(rule.pattern, topic))


@dataclasses.dataclass
class Violation:
    """`kind` is one of: missing, twice, order, denied, silent gap, false gap, key, batch, end, answer, trouble."""

    kind: str
    sentence: str
    time: float | None = None

"""What publishers, subscribers and faults share: the gateway, the ways to it, and the records."""
import asyncio
import collections
import contextlib
import json
import math
import random
import time

from gateway import RULES
from records import Reading, Records

# The bound of every wait. Each is for something that happens within moments, so only a failure takes this long.
PATIENCE = 60


class Stuck(Exception):
    """There is no going on; why was recorded."""


class World:
    def __init__(self, seed):
        self.seed = seed
        self.began = time.monotonic()
        self.records = None
        self.gateway = None
        self.network = None
        # Of what was done: faults, acknowledged events, deliveries on each wire, and more.
        self.counts = collections.Counter()
        self.epoch = None
        self.is_publishing = True
        # The last position of the log, once nothing comes any more and everybody is to catch up to it.
        self.goal = None
        # Names of topics that were just begun, and will end.
        self.ending = []
        # Absences over several restarts: (subscriber, restarts, wire before, wire after).
        self.absences = []
        self._waiters = set()

    def begin(self, gateway, network):
        self.gateway = gateway
        self.network = network
        self.records = Records(RULES)

    def random(self, name):
        """A generator of its own for each part, so that a seed means the same to it whatever the others do."""
        return random.Random(f"{self.seed}/{name}")

    def now(self):
        return time.monotonic() - self.began

    # MARK: Waiting

    def count(self, what, number=1):
        self.counts[what] += number
        self.changed()

    def changed(self):
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, condition):
        """Returns when something counted or changed has made the condition true."""
        while not condition():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            await waiter

    async def patiently(self, awaitable, what):
        """For no longer than anything takes that goes well."""
        try:
            return await asyncio.wait_for(awaitable, PATIENCE)
        except asyncio.TimeoutError:
            self.trouble(f"waited {PATIENCE} s for {what}")
            raise Stuck from None

    # MARK: Records

    def trouble(self, sentence):
        self.records.troubles.append((self.now(), sentence))

    def fault(self, sentence):
        self.records.faults.append((self.now(), sentence))

    @contextlib.contextmanager
    def refusing(self):
        """While it is entered, publishes may be refused."""
        window = [self.now(), math.inf]
        self.records.unavailable.append(window)
        try:
            yield
        finally:
            window[1] = self.now()

    def reading(self, *arguments):
        reading = Reading(*arguments, began=self.now())
        self.records.readings.append(reading)
        return reading

    def port(self, random):
        """The gateway's own, or the one of the network that is cut at times."""
        return random.choice([self.gateway.port, self.network.port])

    # MARK: Cursors

    def position(self, cursor):
        """The gateway's cursors are opaque to clients, but not to this checker."""
        if cursor is None:
            return None
        epoch, _, position = cursor.rpartition("-")
        if self.epoch is None:
            self.epoch = epoch
        if epoch != self.epoch:
            self.trouble(f"a cursor of another log, {cursor}, where that of this is {self.epoch}")
        return int(position)

    def cursor(self, position):
        return f"{self.epoch}-{position}"

    def write(self, folder):
        """The journal: everything that was recorded, one JSON value a line."""
        records = self.records
        with open(folder / "journal.ndjson", "w") as journal:
            def line(kind, **members):
                journal.write(json.dumps({"kind": kind, **members}, ensure_ascii=False) + "\n")
            for began, sentence in records.faults:
                line("fault", time=round(began, 3), what=sentence)
            for publish in records.publishes:
                line("publish", publisher=publish.publisher, key=publish.key,
                     events=[[event.topic, event.token, event.ends] for event in publish.events],
                     attempts=[[each.began, each.ended, each.status, each.positions] for each in publish.attempts])
            for reading in records.readings:
                line("reading", what=str(reading), items=[[type(item).__name__, *item] for item in reading.items])
            line("log", time=records.log_read, events=records.log)

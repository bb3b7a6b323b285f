"""One event stream of `/subscribe`, and what it says into a reading."""
import json
import sys
import urllib.parse

import content
from http_connection import losing
from records import Broken, End, Gap, Over, Passed, Seen


class EventStream:
    def __init__(self, world, name, selection, start):
        self.world = world
        # "latest", "earliest", or the position that it resumes behind.
        self.start = start
        kind = start if isinstance(start, str) else "after"
        self.reading = world.reading(name, "sse", selection, kind, {"latest": None, "earliest": 0}.get(start, start))
        self.connection = None

    async def items(self, connection, random):
        """Opens the stream, and yields after each item that it recorded, to its end."""
        self.connection = connection
        status, fields = await self._open(random)
        if status == 204:
            self.reading.add(Over(self.world.now()))
            yield
        elif status != 200:
            self._break(f"a stream was answered {status}")
            yield
        else:
            async for block in self._blocks():
                if self._take(*block):
                    yield

    async def _open(self, random):
        query = [("topic", pattern) for pattern in self.reading.selection]
        headers = {"Accept": "text/event-stream"}
        if isinstance(self.start, str):
            query.append(("after", self.start))
        else:
            cursor = self.world.cursor(self.start)
            way = random.choice(["Last-Event-ID", "lastEventID", "after"])
            if way == "Last-Event-ID":
                headers[way] = cursor
                # As a browser's reconnect does: the URL still says where the stream once began.
                query.append(("after", random.choice(["earliest", "latest"])))
            else:
                query.append((way, cursor))
        self.connection.send("GET", "/subscribe?" + urllib.parse.urlencode(query), headers)
        return await self.connection.head()

    async def _blocks(self):
        """Id, type and data of each; one that the end of the connection cut is none."""
        fields = {}
        while True:
            with losing():
                line = await self.connection.reader.readline()
            if not line.endswith(b"\n"):
                return
            if line == b"\n":
                yield fields.get("id"), fields.get("event"), fields.get("data")
                fields = {}
                continue
            name, _, value = line[:-1].decode().partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value

    def _take(self, identifier, kind, data):
        """Whether there was something in the block for the reading."""
        now = self.world.now()
        position = self.world.position(identifier)
        if kind is None and data is not None:
            self._take_event(now, position, json.loads(data))
        elif kind == "sluice.gap":
            gap = json.loads(data)
            after, oldest = self.world.position(gap["after"]), self.world.position(gap["oldest"])
            self.reading.add(Gap(now, after, tuple(gap["topics"]), oldest, position))
            self.world.count("gap")
        elif kind == "sluice.end":
            end = json.loads(data)
            self.reading.add(End(now, position, end["topic"], self.world.position(end["id"])))
        elif kind == "sluice.error":
            error = json.loads(data)
            if error["code"] != "draining":
                self._break(f"a stream ended with {error}")
        elif kind in (None, "sluice.start"):
            if position is None:
                return False
            self.reading.add(Passed(now, position))
        else:
            self._break(f"a block of type {kind}")
        return True

    def _take_event(self, now, position, envelope):
        if envelope["id"] != self.world.cursor(position):
            self._break(f"the block of {envelope['id']} has the id {self.world.cursor(position)}")
        token = content.token(envelope["data"])
        self.reading.add(Seen(now, position, sys.intern(envelope["topic"]), token))
        self.world.counts["sse"] += 1

    def _break(self, sentence):
        self.reading.add(Broken(self.world.now(), sentence))

    @property
    def places(self):
        """Where to resume each pattern."""
        through = self.start if self.reading.through is None else self.reading.through
        return {pattern: through for pattern in self.reading.selection}

    @property
    def is_over(self):
        return any(isinstance(item, Over) for item in self.reading.items[-1:])

"""One session of `sluice.v1.json`, and what it says into a reading for each of its subscriptions."""
import sys

import content
from matching import matches
from records import Broken, End, Gap, Passed, Seen
from web_socket import WebSocket


class Session:
    def __init__(self, world, name, places):
        self.world = world
        # Pattern → "latest", "earliest", or the position that it resumes behind.
        self.starts = dict(places)
        self.readings = {
            pattern: world.reading(
                name, "websocket", (pattern,), start if isinstance(start, str) else "after",
                {"latest": None, "earliest": 0}.get(start, start))
            for pattern, start in places.items()}
        # What comes live comes once for all of them, in order.
        self.live = world.reading(name, "websocket", tuple(places), "live", None)
        self.is_live = set()
        # `ref` → pattern.
        self.refs = {}
        self.ended = set()

    async def items(self, connection, random):
        """Opens the session, and yields after each message that it recorded, to its end."""
        socket = WebSocket(connection)
        status = await socket.open("/subscribe", {})
        if status == 503 and self.world.gateway.is_ending:
            return
        if status != 101:
            self._break(f"a session was answered {status}")
            yield
            return
        patterns = list(self.starts)
        random.shuffle(patterns)
        for number, pattern in enumerate(patterns):
            ref = random.choice([number, f"ref-{number}"])
            self.refs[ref] = pattern
            start = self.starts[pattern]
            after = start if isinstance(start, str) else self.world.cursor(start)
            socket.send({"op": "subscribe", "topic": pattern, "after": after, "ref": ref})
        async for message in socket.messages():
            if random.random() < 0.01:
                socket.send({"op": "ping"})
            if self._take(message):
                yield
        # Draining, or a ping that was not answered while this client or the gateway stood still.
        if socket.close_code not in (1001, 4408):
            self._break(f"a session was closed with {socket.close_code}")
            yield

    def _take(self, message):
        """Whether there was something in the message for a reading."""
        now = self.world.now()
        pattern = self.refs.get(message.get("ref"))
        position = self.world.position(message.get("cursor"))
        match message["op"]:
            case "event":
                self._take_event(now, pattern, message)
            case "subscribed":
                if position is not None:
                    self.readings[pattern].add(Passed(now, position))
            case "live":
                self.readings[pattern].add(Passed(now, position))
                self.is_live.add(pattern)
            case "heartbeat":
                if position is None:
                    return False
                for each in [*self.readings.values(), self.live]:
                    each.add(Passed(now, position))
            case "gap":
                after, oldest = self.world.position(message["after"]), self.world.position(message["oldest"])
                self.readings[pattern or message["topic"]].add(Gap(now, after, (message["topic"],), oldest, None))
                self.world.count("gap")
            case "end":
                self._take_end(now, message["topic"], self.world.position(message["id"]))
            case _:
                self._break(f"a message {message}")
        return True

    def _take_event(self, now, pattern, message):
        topic = sys.intern(message["topic"])
        item = Seen(now, self.world.position(message["id"]), topic, content.token(message["data"]))
        if pattern is None:
            self.live.add(item)
            for each in self.is_live:
                if matches(each, topic):
                    self.readings[each].add(item)
        else:
            self.readings[pattern].add(item)
        self.world.counts["websocket"] += 1

    def _take_end(self, now, topic, at):
        """It says nothing about where the subscription is: an end may be told again in another replay."""
        for pattern, reading in self.readings.items():
            if matches(pattern, topic) and reading.through is not None and reading.through >= at:
                reading.add(End(now, None, topic, at))
                self.ended.add(pattern)

    def _break(self, sentence):
        self.live.add(Broken(self.world.now(), sentence))

    @property
    def places(self):
        """Where to resume each pattern."""
        return {
            pattern: self.starts[pattern] if reading.through is None else reading.through
            for pattern, reading in self.readings.items()}

    @property
    def is_over(self):
        """Whether all that it selects are topics that have ended."""
        return all("*" not in pattern and pattern in self.ended for pattern in self.readings)

"""One that subscribes, loses its connection or gives it up, and resumes with its cursor, on whichever wire."""
import asyncio

from event_stream import EventStream
from history import Page
from http_connection import HTTPConnection, Lost
from network import BUFFER
from session import Session


class Subscriber:
    def __init__(self, world, name, selection, start, absence=0):
        self.world = world
        self.name = name
        self.random = world.random(name)
        # Pattern → "latest", "earliest", or the position behind which everything is still to come.
        self.places = {pattern: start for pattern in selection}
        self.is_over = False
        # Over how many restarts it stays away each time; 0 for not at all.
        self.absence = absence
        self.wire = None

    async def run(self):
        """Until it has seen the whole log, or all of its topics have ended."""
        while not self.is_done:
            wire = self.random.choice(["sse", "websocket"])
            if self.absence and self.wire and self.world.goal is None:
                await self._stay_away(wire)
            elif self.world.goal is None and self.random.random() < 0.1:
                await self._read_pages()
            try:
                await self._read(wire)
            except Lost:
                pass
            await self._wait_for_gateway()

    @property
    def is_done(self):
        goal = self.world.goal
        if goal is None:
            return self.is_over
        return self.is_over or all(isinstance(place, int) and place >= goal for place in self.places.values())

    async def _wait_for_gateway(self):
        await self.world.gateway.is_up.wait()
        # So that not everybody comes in the same moment, and one that is sent away does not come back at once.
        await asyncio.sleep(self.random.uniform(0, 0.15))

    async def _stay_away(self, wire):
        """Wakes up for the end of the run."""
        world = self.world
        begin = world.counts["start"]
        await world.until(lambda: world.goal is not None or world.counts["start"] >= begin + self.absence)
        world.absences.append((self.name, world.counts["start"] - begin, self.wire, wire))

    @property
    def _resume(self):
        """One place for all, as a stream or a page takes it: that of whoever is furthest behind."""
        places = set(self.places.values())
        if "earliest" in places:
            return "earliest"
        return min(places - {"latest"}, default="latest")

    async def _read(self, wire):
        connection = await HTTPConnection.open(self.world.port(self.random), self.random.choice([None, BUFFER]))
        self.wire = wire
        if wire == "sse":
            source = EventStream(self.world, self.name, tuple(self.places), self._resume)
        else:
            source = Session(self.world, self.name, self.places)
        # Most give up at some time, by themselves.
        lifetime = self.random.choice([None, self.random.expovariate(1), self.random.expovariate(0.2)])
        dawdles = self.random.random() < 0.35
        try:
            async with asyncio.timeout(lifetime if self.world.goal is None else None):
                async for _ in source.items(connection, self.random):
                    self._note(source)
                    if self.is_done:
                        return
                    if dawdles and self.world.goal is None and self.random.random() < 0.04:
                        # Long enough to be left behind.
                        await asyncio.sleep(self.random.uniform(0.2, 2.5))
        except TimeoutError:
            self.world.count("given up")
        finally:
            self._note(source)
            self.random.choice([connection.close, connection.reset])()

    def _note(self, source):
        self.places = source.places
        self.is_over = source.is_over

    async def _read_pages(self):
        """A few, and goes on behind them."""
        place = self._resume
        if place == "latest":
            return
        try:
            connection = await HTTPConnection.open(self.world.port(self.random))
        except Lost:
            return
        try:
            for _ in range(self.random.randrange(1, 4)):
                page = Page(self.world, self.name, tuple(self.places), place, self.random.choice([3, 100, 1000]))
                if not await page.read(connection):
                    return
                place = page.reading.through
                self.places = dict.fromkeys(self.places, place)
        except Lost:
            pass
        finally:
            connection.close()


class Follower:
    """Takes up one ending topic after the other, from its first event to its end."""

    def __init__(self, world, name):
        self.world = world
        self.name = name
        self.random = world.random(name)

    async def run(self):
        count = 0
        while True:
            await self.world.until(lambda: self.world.ending or not self.world.is_publishing)
            if not self.world.ending:
                return
            topic = self.world.ending.pop(self.random.randrange(len(self.world.ending)))
            count += 1
            await Subscriber(self.world, f"{self.name}-{count}", (topic,), "earliest").run()
            self.world.count("topics followed to their end")

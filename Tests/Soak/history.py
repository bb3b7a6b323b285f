"""Pages of history, as readings; and the whole log, page by page."""
import asyncio
import sys
import urllib.parse

import content
from http_connection import HTTPConnection, Lost
from records import Broken, End, Gap, Passed, Seen


class Page:
    def __init__(self, world, name, selection, start, limit):
        self.world = world
        # "earliest", or the position that it is read behind.
        self.start = start
        self.limit = limit
        after = 0 if start == "earliest" else start
        self.reading = world.reading(name, "page", selection, "earliest" if start == "earliest" else "after", after)
        self.has_events = False

    async def read(self, connection):
        """Whether there was an answer with a page."""
        query = [("topic", pattern) for pattern in self.reading.selection] + [("limit", self.limit)]
        if self.start != "earliest":
            query.append(("after", self.world.cursor(self.start)))
        status, page = await connection.answer("GET", "/subscribe?" + urllib.parse.urlencode(query), {})
        now = self.world.now()
        if status != 200:
            if (status, page and page.get("type")) != (503, "urn:sluice:problem:draining"):
                self.reading.add(Broken(now, f"a page was answered {status}: {page}"))
            return False
        if gap := page.get("gap"):
            after, oldest = self.world.position(gap["after"]), self.world.position(gap["oldest"])
            self.reading.add(Gap(now, after, tuple(gap["topics"]), oldest, None))
            self.world.count("gap")
        for event in page["events"]:
            position = self.world.position(event["id"])
            self.reading.add(Seen(now, position, sys.intern(event["topic"]), content.token(event["data"])))
        for topic in page.get("ended", []):
            self.reading.add(End(now, None, topic, None))
        self.reading.add(Passed(now, self.world.position(page["cursor"])))
        self.has_events = bool(page["events"])
        self.world.count("page", len(page["events"]))
        return True


async def read_log(world):
    """All of it into the records, through restarts; the position of its last event."""
    place = "earliest"
    while True:
        try:
            await world.gateway.is_up.wait()
            connection = await HTTPConnection.open(world.gateway.port)
            while True:
                page = Page(world, "the log", ("**",), place, 1000)
                if not await page.read(connection):
                    break
                world.records.log += [
                    (item.position, item.topic, item.token) for item in page.reading.items if isinstance(item, Seen)]
                place = page.reading.through
                if not page.has_events:
                    connection.close()
                    world.records.log_read = world.now()
                    return place
        except Lost:
            pass
        # Between a process and the next.
        await asyncio.sleep(0.05)

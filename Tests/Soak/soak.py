"""One run: everything begins, the faults come, everybody catches up."""
import asyncio
import json

import content
from faults import Faults
from history import read_log
from publisher import Publisher
from subscriber import Follower, Subscriber
from world import Stuck

PUBLISHERS = 5
# Publishes a second of each, about; a batch is one.
RATE = 16
# Selection, where it starts, and over how many restarts it stays away each time.
SUBSCRIBERS = [
    (["**"], "earliest", 0),
    (["**"], "latest", 0),
    (["keep/*"], "earliest", 0),
    (["keep/1", "tail/1", "ends/**"], "earliest", 0),
    (["tail/*", "keep/2"], "latest", 0),
    (["*/0", "tail/0", "**"], "latest", 0),
    (["tail/2"], "earliest", 0),
    (["brief/*", "keep/0"], "latest", 0),
    (["keep/*"], "latest", 10),
    (["keep/*", "ends/**"], "earliest", 10),
    (["**"], "latest", 10),
    (["keep/3"], "latest", 3),
]


class Soak:
    def __init__(self, world, disk, saboteur):
        self.world = world
        self.faults = Faults(world, disk, saboteur)
        self.publishers = []
        self.subscribers = []

    async def run(self, counts, seconds, tell):
        """Faults of these counts or for these seconds; `tell` is called now and then."""
        world = self.world
        await world.network.start()
        try:
            await self.faults.start()
            self._begin()
            telling = asyncio.ensure_future(self._tell(tell))
            try:
                await self._guarded(self.faults.run(counts, seconds))
                await self._guarded(self._finish())
            except Stuck:
                pass  # what is there is judged
            finally:
                for task in [*self.publishers, *self.subscribers, telling]:
                    task.cancel()
                await asyncio.gather(*self.publishers, *self.subscribers, telling, return_exceptions=True)
        finally:
            await world.network.stop()
            if world.gateway.process:
                await world.gateway.kill()

    def _begin(self):
        world = self.world
        # Of one durability each, since a batch is all or nothing.
        topics = [
            [f"keep/{number}" for number in range(4)] + [f"tail/{number}" for number in range(3)],
            ["brief/0", "brief/1"],
        ]
        publishers = [Publisher(world, f"p{number}", topics, RATE) for number in range(PUBLISHERS)]
        subscribers = [Subscriber(world, f"s{number}", *each) for number, each in enumerate(SUBSCRIBERS)]
        subscribers += [Follower(world, f"f{number}") for number in range(2)]
        self.publishers = [asyncio.create_task(each.run(), name=each.name) for each in publishers]
        self.subscribers = [asyncio.create_task(each.run(), name=each.name) for each in subscribers]

    async def _finish(self):
        """Nothing comes any more, and everybody sees all that there is."""
        world = self.world
        # What was acknowledged last has to survive as well.
        await self.faults.kill()
        world.is_publishing = False
        world.changed()
        await self._all(self.publishers, "to get the last answer")
        await world.patiently(self._read_log(), "the whole log to be read")
        await self._all(self.subscribers, "to see the end of the log")
        await self.faults.end()
        self._examine_file()

    def _examine_file(self):
        """It is sound, and has just what the log had."""
        world = self.world
        wrong, lines = world.gateway.examine()
        for text in wrong:
            world.trouble(f"the log's file: {text.strip()}")
        exported = []
        for line in lines:
            envelope = json.loads(line)
            exported.append((world.position(envelope["id"]), envelope["topic"], content.token(envelope["data"])))
        there = [event for event in world.records.log if world.records.rule(event[1]).durability == "disk"]
        if exported != there:
            only = set(exported) ^ set(there)
            world.trouble(f"the file has {len(exported)} events and the log had {len(there)}: {sorted(only)[:3]}")

    async def _all(self, tasks, what):
        """Waits for each of them by its name."""
        for task in tasks:
            await self.world.patiently(asyncio.shield(task), f"{task.get_name()} {what}")

    async def _read_log(self):
        self.world.goal = await read_log(self.world)
        self.world.changed()

    async def _guarded(self, work):
        """Does the work; a mistake in a publisher or subscriber ends it, and so does the end of the gateway."""
        work = asyncio.ensure_future(work)
        failing = asyncio.ensure_future(self._fail())
        pending = {work, failing, *self.publishers, *self.subscribers}
        try:
            while not work.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            return work.result()
        finally:
            work.cancel()
            failing.cancel()

    async def _fail(self):
        await self.world.gateway.has_failed.wait()
        raise Stuck

    @staticmethod
    async def _tell(tell):
        while True:
            await asyncio.sleep(5)
            tell()

"""What is done to the gateway while it works, by a plan that the seed decides."""
import asyncio
import signal

from history import Page
from http_connection import HTTPConnection, Lost

KINDS = ["kills", "restarts", "pauses", "full", "cuts"]
# Of a run that is bounded by time: how often each kind comes, relative to the others.
WEIGHTS = {"kills": 8, "restarts": 2, "pauses": 3, "full": 1, "cuts": 5}


class Faults:
    def __init__(self, world, disk, saboteur=None):
        self.world = world
        self.gateway = world.gateway
        self.disk = disk
        self.saboteur = saboteur
        self.random = world.random("faults")

    async def run(self, counts=None, seconds=None):
        """So many of each kind in any order, or any until the time is over; always under load."""
        if counts is not None:
            plan = [kind for kind in KINDS for _ in range(counts.get(kind, 0))]
            self.random.shuffle(plan)
        else:
            plan = self._until(self.world.now() + seconds)
        for kind in plan:
            await self._let_work()
            await {
                "kills": self.kill, "restarts": self.restart, "pauses": self.pause, "full": self.fill,
                "cuts": self.cut}[kind]()

    def _until(self, end):
        kinds = [kind for kind in KINDS if kind != "full" or self.disk.reason is None]
        while self.world.now() < end:
            yield self.random.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]

    async def _let_work(self):
        """Something is acknowledged and delivered between two faults, and a bit more than that."""
        counts = self.world.counts
        before = counts["acknowledged"], counts["sse"] + counts["websocket"]
        await self.world.patiently(
            self.world.until(
                lambda: counts["acknowledged"] > before[0] and counts["sse"] + counts["websocket"] > before[1]),
            "events to be acknowledged and delivered")
        await asyncio.sleep(self.random.uniform(0, 1))

    # MARK: The process

    async def start(self):
        await self.gateway.start()
        await self.world.patiently(self.gateway.is_up.wait(), "the gateway to listen")
        self.world.count("start")

    async def kill(self, note=""):
        await self._kill(note)
        if self.random.random() < 0.15:
            # Again, while it reads what it left.
            await self.gateway.start()
            await asyncio.sleep(self.random.uniform(0, 0.06))
            await self._kill(" while it starts")
        await self.start()

    async def _kill(self, note=""):
        self._note_end(f"SIGKILL{note}")
        status = await self.gateway.kill()
        if status != -signal.SIGKILL:
            self.world.trouble(f"before SIGKILL could end it, the gateway ended with status {status}")
        self.world.count("kill")
        if self.saboteur:
            self.saboteur.after_kill(self.gateway.log_file)

    async def restart(self):
        await self.end()
        await self.start()

    async def end(self):
        """In order."""
        self._note_end("SIGTERM")
        with self.world.refusing():
            status = await self.gateway.terminate()
        self.world.fault("it has ended")
        if status != 0:
            self.world.trouble(f"after SIGTERM the gateway ended with status {status}")
        self.world.count("restart")

    def _note_end(self, sentence):
        self.world.records.ends.append(self.world.now())
        self.world.fault(sentence)

    async def pause(self):
        duration = self.random.uniform(0.05, 1.5)
        self.world.fault(f"SIGSTOP for {duration:.3f} s")
        self.gateway.stop()
        await asyncio.sleep(duration)
        self.world.count("pause")
        if self.random.random() < 0.1:
            await self.kill(" while it is stopped")
        else:
            self.gateway.go_on()
            self.world.fault("SIGCONT")

    # MARK: Beside it

    async def cut(self):
        number = self.world.network.cut()
        self.world.fault(f"{number} connections cut")
        self.world.count("cut")
        self.world.count("connections cut", number)

    async def fill(self):
        """Until publishes are refused; then reading still works, and once there is room again, publishing does."""
        self.world.fault("the disk is full")
        self.gateway.may_complain = True
        with self.world.refusing():
            try:
                await self._work_on_full_disk()
            finally:
                self.disk.free()
                self.world.fault("the disk is free")
        acknowledged = self.world.counts["acknowledged"]
        if not self.gateway.is_up.is_set():
            await self.start()
        await self.world.patiently(
            self.world.until(lambda: self.world.counts["acknowledged"] > acknowledged),
            "a publish to be stored after the disk was full")
        self.gateway.may_complain = False

    async def _work_on_full_disk(self):
        refused = self._refused()
        full = asyncio.ensure_future(self._keep_full())
        try:
            await self.world.patiently(
                self.world.until(lambda: self._refused() > refused), "a publish to be refused on a full disk")
            self.world.count("full disk")
            await self._read_meanwhile()
            await asyncio.sleep(self.random.uniform(0, 1))
            if self.random.random() < 0.3:
                await self._kill_while_full()
        finally:
            full.cancel()

    async def _kill_while_full(self):
        """It need not be able to start then; if it can, it goes on."""
        await self._kill(" while the disk is full")
        if self.random.random() < 0.5:
            return
        if await self.gateway.try_to_start():
            self.world.count("start")
            self.world.fault("it starts on the full disk")
        else:
            self.world.fault("it does not start on the full disk")

    def _refused(self):
        return self.world.counts["refused 503"] + self.world.counts["refused 507"]

    async def _keep_full(self):
        """The gateway may give room back, or use what it had taken before."""
        while True:
            self.disk.fill()
            await asyncio.sleep(0.05)

    async def _read_meanwhile(self):
        try:
            connection = await HTTPConnection.open(self.gateway.port)
            page = Page(self.world, "reader of the full disk", ("keep/*",), "earliest", 1000)
            reading = await asyncio.wait_for(page.read(connection), 10)
            connection.close()
        except (Lost, TimeoutError) as error:
            return self.world.trouble(f"reading on a full disk: {error!r}")
        if reading:
            self.world.count("page on a full disk")

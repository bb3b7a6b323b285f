"""A gateway as a process that can be ended in every way, and comes back on the same port."""
import asyncio
import json
import signal
import socket
import subprocess

from records import Rule

# Topics that never lose an event within a run, topics that soon do, and topics that are lost with the process.
RULES = [
    Rule("tail/*", events=20),
    Rule("brief/*", events=200, durability="memory"),
    Rule("**"),
]


class Gateway:
    def __init__(self, program, folder, log_file, cache, trouble):
        self.program = program
        self.folder = folder
        self.log_file = log_file
        # How much of the file it keeps in memory: readers get events from both, from the file alone, or seldom from it.
        self.cache = cache
        # Says that something went wrong which no fault explains.
        self.trouble = trouble
        self.file = folder / "gateway.json"
        self.port = free_port()
        self.process = None
        self.is_up = asyncio.Event()
        self.is_ending = False
        # Whether its log may have errors in it, for what was done to it.
        self.may_complain = False
        # It has ended and nobody wanted it to.
        self.has_failed = asyncio.Event()
        self.starts = 0
        self._reading = None

    def configure(self):
        """Writes its configuration."""
        self.file.write_text(json.dumps(self._configuration(), indent=2))

    def _configuration(self):
        rules = [
            {"topics": rule.pattern, "events": rule.events, "durability": rule.durability} for rule in RULES]
        return {
            "listeners": [{"host": "127.0.0.1", "port": self.port}],
            "logging": {"format": "json"},
            "log": {"file": str(self.log_file), "fileBytes": "64GiB", "cacheBytes": self.cache, "rules": rules},
            # Small, so that subscribers that read slowly soon lag.
            "limits": {"outboundBytes": "4KiB", "sendBufferBytes": "8KiB"},
            "eventStream": {"retry": "100ms", "heartbeat": "1s"},
            "webSocket": {"heartbeat": "1s"},
            "drain": {"notice": "0s", "spread": "0s", "time": "2s"},
        }

    async def start(self):
        """Begins the process; it listens when `is_up` is set."""
        self.starts += 1
        self.is_ending = False
        self.process = await asyncio.create_subprocess_exec(
            self.program, "serve", "--config", self.file, stderr=asyncio.subprocess.PIPE)
        self._reading = asyncio.ensure_future(self._read_log(self.process, self.starts))

    async def try_to_start(self):
        """Whether it listens; where it may be unable to, its end is nothing wrong."""
        await self.start()
        self.is_ending = True
        up = asyncio.ensure_future(self.is_up.wait())
        await asyncio.wait([up, self._reading], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        self.is_ending = not self.is_up.is_set()
        if self.is_ending and self.process.returncode != 1:
            self.trouble(f"a gateway that could not start ended with status {self.process.returncode}")
        return self.is_up.is_set()

    async def _read_log(self, process, number):
        """To the end, since a full pipe would stop the gateway."""
        with open(self.folder / "gateway.log", "ab") as log:
            log.write(f"start {number}, process {process.pid}\n".encode())
            async for line in process.stderr:
                log.write(line)
                log.flush()
                if b'"message":"ready"' in line:
                    self.is_up.set()
                if b'"level":"error"' in line and not self.may_complain:
                    self.trouble(f"the gateway logs an error: {line.decode().strip()}")
            self.is_up.clear()
            status = await process.wait()
            log.write(f"end {number}, status {status}\n".encode())
        if not self.is_ending:
            self.trouble(f"the gateway ended by itself with status {status}; see gateway.log, start {number}")
            self.has_failed.set()

    async def kill(self):
        return await self._end(signal.SIGKILL)

    async def terminate(self):
        return await self._end(signal.SIGTERM)

    async def _end(self, signal_number):
        """Its exit status."""
        self.is_ending = True
        if self.process.returncode is None:
            self.process.send_signal(signal_number)
        await asyncio.shield(self._reading)
        return self.process.returncode

    def examine(self):
        """What `sluice log` makes of the file, once nobody writes it: what is wrong with it, and its events as NDJSON."""
        verify = self._run("verify")
        export = self._run("export")
        wrong = [run.stdout + run.stderr for run in (verify, export) if run.returncode != 0]
        return wrong, export.stdout.splitlines()

    def _run(self, command):
        return subprocess.run(
            [self.program, "log", command, "--file", self.log_file], capture_output=True, text=True, check=False)

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)


def free_port():
    """One below those that the system takes for outgoing connections: while the gateway is away, one of these could
    take the port, or connect to itself there."""
    for port in range(20000, 32000):
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port is free between 20000 and 32000")

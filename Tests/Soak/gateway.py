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
    def __init__(self, program, folder, log_file, trouble):
        self.program = program
        self.folder = folder
        self.log_file = log_file
        # Says that something went wrong which no fault explains.
        self.trouble = trouble
        self.file = folder / "gateway.json"
        self.port = free_port()
        self.rules = RULES
        self.process = None
        self.is_up = asyncio.Event()
        self.is_ending = False
        # It has ended and nobody wanted it to.
        self.has_failed = asyncio.Event()
        self.starts = 0
        self._reading = None

    def configure(self):
        """Writes its configuration. Durability is left out where the program does not know it, and what would be in
        memory with it."""
        if not self._is_accepted():
            self.rules = [rule for rule in RULES if rule.durability == "disk"]
            if not self._is_accepted():
                raise AssertionError(f"the gateway does not take its configuration: see 'sluice check' of {self.file}")

    @property
    def has_memory(self):
        return any(rule.durability == "memory" for rule in self.rules)

    def _is_accepted(self):
        self.file.write_text(json.dumps(self._configuration(), indent=2))
        check = [self.program, "check", "--config", self.file]
        return subprocess.run(check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def _configuration(self):
        rules = []
        for rule in self.rules:
            rules.append({"topics": rule.pattern})
            if rule.events is not None:
                rules[-1]["events"] = rule.events
            if rule.durability != "disk":
                rules[-1]["durability"] = rule.durability
        return {
            "listeners": [{"host": "127.0.0.1", "port": self.port}],
            "logging": {"format": "json"},
            "log": {"file": str(self.log_file), "fileBytes": "64GiB", "rules": rules},
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
            self.is_up.clear()
            status = await process.wait()
            log.write(f"end {number}, status {status}\n".encode())
        if not self.is_ending:
            self.trouble(f"the gateway ended by itself with status {status}; see gateway.log, start {number}")
            self.has_failed.set()

    async def kill(self):
        await self._end(signal.SIGKILL)

    async def terminate(self):
        """Its exit status."""
        await self._end(signal.SIGTERM)
        return self.process.returncode

    async def _end(self, signal_number):
        self.is_ending = True
        if self.process.returncode is None:
            self.process.send_signal(signal_number)
        await asyncio.shield(self._reading)

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

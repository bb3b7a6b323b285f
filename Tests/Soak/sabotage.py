"""What a faulty gateway might do, to see that the checker finds it. Event streams that come through the proxy only."""

# Every so many events of a stream something is done to one.
INTERVAL = 40


class Saboteur:
    """Events are dropped, repeated or swapped, a gap is told that is none, or none is told any more; or the log forgets, with
    a kill, what is not yet in its main file."""

    # And as what it is to be found.
    KINDS = {
        "drop": {"missing", "silent gap"}, "repeat": {"twice"}, "swap": {"order"}, "gap": {"false gap"},
        "hush": {"silent gap"}, "forget": {"missing"},
    }

    def __init__(self, kind):
        self.kind = kind

    def begin(self):
        """What to put the bytes of one connection through, or None."""
        return None if self.kind == "forget" else StreamSaboteur(self.kind)

    def after_kill(self, log_file):
        if self.kind == "forget":
            log_file.with_name(log_file.name + "-wal").unlink(missing_ok=True)


class StreamSaboteur:
    def __init__(self, kind):
        self.kind = kind
        self.is_stream = None
        self.rest = b""
        self.held = b""
        self.events = 0

    def __call__(self, data):
        if self.is_stream is None:
            self.is_stream = b"text/event-stream" in data[:400]
        if not self.is_stream:
            return data
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        return b"".join(self._change(block + b"\n\n") for block in blocks)

    def _change(self, block):
        if self.kind == "hush":
            return b"" if b"event: sluice.gap" in block else block
        if b'data: {"id":' not in block:
            return block
        self.events += 1
        held, self.held = self.held, b""
        if self.events % INTERVAL:
            return block + held
        match self.kind:
            case "drop": return b""
            case "repeat": return block + block
            case "gap": return self._gap(block) + block
            case "swap":
                self.held = block
                return b""

    @staticmethod
    def _gap(block):
        identifier = block.split(b"\n")[0].removeprefix(b"id: ")
        before = b"%s-%d" % (identifier.split(b"-")[0], int(identifier.split(b"-")[1]) - 1)
        return b'id: %s\nevent: sluice.gap\ndata: {"topics":["**"],"after":"%s","oldest":"%s"}\n\n' % (
            before, before, identifier)

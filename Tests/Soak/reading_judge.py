"""Decides of one reading: nothing twice, nothing out of order, no silent gap, no false gap."""
import bisect
import math

from matching import matches, selects
from records import Broken, End, Gap, Over, Passed, Seen, Violation


class ReadingJudge:
    def __init__(self, reading, truth):
        self.reading = reading
        self.truth = truth
        self.violations = []
        self.gaps = []
        # What the subscriber is owed, and how much of that is behind it.
        self.owed = truth.selected(reading.selection)
        self.index = 0
        # Everything up to here was delivered, as far as it was owed; None until the start is known.
        self.through = None
        self.before = set()
        self.delivered = {item.position for item in reading.items if isinstance(item, Seen)}
        # The topic whose last event just came.
        self.ending = None

    def judge(self):
        if self.reading.start in ("after", "earliest"):
            self._start(self.reading.after or 0)
        for number, item in enumerate(self.reading.items):
            if self.reading.start == "earliest" and not self.gaps and not self._is_start(item):
                # What was gone when the first page was read is no gap, and that was before anything came of it.
                self.gaps.append(Gap(item.time, 0, self.reading.selection, None, None))
            self._expect_end(item)
            match item:
                case Seen(): self._seen(item)
                case Passed(): self._passed(item)
                case Gap(): self._gap(item, number)
                case End(): self._end(item)
                case Over(): self._over(item)
                case Broken(): self._complain("trouble", item.sentence, item)
        if self.reading.wire == "page" and not self.delivered and self.reading.items:
            self._check_empty_page(self.reading.items[-1])
        return self.violations

    def _start(self, position):
        self.through = position
        self.index = bisect.bisect_right(self.owed, position)

    @staticmethod
    def _is_start(item):
        return isinstance(item, Passed) and item.position == 0

    def _seen(self, item):
        if not selects(self.reading.selection, item.topic):
            return self._complain("denied", f"{item.token} on {item.topic}, which it did not select", item)
        if self.through is None:
            if self.reading.start == "latest":
                return self._complain("order", f"{item.position} before it was said where it starts", item)
            self._start(item.position - 1)
        if item.position in self.before:
            return self._complain("twice", f"{item.position} ({item.token}) came again", item)
        self.before.add(item.position)
        if item.position <= self.through:
            return self._complain(
                "order", f"{item.position} ({item.token}) came when everything through {self.through} was behind it", item)
        self._pass(item.position - 1, item)
        self.index = bisect.bisect_right(self.owed, item.position)
        self.through = item.position
        known = self.truth.sent.get(item.token)
        if known and known[1].ends and self.reading.wire != "page" and self.reading.start != "live":
            self.ending = item.topic

    def _passed(self, item):
        self._check_head(item)
        if self.through is None:
            return self._start(item.position)
        if item.position < self.through:
            return self._complain("order", f"the cursor goes back from {self.through} to {item.position}", item)
        self._pass(item.position, item)
        self.through = item.position

    def _pass(self, position, item):
        """All that is owed up to here has to have come by now, or to be lost and told so."""
        while self.index < len(self.owed) and self.owed[self.index] <= position:
            owed = self.owed[self.index]
            self.index += 1
            if self.reading.start == "live" or owed in self.delivered or self._is_told(owed):
                continue
            token = self.truth.tokens[owed]
            self._complain(
                "silent gap", f"{owed} ({token} on {self.truth.topic(owed)}) did not come, and no gap was told", item)

    def _is_told(self, position):
        topic = self.truth.topic(position)
        return any(
            gap.after < position and self.truth.lost[position] < gap.time and selects(gap.patterns, topic)
            for gap in self.gaps)

    def _gap(self, gap, number):
        for pattern in gap.patterns:
            if pattern not in self.reading.selection:
                self._complain("false gap", f"on {pattern}, which it did not select", gap)
            elif not self.truth.explains_gap(pattern, max(gap.after, self.through or 0), gap.time):
                self._complain(
                    "false gap", f"on {pattern} after {gap.after}: all of it that there is behind {self.through} "
                    "is still there", gap)
        self._check_oldest(gap, number)
        self.gaps.append(gap)
        if gap.position is not None:
            self._passed(gap)

    def _check_oldest(self, gap, number):
        """`oldest` is the first of these events that comes after the gap. A session that lags tells several gaps at once,
        one for each pattern, and `oldest` then is the first event of all of them."""
        later = self.reading.items[number + 1:]
        first = next(
            (item for item in later if isinstance(item, Seen) and selects(gap.patterns, item.topic)), None)
        if gap.oldest is None or not first or first.position == gap.oldest:
            return
        if self.reading.wire != "websocket" or first.position < gap.oldest:
            self._complain("false gap", f"its oldest event is {gap.oldest}, but {first.position} came first", gap)

    def _end(self, item):
        end = self.truth.end_of(item.topic)
        if end is None or item.at not in (None, end):
            self._complain("end", f"{item.topic} is said to have ended at {item.at}; its end is {end}", item)
        if item.position is not None:
            self._passed(item)

    def _expect_end(self, item):
        if self.ending and not (isinstance(item, End) and item.topic == self.ending):
            self._complain("end", f"the last event of {self.ending} came without the end", item)
        self.ending = None

    def _over(self, item):
        for topic in self.reading.selection:
            end = self.truth.end_of(topic)
            if end is None or end > (self.through or math.inf):
                self._complain("end", f"told that all is over, but the end of {topic} is {end}", item)
        if self.through is not None:
            self._pass(math.inf, item)

    def _check_empty_page(self, item):
        """It says that the head was reached."""
        for owed in self.owed[self.index:]:
            if self.truth.acknowledged.get(owed, math.inf) < self.reading.began:
                return self._complain("missing", f"an empty page, but {owed} had been acknowledged", item)

    def _check_head(self, item):
        first = self.truth.first_sent_after(item.time)
        if item.position >= first:
            self._complain("order", f"a cursor {item.position}, when {first} was not even sent", item)

    def _complain(self, kind, sentence, item):
        last = [entry for entry in self.reading.items if entry.time <= item.time][-4:]
        self.violations.append(
            Violation(kind, f"{self.reading}: {sentence}; around it: {'; '.join(map(describe, last))}", item.time))


def describe(item):
    match item:
        case Seen(): return f"{item.position} {item.token} on {item.topic}"
        case Passed(): return f"cursor {item.position}"
        case Gap(): return f"gap on {' '.join(item.patterns)} after {item.after}, oldest {item.oldest}"
        case End(): return f"end of {item.topic} at {item.at}"
        case Over(): return "all is over"
        case Broken(): return item.sentence

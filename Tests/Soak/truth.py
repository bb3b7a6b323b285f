"""What is known of the log, put together from everything that was answered and seen."""
import bisect
import collections
import heapq
import math

from matching import matches, overlap
from records import Seen, Violation


class Ghost:
    """An event of unknown outcome that nobody saw: it may have been in the log for a while, or never."""

    def __init__(self, began, deadline):
        self.began = began
        # A request dies with the process that it was sent to.
        self.deadline = deadline


class Truth:
    def __init__(self, records):
        self.records = records
        self.violations = []
        self.ends = sorted(records.ends)
        self.sent = {event.token: (publish, event) for publish in records.publishes for event in publish.events}
        # Position → token, and the reverse, which has several positions only if something is wrong.
        self.tokens = {}
        self.places = collections.defaultdict(set)
        # When the request that stored the event began: it was not in the log before.
        self.began = {}
        # When it was first answered for.
        self.acknowledged = {}
        # When it can have been lost by rule; never before.
        self.lost = {}
        self._gather()
        self.positions = sorted(self.tokens)
        self.of_topic = collections.defaultdict(list)
        for position in self.positions:
            self.of_topic[self.topic(position)].append(position)
        self.ghosts = self._find_ghosts()
        self._losses = {topic: self._find_losses(topic) for topic in self.of_topic}
        self._latest_began = running(max, [self.began[position] for position in self.positions])
        self._selected = {}
        by_time = sorted((self.began[position], position) for position in self.positions)
        self._times = [began for began, _ in by_time]
        self._lowest_after = running(min, [position for _, position in reversed(by_time)])[::-1]

    def topic(self, position):
        return self.sent[self.tokens[position]][1].topic

    def _gather(self):
        for publish in self.records.publishes:
            for attempt in publish.attempts:
                for event, position in zip(publish.events, attempt.positions):
                    self.acknowledged[position] = min(attempt.ended, self.acknowledged.get(position, math.inf))
                    began = attempt.began if attempt.status == 201 else publish.attempts[0].began
                    self._sight(position, event.topic, event.token, began, f"the answer to {publish.publisher}",
                                attempt.ended)
        for reading in self.records.readings:
            for item in reading.items:
                if isinstance(item, Seen):
                    self._sight(item.position, item.topic, item.token, None, reading, item.time)
        for position, topic, token in self.records.log:
            self._sight(position, topic, token, None, "the log at the end", self.records.log_read)

    def _sight(self, position, topic, token, began, where, time):
        known = self.tokens.get(position)
        if known == token and self.sent[token][1].topic == topic:
            return
        if known is not None:
            return self._deny(f"position {position} is {known}, but {token} on {topic} in {where}", time)
        if token not in self.sent:
            return self._deny(f"nobody published {token} on {topic} at {position}, in {where}", time)
        publish, event = self.sent[token]
        if event.topic != topic:
            return self._deny(f"{token} was published to {event.topic}, but is on {topic} in {where}", time)
        self.tokens[position] = token
        self.places[token].add(position)
        self.began[position] = publish.attempts[0].began if began is None else began

    def _deny(self, sentence, time):
        self.violations.append(Violation("denied", sentence, time))

    def _find_ghosts(self):
        ghosts = collections.defaultdict(list)
        for publish in self.records.publishes:
            if publish.is_acknowledged or publish.is_refused or not publish.attempts:
                continue
            last = max(attempt.ended for attempt in publish.attempts)
            for event in publish.events:
                if event.token not in self.places:
                    ghosts[event.topic].append(Ghost(publish.attempts[0].began, self.next_end(last)))
        return ghosts

    def next_end(self, time):
        """When the process ended that was there at this time."""
        index = bisect.bisect_left(self.ends, time)
        return self.ends[index] if index < len(self.ends) else math.inf

    def _find_losses(self, topic):
        """For each event of the topic, when it can first have been lost: as soon as enough newer ones may have been
        stored, or in memory with the process."""
        rule = self.records.rule(topic)
        ghosts = sorted(self.ghosts.get(topic, []), key=lambda ghost: ghost.deadline)
        # The earliest beginnings of newer events, as many as the rule keeps; the latest of them first.
        newer = []
        losses = []
        earliest = math.inf
        for position in reversed(self.of_topic[topic]):
            began = self.began[position]
            while ghosts and ghosts[-1].deadline > began:
                keep_smallest(newer, ghosts.pop().began, rule.events)
            if rule.events is not None and len(newer) >= rule.events:
                earliest = min(earliest, -newer[0] if newer else began)
            if rule.durability == "memory":
                earliest = min(earliest, self.next_end(began))
            self.lost[position] = earliest
            losses.append(earliest)
            keep_smallest(newer, began, rule.events)
        return losses[::-1]

    def newest_lost(self, topic, time):
        """The position of the newest event of the topic that can have been lost by then, or 0."""
        count = bisect.bisect_left(self._losses[topic], time)
        return self.of_topic[topic][count - 1] if count else 0

    def selected(self, selection):
        """Positions of all known events that it selects, in order."""
        key = frozenset(selection)
        if key not in self._selected:
            self._selected[key] = sorted(
                position for topic, positions in self.of_topic.items()
                if any(matches(pattern, topic) for pattern in key) for position in positions)
        return self._selected[key]

    def end_of(self, topic):
        """The position of the event that ended the topic, or None."""
        return next((at for at in self.of_topic.get(topic, []) if self.sent[self.tokens[at]][1].ends), None)

    def latest_began(self, position):
        """When the youngest of the requests began whose events are at or before the position."""
        index = bisect.bisect_right(self.positions, position)
        return self._latest_began[index - 1] if index else -math.inf

    def first_sent_after(self, time):
        """The lowest position of what was sent later than that."""
        index = bisect.bisect_right(self._times, time)
        return self._lowest_after[index] if index < len(self._times) else math.inf

    def explains_gap(self, pattern, floor, time):
        """Whether anything that the pattern selects can have been lost behind the floor by then."""
        for topic in self.of_topic:
            if matches(pattern, topic) and self.newest_lost(topic, time) > floor:
                return True
        return self._forgets(pattern, floor, time) or self._ghost_explains(pattern, floor, time)

    def _forgets(self, pattern, floor, time):
        """A restart loses what is in memory; a cursor from before it cannot know that nothing was lost."""
        if not any(rule.durability == "memory" and overlap(rule.pattern, pattern) for rule in self.records.rules):
            return False
        return self.next_end(self.latest_began(floor)) < time

    def _ghost_explains(self, pattern, floor, time):
        for topic, ghosts in self.ghosts.items():
            events = self.records.rule(topic).events
            if events is None or not matches(pattern, topic):
                continue
            for ghost in ghosts:
                newer = sum(ghost.began < self.began[at] < time for at in self.of_topic.get(topic, []))
                if newer >= events and ghost.deadline >= self.latest_began(floor):
                    return True
        return False


def keep_smallest(heap, value, count):
    """Of the values that came, the `count` smallest, negated so that the largest of them is first."""
    if not count:
        return
    if len(heap) < count:
        heapq.heappush(heap, -value)
    else:
        heapq.heappushpop(heap, -value)


def running(choose, values):
    result = []
    for value in values:
        result.append(choose(result[-1], value) if result else value)
    return result

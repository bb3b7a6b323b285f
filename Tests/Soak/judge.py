"""Decides from the records of a run whether the gateway kept its promises."""
import bisect
import math

from reading_judge import ReadingJudge
from records import Violation
from truth import Truth, running


def judge(records):
    """All violations, in the order of time."""
    truth = Truth(records)
    violations = [Violation("trouble", sentence, time) for time, sentence in records.troubles]
    violations += truth.violations
    for rule in [duplicates, order, log, refusals, batches, keys, ended_topics, answers]:
        violations += rule(records, truth)
    for reading in records.readings:
        violations += ReadingJudge(reading, truth).judge()
    return sorted(violations, key=lambda violation: violation.time or 0)


def duplicates(records, truth):
    for token, places in truth.places.items():
        publish, event = truth.sent[token]
        if len(places) < 2:
            continue
        first, last = publish.attempts[0].began, publish.attempts[-1].ended
        if records.rule(event.topic).durability == "memory" and truth.next_end(first) < last:
            continue  # its key went with the process
        yield Violation("twice", f"stored at {sorted(places)}: {publish}", first)


def order(records, truth):
    """What was acknowledged before something else was sent stands before it in the log."""
    acknowledged = sorted(
        (attempt.ended, max(attempt.positions)) for publish in records.publishes for attempt in publish.attempts
        if attempt.positions)
    times = [time for time, _ in acknowledged]
    highest = running(max, [position for _, position in acknowledged])
    for position in truth.positions:
        began = truth.began[position]
        index = bisect.bisect_left(times, began)
        if index and highest[index - 1] >= position:
            publish, _ = truth.sent[truth.tokens[position]]
            yield Violation(
                "order", f"position {position}, but {highest[index - 1]} was acknowledged before it was sent: {publish}",
                began)


def log(records, truth):
    """The log at the end has everything that was acknowledged or seen, but for what its rules let go."""
    if records.log_read == math.inf:
        return  # it was not read, for a reason that the run has told
    there = {position for position, _, _ in records.log}
    for position in truth.positions:
        if position in there or truth.lost[position] < records.log_read:
            continue
        publish, _ = truth.sent[truth.tokens[position]]
        if position in truth.acknowledged:
            yield Violation("missing", f"acknowledged at {position}, and not in the log: {publish}", truth.began[position])
        else:
            yield Violation("denied", f"seen at {position}, and not in the log: {publish}", truth.began[position])
    previous = 0
    for position, _, token in records.log:
        if position <= previous:
            yield Violation("order", f"the log at the end has {position} ({token}) behind {previous}", records.log_read)
        previous = position


def refusals(records, truth):
    for publish in records.publishes:
        if not publish.is_refused:
            continue
        places = sorted(at for event in publish.events for at in truth.places.get(event.token, []))
        if places:
            yield Violation("denied", f"refused, and in the log at {places}: {publish}", publish.attempts[0].began)


def batches(records, truth):
    """All or nothing, in their order, and next to each other."""
    for publish in records.publishes:
        places = [truth.places.get(event.token, set()) for event in publish.events]
        if len(places) < 2 or not any(places) or any(len(each) > 1 for each in places):
            continue
        began = publish.attempts[0].began
        absent = [
            event.token for event, each in zip(publish.events, places)
            if not each and records.rule(event.topic).keeps_all]
        if absent:
            yield Violation("batch", f"only a part is in the log, without {absent}: {publish}", began)
        known = [next(iter(each)) for each in places if each]
        if known != sorted(known):
            yield Violation("batch", f"stored in another order, at {known}: {publish}", began)
        elif bisect.bisect(truth.positions, known[-1]) - bisect.bisect_left(truth.positions, known[0]) != len(known):
            yield Violation("batch", f"something else stands between its events, at {known}: {publish}", began)


def keys(records, truth):
    """The first success is 201, every other 200 with the same ids."""
    for publish in records.publishes:
        answered = [attempt for attempt in publish.attempts if attempt.is_acknowledged]
        in_memory = any(records.rule(event.topic).durability == "memory" for event in publish.events)
        for earlier, later in zip(answered, answered[1:]):
            if in_memory and truth.next_end(earlier.began) < later.ended:
                continue
            if later.status != 200 or later.positions != earlier.positions:
                yield Violation(
                    "key", f"repeated, it was answered {later.status} with {later.positions} after {earlier.positions}: "
                    f"{publish}", later.ended)
        first = next(
            (attempt for attempt in publish.attempts if attempt.status is None or attempt.is_acknowledged), None)
        if first and first.status == 200:
            yield Violation("key", f"200, but nothing of it can have been stored before: {publish}", first.ended)
        for attempt in answered:
            if len(attempt.positions) != len(publish.events):
                yield Violation(
                    "answer", f"{len(attempt.positions)} ids for {len(publish.events)} events: {publish}", attempt.ended)
            if publish.misuses_key:
                yield Violation("key", f"the key of another publish was taken for it: {publish}", attempt.ended)


def ended_topics(records, truth):
    for topic, positions in truth.of_topic.items():
        end = truth.end_of(topic)
        if end is not None and positions[-1] > end:
            publish, _ = truth.sent[truth.tokens[positions[-1]]]
            yield Violation("end", f"{topic} has {positions[-1]} behind its end at {end}: {publish}")


def answers(records, truth):
    """Every refusal has to have its reason."""
    enders = {}
    for publish in records.publishes:
        for event in publish.events:
            if event.ends and publish.attempts:
                enders[event.topic] = min(enders.get(event.topic, math.inf), publish.attempts[0].began)
    for publish in records.publishes:
        for attempt in publish.attempts:
            if attempt.status in (None, 200, 201):
                continue
            if attempt.status in (503, 507) and any(
                    began <= attempt.ended and attempt.began <= ended for began, ended in records.unavailable):
                continue
            if attempt.status == 409 and any(
                    enders.get(event.topic, math.inf) < attempt.ended for event in publish.events):
                continue
            if attempt.status == 422 and publish.misuses_key:
                continue
            yield Violation("answer", f"{attempt.status} without a reason: {publish}", attempt.ended)

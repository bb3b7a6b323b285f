"""Shows that the judgement finds what it is there to find: records made by hand, each with one thing wrong."""
from judge import judge
from records import Attempt, End, Event, Gap, Over, Passed, Publish, Reading, Records, Rule, Seen

RULES = [Rule("tail/*", events=2), Rule("brief/*", durability="memory"), Rule("**")]
CASES = []


def case(kind=None):
    """Makes a function a case: of no violation, or of violations of this kind and of no other."""
    def register(function):
        CASES.append((kind, function))
        return function
    return register


def failures():
    """What the judgement did not find, or found where nothing is, each as a sentence."""
    for kind, make in CASES:
        violations = judge(make())
        kinds = {violation.kind for violation in violations}
        if kinds != ({kind} if kind else set()):
            found = [f"{violation.kind}: {violation.sentence}" for violation in violations] or "nothing"
            yield f"{make.__name__}: expected {kind or 'nothing'}, found {found}"


def published(number, topic="keep/a", status=201, position=None, **options):
    """Event `number`: sent at that second, answered half a second later, at position `number`."""
    positions = ([number] if position is None else [position]) if status in (200, 201) else []
    attempt = Attempt(number, number + 0.5, status, positions)
    return Publish("publisher", [Event(topic, f"e-{number}", options.pop("ends", False))], attempts=[attempt], **options)


def seen(number, topic="keep/a", position=None, time=50):
    return Seen(time, number if position is None else position, topic, f"e-{number}")


def reading(*items, selection=("keep/*",), after=0, start="after", wire="sse", began=40):
    return Reading("subscriber", wire, selection, start, after, began, list(items))


def records(*readings, publishes=None, log=None, ends=()):
    """Three events on keep/a, unless something else is said; the log has all of them."""
    publishes = [published(number) for number in (1, 2, 3)] if publishes is None else publishes
    if log is None:
        log = sorted({
            (at, event.topic, event.token) for publish in publishes for attempt in publish.attempts
            for event, at in zip(publish.events, attempt.positions)})
    return Records(RULES, publishes, list(readings), list(ends), log=log, log_read=100)


@case()
def all_is_well():
    return records(reading(seen(1), seen(2), Passed(50, 2), seen(3)), reading(seen(3), after=2, wire="websocket"))


@case("missing")
def an_acknowledged_event_is_not_in_the_log():
    return records(log=[(1, "keep/a", "e-1"), (3, "keep/a", "e-3")])


@case("missing")
def an_empty_page_hides_an_acknowledged_event():
    return records(reading(Passed(50, 2), after=2, wire="page"))


@case()
def a_publish_is_refused_on_a_full_disk():
    full = records(publishes=[published(1), published(2, status=507), published(3, status=503)])
    full.unavailable.append([2.2, 3.1])
    return full


@case("answer")
def a_publish_is_refused_without_a_cause():
    full = records(publishes=[published(1), published(2, status=507), published(3)])
    full.unavailable.append([2.6, 2.9])
    return full


@case("twice")
def an_event_comes_again():
    return records(reading(seen(1), seen(1), seen(2)))


@case("order")
def an_event_comes_late():
    return records(reading(seen(2), seen(1), seen(3)))


@case("order")
def an_event_from_before_the_cursor_comes():
    return records(reading(seen(2), after=2))


@case("order")
def the_cursor_goes_back():
    return records(reading(seen(1), seen(2), Passed(50, 1), seen(3)))


@case("order")
def later_publishes_stand_before_earlier_ones():
    return records(publishes=[published(1, position=2), published(2, position=1)])


@case("denied")
def an_event_that_was_seen_is_not_in_the_log():
    unanswered = published(2, status=None)
    return records(reading(seen(1), seen(2)), publishes=[published(1), unanswered])


@case()
def an_event_of_unknown_outcome_is_in_the_log():
    return records(
        reading(seen(1), seen(2)), publishes=[published(1), published(2, status=None)],
        log=[(1, "keep/a", "e-1"), (2, "keep/a", "e-2")])


@case("denied")
def a_refused_event_is_in_the_log():
    refused = records(publishes=[published(1, status=507)], log=[(1, "keep/a", "e-1")])
    refused.unavailable.append([0, 2])
    return refused


@case("denied")
def two_events_have_one_position():
    return records(reading(seen(1), seen(3, position=2)))


@case("denied")
def an_event_that_nobody_published_comes():
    return records(reading(seen(1), seen(2), seen(3), seen(4)))


@case("denied")
def an_event_comes_that_was_not_selected():
    return records(
        reading(seen(1), seen(2, "tail/a")), publishes=[published(1), published(2, "tail/a")])


@case("silent gap")
def an_event_does_not_come():
    return records(reading(seen(1), seen(3)))


@case("silent gap")
def a_heartbeat_passes_over_an_event():
    return records(reading(seen(1), Passed(50, 3)))


@case("silent gap")
def events_that_were_evicted_do_not_come_and_no_gap_is_told():
    return tail_records(reading(seen(3, "tail/a"), seen(4, "tail/a"), selection=("tail/a",)))


@case("silent gap")
def a_gap_is_told_and_an_event_that_is_still_there_left_out():
    gap = Gap(50, 0, ("tail/a",), 4, 2)
    return tail_records(reading(gap, seen(4, "tail/a"), selection=("tail/a",)))


@case()
def a_gap_is_told_where_events_were_evicted():
    gap = Gap(50, 0, ("tail/a",), 3, 2)
    return tail_records(reading(gap, seen(3, "tail/a"), seen(4, "tail/a"), selection=("tail/a",)))


@case()
def what_was_evicted_before_is_no_gap_from_the_earliest():
    return tail_records(
        reading(Passed(50, 0), seen(3, "tail/a"), seen(4, "tail/a"), selection=("tail/a",), start="earliest"))


@case("false gap")
def a_gap_is_told_where_everything_is_there():
    return records(reading(Gap(50, 0, ("keep/*",), 1, 0), seen(1), seen(2), seen(3)))


@case("false gap")
def a_gap_is_told_behind_what_was_evicted():
    return tail_records(reading(Gap(50, 2, ("tail/a",), 3, 2), seen(3, "tail/a"), selection=("tail/a",), after=2))


@case("false gap")
def a_gap_is_told_before_anything_could_be_evicted():
    return tail_records(
        reading(Gap(2.5, 0, ("tail/a",), 1, 0), seen(1, "tail/a", time=2.5), selection=("tail/a",), began=2))


@case()
def a_restart_loses_what_is_in_memory_and_a_gap_is_told():
    return memory_records(reading(Gap(50, 0, ("brief/*",), None, 2), selection=("brief/*",)))


@case("silent gap")
def a_restart_loses_what_is_in_memory_and_nobody_is_told():
    return memory_records(reading(Passed(50, 2), selection=("brief/*",)))


@case("missing")
def what_is_in_memory_is_gone_without_a_restart():
    return records(publishes=[published(1, "brief/a")], log=[])


@case("twice")
def a_repeated_key_is_stored_twice():
    again = published(1, key="k")
    again.attempts = [Attempt(1, 2), Attempt(2, 3, 201, [2])]
    return records(publishes=[again], log=[(1, "keep/a", "e-1"), (2, "keep/a", "e-1")])


@case("key")
def a_repeated_key_is_answered_as_if_it_were_new():
    again = published(1, key="k")
    again.attempts.append(Attempt(2, 3, 201, [1]))
    return records(publishes=[again])


@case("batch")
def half_a_batch_is_stored():
    return records(publishes=[batch(None)], log=[(1, "keep/a", "b-1")])


@case("batch")
def something_stands_inside_a_batch():
    return records(
        publishes=[batch(None), published(2, status=None)],
        log=[(1, "keep/a", "b-1"), (2, "keep/a", "e-2"), (3, "keep/b", "b-2")])


@case("end")
def a_topic_goes_on_behind_its_end():
    return records(publishes=[published(1, ends=True), published(2)])


@case("end")
def the_end_of_a_topic_is_not_told():
    return records(reading(seen(1), Passed(50, 1)), publishes=[published(1, ends=True)])


@case()
def the_end_of_a_topic_is_told():
    items = [seen(1), End(50, 1, "keep/a", 1), Over(51)]
    return records(reading(*items, selection=("keep/a",)), publishes=[published(1, ends=True)])


@case("end")
def a_topic_is_said_to_be_over_that_is_not():
    return records(reading(seen(1), seen(2), seen(3), Over(51), selection=("keep/a",)))


@case("answer")
def a_topic_is_said_to_have_ended_that_has_not():
    return records(publishes=[published(1), published(2, status=409)])


def tail_records(*readings):
    """Four events on a topic that keeps two."""
    publishes = [published(number, "tail/a") for number in (1, 2, 3, 4)]
    return records(*readings, publishes=publishes, log=[(3, "tail/a", "e-3"), (4, "tail/a", "e-4")])


def memory_records(*readings):
    return records(*readings, publishes=[published(1, "brief/a"), published(2, "brief/b")], log=[], ends=[10])


def batch(status):
    return Publish(
        "publisher", [Event("keep/a", "b-1"), Event("keep/b", "b-2")], attempts=[Attempt(1, 1.5, status)])


if __name__ == "__main__":
    print("\n".join(failures()) or f"{len(CASES)} cases are judged as they should be")

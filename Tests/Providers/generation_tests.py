"""What the gateway keeps of a stream, and shows to others."""
import json

import calls
import chat_format
import event_stream
import httpx
import meaning
import messages_format
import responses_format
import scenarios
import stand_in
from setting import test
from waiting import PATIENCE, equal, until

EVERY_FORMAT = [messages_format, chat_format, responses_format]


def begin(setting, format, scenario):
    """A stream of the SDK through the gateway."""
    if format is messages_format:
        return setting.relayed.anthropic.messages.create(**calls.message_request(scenario), stream=True)
    if format is chat_format:
        return setting.relayed.openai.chat.completions.create(**calls.chat_request(scenario), stream=True)
    return setting.relayed.openai.responses.create(**calls.response_request(scenario), stream=True)


def generation_id(stream):
    fields = stream.response.headers
    id = fields.get("sluice-generation")
    assert id, f"the stream has no Sluice-Generation, but {dict(fields)}"
    equal(fields.get("location"), f"/generations/{id}", "location")
    return id


def read_through(stream):
    """To its end, whatever that is."""
    try:
        for _ in stream:
            pass
    except Exception as error:
        return error
    return None


def request(setting, method, id, key=True, **options):
    fields = {"accept": "application/json"}
    if key:
        fields["authorization"] = f"Bearer {setting.relayed.keys['openai']}"
    url = f"{setting.gateway.url}/generations/{id}"
    return httpx.request(method, url, headers=fields, timeout=PATIENCE, **options)


def generation(setting, id):
    answer = request(setting, "GET", id)
    equal(answer.status_code, 200, "status of the generation")
    return answer.json()


def ended_generation(setting, id):
    """As it is when nothing more is added to it, which may be after the client saw the end."""
    def ended():
        seen = generation(setting, id)
        return None if seen["state"] in ["queued", "streaming"] else seen
    return until(ended, "the generation to end")


def watch(setting, id, format):
    """The events that a watcher gets, one by one."""
    fields = {"accept": "text/event-stream", "authorization": f"Bearer {setting.relayed.keys['openai']}"}
    url = f"{setting.gateway.url}/generations/{id}?format={format}"
    with httpx.stream("GET", url, headers=fields, timeout=PATIENCE) as answer:
        equal(answer.status_code, 200, "status of the watcher's stream")
        for event in event_stream.events(answer.iter_bytes()):
            # The gateway's own, such as its notice of a gap.
            if not (event.type or "").startswith("sluice."):
                yield event


def watched_text(events):
    """That of the deltas up to the last event, which says that it is done."""
    data = []
    for event in events:
        if event.data == "[DONE]":
            return "".join(data)
        data.append(event.data)
    raise AssertionError(f"the watcher's stream ended without [DONE], after {len(data)} events")


def for_each_format(sentence, **arguments):
    def register(function):
        for format in EVERY_FORMAT:
            test(f"{sentence} ({format.PATH})", needs_gateway=True, format=format, **arguments)(function)
        return function
    return register


@for_each_format("a generation says what the SDK was told: text", scenario="text")
@for_each_format("a generation says what the SDK was told: tools", scenario="tools")
@for_each_format("a generation says what the SDK was told: thinking", scenario="thinking")
@for_each_format("a generation says what the SDK was told: a long text", scenario="long 200")
def keeps_what_was_said(setting, format, scenario):
    with setting.one_request():
        with begin(setting, format, scenario) as stream:
            id = generation_id(stream)
            equal(read_through(stream), None, "error of the stream")
        kept = ended_generation(setting, id)
    expected = meaning.of_content(scenarios.content(scenario), format)
    equal(kept["id"], id, "id")
    equal(kept["state"], "complete", "state")
    equal(kept["text"], expected.text, "text")
    equal(kept.get("thinking") or "", expected.thinking, "thinking")
    equal([call["name"] for call in kept.get("toolCalls") or []], [name for name, _ in expected.tool_calls], "tools")


@for_each_format("a generation is the same for each who asks, and the provider is asked once")
def is_asked_once(setting, format):
    with setting.one_request():
        with begin(setting, format, "text") as stream:
            id = generation_id(stream)
            read_through(stream)
        first = ended_generation(setting, id)
        equal(generation(setting, id), first, "the same generation")


@for_each_format("who comes after the end of a generation gets its text from the start", scenario="text", late=True)
@for_each_format("who watches a generation gets the text while it is made", scenario="long 300", late=False)
def shows_text(setting, format, scenario, late):
    with setting.one_request(), begin(setting, format, scenario) as stream:
        id = generation_id(stream)
        events = watch(setting, id, "text")
        if late:
            read_through(stream)
            ended_generation(setting, id)
        else:
            next(stream)
        # An event stream has no way to tell one line end from another.
        text = "".join(scenarios.content(scenario).text).replace("\r\n", "\n")
        equal(watched_text(events), text, "text of the deltas")
        read_through(stream)


@for_each_format("who watches a generation as it is gets the provider's own events", scenario="text")
@for_each_format("who watches a generation with tools as it is gets the provider's own events", scenario="tools")
def shows_events(setting, format, scenario):
    with setting.one_request() as requests, begin(setting, format, scenario) as stream:
        id = generation_id(stream)
        read_through(stream)
        ended_generation(setting, id)
    blocks, _ = stand_in.stream(format, scenario, json.loads(requests[0].body))
    expected = event_stream.events(blocks)
    seen = list(watch(setting, id, "raw"))
    equal([(event.type, event.data) for event in seen], [(event.type, event.data) for event in expected], "events")
    ids = [event.id for event in seen]
    equal(len(set(ids)), len(ids), "number of different ids")


@for_each_format("a generation whose stream breaks has failed, and keeps what came before", scenario="cut")
@for_each_format("a generation with an error in it has failed, and keeps what came before", scenario="error event")
def keeps_a_failure(setting, format, scenario):
    with setting.one_request(), begin(setting, format, scenario) as stream:
        id = generation_id(stream)
        read_through(stream)
        kept = ended_generation(setting, id)
    equal(kept["state"], "failed", "state")
    text = "".join(scenarios.content("text").text)
    assert kept["text"] and text.startswith(kept["text"]), f"the text is {kept['text']!r}"


@for_each_format("a generation that is cancelled ends for the provider, and for the client")
def is_cancelled(setting, format):
    with setting.one_request() as requests, begin(setting, format, "stall") as stream:
        id = generation_id(stream)
        next(stream)
        answer = request(setting, "DELETE", id)
        assert answer.status_code in [200, 202, 204], f"the cancellation was answered {answer.status_code}"
        read_through(stream)
        equal(ended_generation(setting, id)["state"], "cancelled", "state")
    assert requests[0].ended.wait(PATIENCE), "the provider went on"
    assert requests[0].was_left, "the provider answered to the end"


@test("a generation is shown to nobody without a key", needs_gateway=True, method="GET")
@test("a generation is cancelled by nobody without a key", needs_gateway=True, method="DELETE")
def is_protected(setting, method):
    with begin(setting, messages_format, "text") as stream:
        id = generation_id(stream)
        read_through(stream)
    equal(request(setting, method, id, key=False).status_code, 401, "status without a key")


@test("a generation that there is not is not found", needs_gateway=True)
def is_not_found(setting):
    equal(request(setting, "GET", "00000000000000000000000000").status_code, 404, "status")

"""A stream has the same bytes through the gateway as the provider wrote, whatever is in them."""
import calls
import chat_format
import httpx
import messages_format
import responses_format
import stand_in
from setting import test
from waiting import equal

REQUESTS = {
    messages_format: calls.message_request,
    chat_format: calls.chat_request,
    responses_format: calls.response_request,
}
SCENARIOS = ["text", "tools", "thinking", "long 200", "huge event", "error event", "half event", "cut", "not utf-8"]


def for_each_stream(function):
    for format in REQUESTS:
        for scenario in SCENARIOS:
            sentence = f"the bytes of a stream are the same: {format.PATH}, {scenario}"
            test(sentence, format=format, scenario=scenario)(function)
    return function


def read(way, format, body):
    """Status and type of a stream, all of its bytes, and what was raised then."""
    data = b""
    with way.plain_stream(format, body) as answer:
        seen = answer.status_code, answer.headers.get("content-type")
        try:
            for piece in answer.iter_raw():
                data += piece
        except httpx.TransportError as error:
            return *seen, data, repr(error)
    return *seen, data, None


@for_each_stream
def same_bytes(setting, format, scenario):
    body = {**REQUESTS[format](scenario), "stream": True}
    with setting.one_request():
        expected = read(setting.direct, format, body)
    with setting.one_request():
        actual = read(setting.relayed, format, body)
    blocks, ending = stand_in.stream(format, scenario, body)
    equal(expected[2], b"".join(blocks), "bytes from the provider")
    equal(expected[3] is None, ending is stand_in.Ending.REGULAR, "whether the stream ended regularly")
    equal(actual, expected, "stream through the gateway")

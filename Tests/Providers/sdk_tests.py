"""The providers' SDKs get the same through the gateway as without it."""
import calls
import chat_format
import meaning
import messages_format
import responses_format
import scenarios
from setting import test
from waiting import equal

FORMATS = {"message": messages_format, "chat": chat_format, "response": responses_format}
KINDS = ["text", "tools", "thinking"]


def format_of(call):
    return next(format for name, format in FORMATS.items() if name in call.__name__.split("_"))


def for_each(sentence, of_calls, of_scenarios):
    """A test for each call and each scenario."""
    def register(function):
        for call in of_calls:
            for scenario in of_scenarios:
                test(f"{sentence}: {call.__name__}, {scenario}", call=call, scenario=scenario)(function)
        return function
    return register


WHOLE = [calls.message, calls.chat, calls.response]
EVENTS = [calls.message_events, calls.chat_chunks, calls.chat_chunks_with_usage, calls.response_events]
STREAMS = [calls.message_stream, calls.chat_stream, calls.response_stream]
ASYNC_STREAMS = [calls.async_message_stream, calls.async_chat_stream, calls.async_response_stream]


@for_each("a whole answer is the same", WHOLE, KINDS)
@for_each("a stream is put together to the same", STREAMS, [*KINDS, "long 200", "huge event"])
@for_each("an asynchronous client gets the same", ASYNC_STREAMS, ["tools"])
def same_answer(setting, call, scenario):
    outcome = setting.both(call, scenario)
    equal(outcome.error, None, "error")
    equal(
        vars(meaning.of_answer(outcome.answer)),
        vars(meaning.of_content(scenarios.content(scenario), format_of(call))), "the answer")


@for_each("the events of a stream are the same", EVENTS, KINDS)
def same_events(setting, call, scenario):
    outcome = setting.both(call, scenario)
    equal(outcome.error, None, "error")
    assert len(outcome.events) > 5, f"there are {len(outcome.events)} events only"


@for_each("an error is the same", [*WHOLE, *EVENTS], ["error 429", "error 500", "error 529"])
def same_error(setting, call, scenario):
    error = setting.both(call, scenario).error
    status = scenarios.error_status(scenario)
    equal(error["attributes"]["status_code"], status, "status of the error")
    assert format_of(call).PROVIDER.ERRORS[status][-1] in error["text"], f"the error says {error['text']}"


@test("an error in the midst of a stream is raised after the same events", call=calls.message_events)
@test("an error in the midst of a stream is raised after the same chunks", call=calls.chat_chunks)
def same_error_in_a_stream(setting, call):
    outcome = setting.both(call, "error event")
    assert outcome.events, "no event came before the error"
    assert outcome.error["class"].endswith("Error"), f"the error is {outcome.error}"
    assert outcome.error["attributes"]["body"], "the error has no body"


@test("an error in the midst of OpenAI's Responses is the same event")
def same_error_event(setting):
    outcome = setting.both(calls.response_events, "error event")
    equal([event["type"] for event in outcome.events[-2:]], ["error", "response.failed"], "the last events")


@for_each("a stream that breaks does so in the same way", EVENTS, ["cut"])
@for_each("a stream that ends early does so in the same way", EVENTS, ["half event"])
@for_each("a stream that is no UTF-8 is the same", EVENTS, ["not utf-8"])
def same_fault(setting, call, scenario):
    outcome = setting.both(call, scenario)
    assert outcome.events, "no event came before the fault"


@test("the list of Anthropic's models is the same", call=calls.anthropic_models)
@test("the list of OpenAI's models is the same", call=calls.openai_models)
def same_models(setting, call):
    outcome = setting.both(call, "")
    equal(outcome.error, None, "error")
    equal(len(outcome.answer["data"]), 2, "number of models")

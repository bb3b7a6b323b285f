"""What an application does with the SDKs. Each call takes a way and a scenario, and returns an `Outcome`."""
import asyncio
from dataclasses import dataclass, field

WEATHER = {
    "type": "object", "properties": {"city": {"type": "string"}, "units": {"type": "string"}},
    "required": ["city", "units"], "additionalProperties": False,
}


@dataclass
class Outcome:
    """As plain values, which can be compared."""
    # Of a stream.
    events: list = field(default_factory=list)
    # The whole answer, where there is one.
    answer: dict | None = None
    # What was raised.
    error: dict | None = None


def call(function):
    """Makes it return an outcome: it is given one to fill, and may raise what the SDK does."""
    def outcome_of(way, scenario):
        outcome = Outcome()
        try:
            function(way, scenario, outcome)
        except AssertionError:
            raise
        except Exception as error:
            outcome.error = plain_error(error)
        return outcome
    outcome_of.__name__ = function.__name__
    return outcome_of


def plain(model):
    # The id is that of the header, which is beside what is dumped.
    return {**model.model_dump(warnings=False), "_request_id": getattr(model, "_request_id", None)}


def plain_error(error):
    response = getattr(error, "response", None)
    return {
        "class": f"{type(error).__module__}.{type(error).__name__}",
        "text": str(error),
        "attributes": {
            name: getattr(error, name, None)
            for name in ["status_code", "message", "body", "request_id", "type", "code", "param"]},
        "retry-after": response.headers.get("retry-after") if response is not None else None,
    }


# Requests.

def message_request(scenario):
    tool = {"name": "get_weather", "description": "The weather of a city.", "input_schema": WEATHER}
    return {
        "model": "claude-stand-in", "max_tokens": 4096, "messages": [{"role": "user", "content": scenario}],
        **({"tools": [tool]} if scenario == "tools" else {}),
        **({"thinking": {"type": "enabled", "budget_tokens": 1024}} if scenario == "thinking" else {}),
    }


def chat_request(scenario):
    function = {"name": "get_weather", "description": "The weather of a city.", "parameters": WEATHER}
    return {
        "model": "gpt-stand-in", "messages": [{"role": "user", "content": scenario}],
        **({"tools": [{"type": "function", "function": function}]} if scenario == "tools" else {}),
    }


def response_request(scenario):
    tool = {
        "type": "function", "name": "get_weather", "description": "The weather of a city.", "parameters": WEATHER,
        "strict": True}
    return {
        "model": "gpt-stand-in", "input": scenario,
        **({"tools": [tool]} if scenario == "tools" else {}),
        **({"reasoning": {"summary": "auto"}} if scenario == "thinking" else {}),
    }


USAGE = {"stream_options": {"include_usage": True}}


# Whole answers.

@call
def message(way, scenario, outcome):
    outcome.answer = plain(way.anthropic.messages.create(**message_request(scenario)))


@call
def chat(way, scenario, outcome):
    outcome.answer = plain(way.openai.chat.completions.create(**chat_request(scenario)))


@call
def response(way, scenario, outcome):
    outcome.answer = plain(way.openai.responses.create(**response_request(scenario)))


@call
def anthropic_models(way, scenario, outcome):
    outcome.answer = {"data": [plain(model) for model in way.anthropic.models.list()]}


@call
def openai_models(way, scenario, outcome):
    outcome.answer = {"data": [plain(model) for model in way.openai.models.list()]}


# Streams of events.

@call
def message_events(way, scenario, outcome):
    collect(way.anthropic.messages.create(**message_request(scenario), stream=True), outcome)


@call
def chat_chunks(way, scenario, outcome):
    collect(way.openai.chat.completions.create(**chat_request(scenario), stream=True), outcome)


@call
def chat_chunks_with_usage(way, scenario, outcome):
    collect(way.openai.chat.completions.create(**chat_request(scenario), stream=True, **USAGE), outcome)


@call
def response_events(way, scenario, outcome):
    collect(way.openai.responses.create(**response_request(scenario), stream=True), outcome)


def collect(stream, outcome):
    """One by one, so that those before an error are there."""
    with stream:
        for event in stream:
            outcome.events.append(plain(event))


# Streams that the SDK puts together.

@call
def message_stream(way, scenario, outcome):
    with way.anthropic.messages.stream(**message_request(scenario)) as stream:
        collect(stream, outcome)
        outcome.answer = plain(stream.get_final_message())


@call
def chat_stream(way, scenario, outcome):
    with way.openai.chat.completions.stream(**chat_request(scenario), **USAGE) as stream:
        # These hold chunks and events by turns.
        outcome.events += [plain(event) for event in stream]
        outcome.answer = plain(stream.get_final_completion())


@call
def response_stream(way, scenario, outcome):
    with way.openai.responses.stream(**response_request(scenario)) as stream:
        collect(stream, outcome)
        outcome.answer = plain(stream.get_final_response())


# With the asynchronous clients.

@call
def async_message_stream(way, scenario, outcome):
    async def run():
        async with way.async_anthropic() as client:
            async with client.messages.stream(**message_request(scenario)) as stream:
                outcome.events += [plain(event) async for event in stream]
                outcome.answer = plain(await stream.get_final_message())
    asyncio.run(run())


@call
def async_chat_stream(way, scenario, outcome):
    async def run():
        async with way.async_openai() as client:
            async with client.chat.completions.stream(**chat_request(scenario), **USAGE) as stream:
                outcome.events += [plain(event) async for event in stream]
                outcome.answer = plain(await stream.get_final_completion())
    asyncio.run(run())


@call
def async_response_stream(way, scenario, outcome):
    async def run():
        async with way.async_openai() as client:
            async with client.responses.stream(**response_request(scenario)) as stream:
                outcome.events += [plain(event) async for event in stream]
                outcome.answer = plain(await stream.get_final_response())
    asyncio.run(run())

"""OpenAI's Responses: https://platform.openai.com/docs/api-reference/responses and …/responses-streaming"""
import itertools

from providers import OpenAI, event

PROVIDER = OpenAI
PATH = "/v1/responses"


def last_user_message(body):
    if isinstance(body["input"], str):
        return body["input"]
    content = [item["content"] for item in body["input"] if item.get("role") == "user"][-1]
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "input_text")


def answer(content, body):
    return {**response(body, "completed"), "output": output(content), "usage": usage(content)}


def blocks(content, body):
    stream = Stream()
    return [
        stream.event("response.created", response=response(body, "in_progress")),
        stream.event("response.in_progress", response=response(body, "in_progress")),
        *reasoning_blocks(stream, content),
        *message_blocks(stream, content),
        *function_call_blocks(stream, content),
        stream.event("response.completed", response=answer(content, body)),
    ]


def error_blocks(position):
    stream = Stream(position)
    error = {"code": "server_error", "message": "The server had an error. Sorry about that!"}
    failed = {**response({"model": "gpt-stand-in"}, "failed"), "error": error}
    return [stream.event("error", **error, param=None), stream.event("response.failed", response=failed)]


class Stream:
    """Numbers the events, and the items of the output."""

    def __init__(self, position=0):
        self.sequence_numbers = itertools.count(position)
        self.output_index = -1

    def event(self, type, **fields):
        return event({"type": type, "sequence_number": next(self.sequence_numbers), **fields}, type)

    def item(self, whole, start, *parts):
        """An item with what `parts` give, each of which is a type and the fields of its event."""
        self.output_index += 1
        place = {"output_index": self.output_index}
        yield self.event("response.output_item.added", **place, item={**whole, **start, "status": "in_progress"})
        for type, fields in parts:
            yield self.event(type, item_id=whole["id"], **place, **fields)
        yield self.event("response.output_item.done", **place, item=whole)


def reasoning_blocks(stream, content):
    if not content.thinking:
        return []
    place = {"summary_index": 0}
    kind = "response.reasoning_summary"
    text = "".join(content.thinking)
    return stream.item(
        reasoning(content), {"summary": []},
        (f"{kind}_part.added", {**place, "part": summary_text("")}),
        *[(f"{kind}_text.delta", {**place, "delta": token}) for token in content.thinking],
        (f"{kind}_text.done", {**place, "text": text}),
        (f"{kind}_part.done", {**place, "part": summary_text(text)}))


def message_blocks(stream, content):
    if not content.text:
        return []
    place = {"content_index": 0}
    text = "".join(content.text)
    return stream.item(
        message(content), {"content": []},
        ("response.content_part.added", {**place, "part": output_text("")}),
        *[("response.output_text.delta", {**place, "delta": token, "logprobs": []}) for token in content.text],
        ("response.output_text.done", {**place, "text": text, "logprobs": []}),
        ("response.content_part.done", {**place, "part": output_text(text)}))


def function_call_blocks(stream, content):
    kind = "response.function_call_arguments"
    for call in content.tool_calls:
        yield from stream.item(
            function_call(call), {"arguments": ""},
            *[(f"{kind}.delta", {"delta": fragment}) for fragment in call.fragments],
            (f"{kind}.done", {"name": call.name, "arguments": call.arguments}))


def output(content):
    """The items of it."""
    return [
        *([reasoning(content)] if content.thinking else []),
        *([message(content)] if content.text else []),
        *map(function_call, content.tool_calls),
    ]


def reasoning(content):
    summary = [summary_text("".join(content.thinking))]
    return {"id": "rs_StandIn", "type": "reasoning", "summary": summary, "status": "completed"}


def message(content):
    return {
        "id": "msg_StandIn", "type": "message", "status": "completed", "role": "assistant",
        "content": [output_text("".join(content.text))],
    }


def function_call(call):
    return {
        "id": f"fc_{call.id}", "type": "function_call", "status": "completed", "call_id": f"call_{call.id}",
        "name": call.name, "arguments": call.arguments,
    }


def summary_text(text):
    return {"type": "summary_text", "text": text}


def output_text(text):
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def response(body, status):
    return {
        "id": "resp_StandIn", "object": "response", "created_at": 1751328000, "status": status, "background": False,
        "error": None, "incomplete_details": None, "instructions": None, "max_output_tokens": None,
        "model": body["model"], "output": [], "parallel_tool_calls": True, "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None}, "service_tier": "default", "store": True,
        "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto",
        "tools": body.get("tools") or [], "top_p": 1.0, "truncation": "disabled", "usage": None, "user": None,
        "metadata": {},
    }


def usage(content):
    return {
        "input_tokens": 25, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": content.tokens, "output_tokens_details": {"reasoning_tokens": len(content.thinking)},
        "total_tokens": 25 + content.tokens,
    }

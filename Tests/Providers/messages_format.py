"""Anthropic's Messages: https://docs.anthropic.com/en/api/messages and …/messages-streaming"""
import json

from providers import Anthropic, event

PROVIDER = Anthropic
PATH = "/v1/messages"
SIGNATURE = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"


def last_user_message(body):
    content = [message["content"] for message in body["messages"] if message["role"] == "user"][-1]
    if isinstance(content, str):
        return content
    return "".join(block["text"] for block in content if block["type"] == "text")


def answer(content, body):
    return {
        **head(body),
        "content": [whole for _, _, whole in content_blocks(content)],
        "stop_reason": stop_reason(content),
        "usage": usage(content.tokens),
    }


def blocks(content, body):
    return [
        *opening(body),
        *[block for index, parts in enumerate(content_blocks(content)) for block in content_block(index, *parts)],
        *ending(content),
    ]


def error_blocks(position):
    return [named({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})]


def head(body):
    return {
        "id": "msg_01StandIn", "type": "message", "role": "assistant", "model": body["model"], "content": [],
        "stop_reason": None, "stop_sequence": None,
    }


def usage(output_tokens):
    return {
        "input_tokens": 25, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        "output_tokens": output_tokens, "service_tier": "standard",
    }


def stop_reason(content):
    return "tool_use" if content.tool_calls else "end_turn"


def content_blocks(content):
    """Of each, how it starts, its deltas, and the whole of it."""
    if content.thinking:
        deltas = [{"type": "thinking_delta", "thinking": token} for token in content.thinking]
        yield (
            {"type": "thinking", "thinking": "", "signature": ""},
            [*deltas, {"type": "signature_delta", "signature": SIGNATURE}],
            {"type": "thinking", "thinking": "".join(content.thinking), "signature": SIGNATURE})
    if content.text:
        yield (
            {"type": "text", "text": ""},
            [{"type": "text_delta", "text": token} for token in content.text],
            {"type": "text", "text": "".join(content.text)})
    for call in content.tool_calls:
        start = {"type": "tool_use", "id": f"toolu_{call.id}", "name": call.name, "input": {}}
        # The first fragment is an empty one.
        deltas = [{"type": "input_json_delta", "partial_json": fragment} for fragment in ["", *call.fragments]]
        yield start, deltas, {**start, "input": json.loads(call.arguments)}


def opening(body):
    yield named({"type": "message_start", "message": {**head(body), "usage": usage(1)}})


def content_block(index, start, deltas, whole):
    yield named({"type": "content_block_start", "index": index, "content_block": start})
    if index == 0:
        yield named({"type": "ping"})
    for delta in deltas:
        yield named({"type": "content_block_delta", "index": index, "delta": delta})
    yield named({"type": "content_block_stop", "index": index})


def ending(content):
    delta = {"stop_reason": stop_reason(content), "stop_sequence": None}
    yield named({"type": "message_delta", "delta": delta, "usage": {"output_tokens": content.tokens}})
    yield named({"type": "message_stop"})


def named(data):
    return event(data, data["type"])

"""OpenAI's Chat Completions: https://platform.openai.com/docs/api-reference/chat and …/chat-streaming"""
from providers import OpenAI, event

PROVIDER = OpenAI
PATH = "/v1/chat/completions"
DONE = b"data: [DONE]\n\n"


def last_user_message(body):
    content = [message["content"] for message in body["messages"] if message["role"] == "user"][-1]
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "text")


def answer(content, body):
    message = {
        "role": "assistant", "content": "".join(content.text) or None, "refusal": None, "annotations": [],
    }
    if content.tool_calls:
        message["tool_calls"] = [tool_call(call, call.arguments) for call in content.tool_calls]
    whole = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(content)}
    return {**head("chat.completion", body), "choices": [whole], "usage": usage(content)}


def blocks(content, body):
    """`usage` comes in a chunk of its own if it was asked for, and is null in the others then."""
    include_usage = (body.get("stream_options") or {}).get("include_usage", False)
    common = {**head("chat.completion.chunk", body), **({"usage": None} if include_usage else {})}
    chunks = [{**common, "choices": [each]} for each in choices(content)]
    if include_usage:
        chunks.append({**common, "choices": [], "usage": usage(content)})
    # Escaped as far as JSON can be.
    return [*[event(chunk, ensure_ascii=True) for chunk in chunks], DONE]


def error_blocks(position):
    return [event(OpenAI.error(500))]


def head(object, body):
    return {
        "id": "chatcmpl-StandIn", "object": object, "created": 1751328000, "model": body["model"],
        "service_tier": "default", "system_fingerprint": "fp_stand_in",
    }


def choices(content):
    yield choice({"role": "assistant", "content": "", "refusal": None})
    for token in content.text:
        yield choice({"content": token})
    for index, call in enumerate(content.tool_calls):
        yield choice({"tool_calls": [{"index": index, **tool_call(call, "")}]})
        for fragment in call.fragments:
            yield choice({"tool_calls": [{"index": index, "function": {"arguments": fragment}}]})
    yield choice({}, finish_reason(content))


def choice(delta, finish_reason=None):
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def finish_reason(content):
    return "tool_calls" if content.tool_calls else "stop"


def tool_call(call, arguments):
    return {"id": f"call_{call.id}", "type": "function", "function": {"name": call.name, "arguments": arguments}}


def usage(content):
    return {
        "prompt_tokens": 25, "completion_tokens": content.tokens, "total_tokens": 25 + content.tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0},
    }

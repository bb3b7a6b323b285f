"""What each provider has for all of its endpoints: how it knows who asks, its headers, and its errors."""
import json


class Anthropic:
    NAME = "anthropic"
    KEY = "sk-ant-of-the-provider"
    ERRORS = {
        400: ("invalid_request_error", "messages: Input should be a valid list"),
        401: ("authentication_error", "invalid x-api-key"),
        404: ("not_found_error", "Not found"),
        429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
        500: ("api_error", "Internal server error"),
        529: ("overloaded_error", "Overloaded"),
    }
    MODELS = {
        "data": [
            {"type": "model", "id": "claude-stand-in", "display_name": "Claude Stand-in", "lifecycle": "active",
             "created_at": "2025-09-29T00:00:00Z"},
            {"type": "model", "id": "claude-stand-in-small", "display_name": "Claude Stand-in, the small",
             "lifecycle": "active", "created_at": "2025-03-01T00:00:00Z"}],
        "has_more": False,
        "first_id": "claude-stand-in",
        "last_id": "claude-stand-in-small",
    }

    @classmethod
    def knows(cls, request):
        # The documentation has the first, and the SDK sends the second.
        return request.header("x-api-key") == cls.KEY or request.header("authorization") == f"Bearer {cls.KEY}"

    @staticmethod
    def headers(id):
        return {
            "request-id": f"req_{id}",
            "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
            "anthropic-ratelimit-requests-remaining": "49",
        }

    @classmethod
    def error(cls, status):
        type, message = cls.ERRORS[status]
        return {"type": "error", "error": {"type": type, "message": message}}


class OpenAI:
    NAME = "openai"
    KEY = "sk-proj-of-the-provider"
    ERRORS = {
        400: ("invalid_request_error", None, "We could not parse the JSON body of your request."),
        401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
        404: ("invalid_request_error", "unknown_url", "Unknown request URL."),
        429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again in 7s."),
        500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
        529: ("server_error", "overloaded", "That model is currently overloaded with other requests."),
    }
    MODELS = {
        "object": "list",
        "data": [
            {"id": "gpt-stand-in", "object": "model", "created": 1751328000, "owned_by": "openai"},
            {"id": "gpt-stand-in-small", "object": "model", "created": 1751328000, "owned_by": "openai"}],
    }

    @classmethod
    def knows(cls, request):
        return request.header("authorization") == f"Bearer {cls.KEY}"

    @staticmethod
    def headers(id):
        return {
            "x-request-id": f"req_{id}",
            "openai-organization": "org-stand-in",
            "openai-processing-ms": "12",
            "x-ratelimit-remaining-requests": "49",
        }

    @classmethod
    def error(cls, status):
        type, code, message = cls.ERRORS[status]
        return {"error": {"message": message, "type": type, "param": None, "code": code}}


def event(data, type=None, ensure_ascii=False):
    """A block of an event stream, whose data is JSON."""
    field = f"event: {type}\n" if type else ""
    return f"{field}data: {json.dumps(data, ensure_ascii=ensure_ascii)}\n\n".encode()

import SluiceGeneration

extension Transcript {
    static let openAIChat = [chatText, chatTools, chatReasoning, chatError]

    static let chatText = Transcript(
        "OpenAI chat, text", .openAIChat,
        #"""
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini","error":null,\#
        "choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null}

        data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}

        data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":1,"delta":{"content":"Another"},"finish_reason":"stop"}]}

        : keep-alive

        data: {"id":"c1","choices":[{"index":0,"delta":{"content":", \"error\": {}"},"logprobs":{"content":[]}}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"refusal":" I can't."}}]}

        data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"c1","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,\#
        "total_tokens":29,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}}

        data: [DONE]

        """#)

    static let chatTools = Transcript(
        "OpenAI chat, interleaved tool calls", .openAIChat,
        #"""
        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[\#
        {"index":1,"id":"call_b","type":"function","function":{"name":"get_time","arguments":""}}]}}]}

        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"tool_calls":[\#
        {"index":0,"id":"call_a","type":"function","function":{"name":"get_weather","arguments":"{\"ci"}},\#
        {"index":1,"id":"","function":{"name":"","arguments":"{"}}]}}]}

        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"tool_calls":[\#
        {"index":0,"id":null,"function":{"name":null,"arguments":"ty\":"}},{"index":0,"function":{"arguments":"\"Rome\"}"}}]}}]}

        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"tool_calls":[\#
        {"index":1,"id":"call_b","function":{"name":"get_time","arguments":"}"}}]}}]}

        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: [DONE]

        """#)

    static let chatReasoning = Transcript(
        "OpenAI chat, the reasoning of compatible servers", .openAIChat,
        #"""
        data: {"model":"","choices":[]}

        data: {"model":"deepseek-reasoner","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"Two and "}}]}

        data: {"choices":[{"delta":{"reasoning":"two"}}]}

        data: {"choices":[{"delta":{"reasoning":", so","reasoning_content":", so"}}]}

        data: {"choices":[{"delta":{"content":"Four"},"finish_reason":"length"}],"usage":{"completion_tokens":5}}

        data: {"choices":[{"delta":{},"finish_reason":""}],"usage":{"prompt_tokens":2}}

        data: [DONE]

        """#)

    static let chatError = Transcript(
        "OpenAI chat, an error in mid-stream", .openAIChat,
        #"""
        data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Once upon"}}]}

        data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":500}}

        """#)
}

import SluiceGeneration

extension Transcript {
    static let openAIResponses = [responsesText, responsesTools, responsesIncomplete, responsesFailure, responsesError]

    static let responsesText = Transcript(
        "OpenAI Responses, text", .openAIResponses,
        #"""
        event: response.created
        data: {"type":"response.created","response":{"id":"resp_1","status":"in_progress","error":null,\#
        "model":"gpt-4.1-2025-04-14","output":[],"usage":null},"sequence_number":0}

        event: response.in_progress
        data: {"type":"response.in_progress","response":{"id":"resp_1","model":"another name"},"sequence_number":1}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"**Greeting** "}

        event: response.reasoning_summary_text.done
        data: {"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"**Greeting** "}

        event: response.reasoning_text.delta
        data: {"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"Be kind."}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1","type":"message","content":[]}}

        event: response.content_part.added
        data: {"type":"response.content_part.added","output_index":1,"part":{"type":"output_text","text":"","annotations":[]}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":"Hi"}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":" there"}

        event: response.output_text.done
        data: {"type":"response.output_text.done","output_index":1,"content_index":0,"text":"Hi there"}

        event: response.content_part.done
        data: {"type":"response.content_part.done","output_index":1,"part":{"type":"output_text","text":"Hi there"}}

        event: response.refusal.delta
        data: {"type":"response.refusal.delta","output_index":1,"content_index":1,"delta":", no more."}

        event: response.completed
        data: {"type":"response.completed","response":{"id":"resp_1","status":"completed","error":null,\#
        "model":"gpt-4.1-2025-04-14","output":[{"type":"message","content":[{"type":"output_text","text":"Hi there"}]}],\#
        "usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":5},"output_tokens":11,\#
        "output_tokens_details":{"reasoning_tokens":6},"total_tokens":48}}}

        """#)

    static let responsesTools = Transcript(
        "OpenAI Responses, tool calls", .openAIResponses,
        #"""
        event: response.created
        data: {"type":"response.created","response":{"model":"gpt-4o"}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1",\#
        "call_id":"call_1","name":"get_weather","arguments":"","status":"in_progress"}}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"city\":"}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":2,"item":{"type":"custom_tool_call","id":"ctc_1",\#
        "call_id":"call_2","name":"run","input":"ec"}}

        event: response.custom_tool_call_input.delta
        data: {"type":"response.custom_tool_call_input.delta","item_id":"ctc_1","output_index":2,"delta":"ho"}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"\"Oslo\"}"}

        event: response.function_call_arguments.done
        data: {"type":"response.function_call_arguments.done","output_index":1,"arguments":"{\"city\":\"Oslo\"}"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"call_1",\#
        "name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}}

        event: response.completed
        data: {"type":"response.completed","response":{"status":"completed"}}

        """#)

    static let responsesIncomplete = Transcript(
        "OpenAI Responses, cut short by a limit", .openAIResponses,
        #"""
        event: response.content_part.added
        data: {"type":"response.content_part.added","output_index":0,"part":{"type":"output_text","text":"A"}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":0,"delta":"B"}

        event: response.incomplete
        data: {"type":"response.incomplete","response":{"model":"gpt-4o","status":"incomplete",\#
        "incomplete_details":{"reason":"max_output_tokens"},"usage":{"output_tokens":2}}}

        """#)

    static let responsesFailure = Transcript(
        "OpenAI Responses, a failure", .openAIResponses,
        #"""
        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":0,"delta":"Once upon"}

        event: response.failed
        data: {"type":"response.failed","response":{"model":"gpt-4o","status":"failed",\#
        "error":{"code":"server_error","message":"The model failed."},"usage":{"input_tokens":3}}}

        """#)

    static let responsesError = Transcript(
        "OpenAI Responses, an error", .openAIResponses,
        #"""
        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":0,"delta":"Once upon"}

        event: error
        data: {"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null,"sequence_number":1}

        """#)
}

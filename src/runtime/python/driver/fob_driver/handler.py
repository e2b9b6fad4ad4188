"""The convention of every other entry point: `handler(event, context)`, in AWS Lambda's manner."""

import os
from time import gmtime, strftime, time

from .call import BINARY


class Context:
    """What a handler is told about its invocation."""

    identity = None
    client_context = None

    def __init__(self, call):
        self.aws_request_id = call.id
        self._meta = call.meta if call.meta_bytes else None
        self._deadline = time() + call.timeout_ms / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self._deadline - time()) * 1000))

    @property
    def traceparent(self):
        """The W3C `traceparent` for what this invocation calls."""
        if self._meta and 'traceparent' in self._meta:
            return self._meta['traceparent']
        # It begins its trace itself: the trace and its span have the invocation's id.
        digits = self.aws_request_id.replace('-', '')
        return '00-%s-%s-00' % (digits, digits[16:])

    @property
    def tracestate(self):
        """What other tracing systems pass on, where there is something."""
        return self._meta.get('tracestate') if self._meta else None

    def log(self, text):
        print(text)


def create(name, function, load):
    log_stream = '%s/[%d]%d' % (strftime('%Y/%m/%d', gmtime()), load['version'], os.getpid())
    Context.function_name = load['function']
    Context.function_version = str(load['version'])
    Context.invoked_function_arn = 'arn:aws:lambda:local:000000000000:function:' + load['function']
    Context.memory_limit_in_mb = str(load['memoryMb'])
    Context.log_group_name = '/aws/lambda/' + load['function']
    Context.log_stream_name = log_stream
    for key, value in (
        ('AWS_LAMBDA_FUNCTION_NAME', Context.function_name),
        ('AWS_LAMBDA_FUNCTION_VERSION', Context.function_version),
        ('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', Context.memory_limit_in_mb),
        ('AWS_LAMBDA_LOG_GROUP_NAME', Context.log_group_name),
        ('AWS_LAMBDA_LOG_STREAM_NAME', Context.log_stream_name),
        ('LAMBDA_TASK_ROOT', load['codeFolder']),
        ('_HANDLER', load['handler']),
    ):
        os.environ.setdefault(key, value)

    def run(call):
        return function(_binary_event(call) if call.kind == BINARY else call.json(), Context(call))

    return None, run


def _binary_event(call):
    from binascii import b2a_base64

    return {
        'body': b2a_base64(call.payload(), newline=False).decode(),
        'isBase64Encoded': True,
        'headers': {'content-type': call.content_type},
    }

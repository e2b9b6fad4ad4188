"""Values from and to JSON. Uses the interpreter's own C codec without the `json` package, whose import costs milliseconds."""

from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner


class PayloadError(Exception):
    """A payload that is not what it claims to be."""


class ResultError(Exception):
    """A value that cannot be a result; `reason` and `type` as in the protocol's ERROR."""

    def __init__(self, reason, kind, message):
        super().__init__(message)
        self.reason = reason
        self.kind = kind


def _no_constant(name):
    raise ValueError(name + ' is not JSON')


class _ScannerSettings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_no_constant)
    memo = {}


_scan = make_scanner(_ScannerSettings)


def from_json(data):
    """The value of JSON bytes. Raises `PayloadError` saying what is wrong and where."""
    try:
        text = data.decode().strip(' \t\n\r')
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except UnicodeDecodeError:
        raise PayloadError('the payload is not valid JSON: it is not valid UTF-8') from None
    except RecursionError:
        raise PayloadError('the payload is not valid JSON: it is nested too deeply') from None
    except (ValueError, StopIteration, SystemError):
        # The C scanner cannot raise its own error while json.decoder is not imported: SystemError.
        pass
    raise PayloadError('the payload is not valid JSON: ' + _explain(text))


def _explain(text):
    import json

    try:
        json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        return str(error)
    return 'there is more than one value'


def _refuse(value):
    raise TypeError(type(value).__name__)


def _encoder(encode_text):
    return make_encoder(None, _refuse, encode_text, None, ':', ',', False, False, False)


_encode = _encoder(encode_basestring)


def to_json(value):
    """JSON bytes of a value. Raises `ResultError` naming the part that JSON cannot hold."""
    kind = type(value)
    try:
        if kind is int:
            return b'%d' % value
        if value is None:
            return b'null'
        if kind is str:
            return encode_basestring(value).encode()
        if kind is dict or kind is list or kind is tuple:
            _check_keys(value)
        return ''.join(_encode(value, 0)).encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form, but JSON can escape it.
        return ''.join(_encoder(encode_basestring_ascii)(value, 0)).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _unencodable(value, error) from None


def _check_keys(value):
    """Python's encoder turns a key such as 1 or None into text without saying so; a result must not change on its way."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(type(key).__name__)
        value = value.values()
    for part in value:
        kind = type(part)
        if kind is dict or kind is list or kind is tuple:
            _check_keys(part)


def _unencodable(value, error):
    if isinstance(error, RecursionError):
        return ResultError('bad_result', 'RecursionError', 'the result contains itself or is nested too deeply')
    found = _find(value, '')
    if found is None:
        found = 'the result cannot be written as JSON: ' + str(error)
    return ResultError('bad_result', type(error).__name__, found)


def _find(value, path):
    """Says which part of a value JSON cannot hold."""
    place = "the result's part '%s'" % path[:200] if path else 'the result'
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                return '%s has a key of type %s (%.100r); JSON keys are text' % (place, type(key).__name__, key)
            found = _find(part, path + '.' + key if path else key)
            if found:
                return found
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            found = _find(part, '%s[%d]' % (path, index))
            if found:
                return found
    elif isinstance(value, float) and (value != value or value in (float('inf'), float('-inf'))):
        return '%s is %r, which JSON cannot hold' % (place, value)
    elif value is not None and not isinstance(value, (str, int, float)):
        return '%s is of type %s, which JSON cannot hold' % (place, type(value).__name__)
    return None

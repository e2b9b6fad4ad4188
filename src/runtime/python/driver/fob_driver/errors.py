"""Exceptions as the protocol's ERROR body: type, message, and the user's own part of the traceback."""

_MAX_MESSAGE = 16_384
_MAX_STACK = 32_768
_MAX_CHAIN = 4
_MAX_FRAMES = 30
_OWN_FOLDER = __file__.rpartition('/')[0].rpartition('/')[0] + '/'


def describe(reason, error, code_folder='/code'):
    """`{reason, type, message, stack, line?}` of an exception; never raises itself."""
    try:
        message = _message(error, code_folder)
        stack, line = _chain(error, code_folder)
    except Exception:
        message, stack, line = 'the function raised an exception that cannot be described', '', None
    described = {
        'reason': reason,
        'type': type(error).__name__,
        'message': _cut(message, _MAX_MESSAGE),
        'stack': _cut(stack, _MAX_STACK),
    }
    if line:
        described['line'] = line
    return described


def _cut(text, size):
    return text if len(text) <= size else text[:size] + '…'


def _shown(path, code_folder):
    return '/code' + path[len(code_folder) :] if path.startswith(code_folder + '/') else path


def _message(error, code_folder):
    if isinstance(error, SyntaxError) and error.filename:
        return '%s (%s, line %s)' % (error.msg, _shown(error.filename, code_folder).rpartition('/')[2], error.lineno)
    if isinstance(error, SystemExit):
        return 'the function called sys.exit(%s)' % ('' if error.code is None else repr(error.code))
    return str(error)


def _chain(error, code_folder, depth=0):
    text = ''
    line = None
    if depth < _MAX_CHAIN:
        if error.__cause__ is not None:
            text = _chain(error.__cause__, code_folder, depth + 1)[0]
            text += '\n\nThe above exception was the direct cause of the following exception:\n\n'
        elif error.__context__ is not None and not error.__suppress_context__:
            text = _chain(error.__context__, code_folder, depth + 1)[0]
            text += '\n\nDuring handling of the above exception, another exception occurred:\n\n'
    frames = []
    at = error.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        path = code.co_filename
        if not path.startswith(_OWN_FOLDER) and not path.startswith('<frozen importlib'):
            if path.startswith(code_folder + '/'):
                line = at.tb_lineno
            frames.append((path, at.tb_lineno, code.co_name))
        at = at.tb_next
    if frames:
        text += 'Traceback (most recent call last):\n' + _frames(frames, code_folder)
    if isinstance(error, SyntaxError) and error.filename:
        line = error.lineno
        text += _syntax_place(error, code_folder)
    return text + '%s: %s' % (type(error).__name__, error.msg if isinstance(error, SyntaxError) else error), line


def _frames(frames, code_folder):
    shown = []
    if len(frames) > _MAX_FRAMES:
        half = _MAX_FRAMES // 2
        left_out = len(frames) - 2 * half
        shown = [*map(_entry, frames[:half]), '  … %d more\n' % left_out, *map(_entry, frames[-half:])]
    else:
        shown = map(_entry, frames)
    return ''.join(shown).replace(code_folder + '/', '/code/')


def _entry(frame):
    path, number, name = frame
    return '  File "%s", line %d, in %s\n%s' % (path, number, name, _source_line(path, number))


def _source_line(path, number):
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            for at, text in enumerate(file, 1):
                if at == number:
                    return '    ' + text.strip() + '\n'
    except OSError:
        pass
    return ''


def _syntax_place(error, code_folder):
    place = '  File "%s", line %s\n' % (_shown(error.filename, code_folder), error.lineno)
    if error.text:
        stripped = error.text.rstrip('\n').lstrip()
        place += '    ' + stripped + '\n'
        if error.offset:
            indent = len(error.text.rstrip('\n')) - len(stripped)
            place += ' ' * (4 + max(0, error.offset - 1 - indent)) + '^\n'
    return place

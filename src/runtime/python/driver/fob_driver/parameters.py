"""How values given by name become the arguments of a Python function, converted as its annotations ask."""

from . import values

_VARARGS, _VARKEYWORDS = 0x04, 0x08


class ParameterError(Exception):
    """Given values do not fit the parameters."""


class Parameter:
    """One parameter: `kind` is 'name', 'positional', 'rest' or 'others'; `convert` is None where anything goes."""

    def __init__(self, name, kind, is_optional, convert):
        self.name = name
        self.kind = kind
        self.is_optional = is_optional
        self.convert = convert

    def __str__(self):
        if self.kind == 'rest':
            return '*' + self.name
        if self.kind == 'others':
            return '**' + self.name
        return self.name + '=…' if self.is_optional else self.name


def parameters_of(function):
    """The parameters of a callable; read straight from a plain function, else with the `inspect` package."""
    code = getattr(function, '__code__', None)
    if type(function) is not type(parameters_of) or hasattr(function, '__wrapped__') or code is None:
        return _inspected(function)
    named = code.co_argcount
    keywords = code.co_kwonlyargcount
    names = code.co_varnames
    annotations = function.__annotations__
    first_default = named - len(function.__defaults__ or ())
    keyword_defaults = function.__kwdefaults__ or {}

    def make(name, kind, is_optional):
        return Parameter(name, kind, is_optional, _converter(annotations.get(name), function))

    found = [
        make(names[i], 'positional' if i < code.co_posonlyargcount else 'name', i >= first_default)
        for i in range(named)
    ]
    at = named + keywords
    if code.co_flags & _VARARGS:
        found.append(make(names[at], 'rest', True))
        at += 1
    found += [make(name, 'name', name in keyword_defaults) for name in names[named : named + keywords]]
    if code.co_flags & _VARKEYWORDS:
        found.append(make(names[at], 'others', True))
    return found


def _inspected(function):
    import inspect

    kinds = {
        inspect.Parameter.POSITIONAL_ONLY: 'positional',
        inspect.Parameter.VAR_POSITIONAL: 'rest',
        inspect.Parameter.VAR_KEYWORD: 'others',
    }
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return [Parameter('arguments', 'others', True, None)]
    empty = inspect.Parameter.empty
    return [
        Parameter(
            one.name,
            kinds.get(one.kind, 'name'),
            one.default is not empty or one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD),
            None if one.annotation is empty else _converter(one.annotation, function),
        )
        for one in signature.parameters.values()
    ]


def create_binder(label, function):
    """Returns `(names, takes, bind, choose)`; `bind(given, is_text)` gives `(args, kwargs)` or raises `ParameterError`.

    `is_text` says whether the values are texts to be converted; None: those that are texts are. `choose(offered)` keeps
    what the function has parameters for."""
    parameters = parameters_of(function)
    takes = '%s takes %s' % (label, '(%s)' % ', '.join(map(str, parameters)) if parameters else 'no parameters')
    by_name = {one.name: one for one in parameters if one.kind in ('name', 'positional')}
    # Whoever wrote this most likely had another platform's signature in mind.
    hint = '; what takes the whole event is not named callme, but handler' if 'event' in by_name else ''
    required = [name for name, one in by_name.items() if not one.is_optional]
    converting = [one for one in by_name.values() if one.convert]
    positional = [one for one in parameters if one.kind == 'positional']
    rest = next((one for one in parameters if one.kind == 'rest'), None)
    others = next((one for one in parameters if one.kind == 'others'), None)
    is_simple = not positional and rest is None

    def convert(one, value, is_text):
        try:
            return one.convert(value, type(value) is str if is_text is None else is_text)
        except (ValueError, TypeError) as error:
            raise ParameterError("%s: parameter '%s' %s" % (takes, one.name, error)) from None

    def bind(given, is_text):
        for name in required:
            if name not in given:
                _refuse_unknown(given)
                raise ParameterError("%s: missing '%s'%s" % (takes, name, hint))
        if others is None and rest is None:
            _refuse_unknown(given)
        for one in converting:
            if one.name in given:
                given[one.name] = convert(one, given[one.name], is_text)
        return ((), given) if is_simple else _arrange(given)

    def choose(offered):
        return offered if others is not None else {name: offered[name] for name in by_name if name in offered}

    def _refuse_unknown(given):
        if others is None and rest is None:
            for name in given:
                if name not in by_name:
                    raise ParameterError("%s: unknown parameter '%s'%s" % (takes, name[:100], hint))

    def _arrange(given):
        """Positional arguments first. Where there is `*args`, values of unknown names follow in the order given."""
        args = []
        ordered = [one for one in parameters if one.kind in ('positional', 'name')]
        extra = [name for name in given if name not in by_name] if rest is not None and others is None else []
        keyword_only = function.__code__.co_kwonlyargcount if hasattr(function, '__code__') else 0
        leading = positional if not extra else ordered[: len(ordered) - keyword_only]
        for one in leading:
            if one.name not in given:
                if extra:
                    raise ParameterError("%s: missing '%s'" % (takes, one.name))
                break
            args.append(given.pop(one.name))
        for one in positional:
            if one.name in given:
                raise ParameterError("%s: '%s' needs those before it" % (takes, one.name))
        args += [given.pop(name) for name in extra]
        return args, given

    return [one.name for one in parameters], takes, bind, choose


def _converter(annotation, function):
    """A function `(value, is_text)` for an annotation that is understood, else None."""
    if annotation is None:
        return None
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, getattr(function, '__globals__', {}))
        except Exception:
            return None
    if annotation in (int, float, bool, str, list, dict):
        return _CONVERTERS[annotation]
    origin = getattr(annotation, '__origin__', None)
    if origin in (list, dict):
        return _CONVERTERS[origin]
    inner = getattr(annotation, '__args__', ())
    is_union = type(annotation).__name__ in ('UnionType', '_UnionGenericAlias', 'Union')
    if is_union and len(inner) == 2 and type(None) in inner:
        convert = _converter(inner[0] if inner[1] is type(None) else inner[1], function)
        if convert:
            return lambda value, is_text: None if value is None else convert(value, is_text)
    return None


def _wrong(wanted, value):
    return ValueError('must be %s, not %s' % (wanted, '%.60r' % (value,)))


def _to_int(value, is_text):
    if is_text:
        try:
            return int(value)
        except ValueError:
            raise _wrong('an integer', value) from None
    if type(value) is int or (type(value) is float and value.is_integer()):
        return int(value)
    raise _wrong('an integer', value)


def _to_float(value, is_text):
    if is_text:
        try:
            return float(value)
        except ValueError:
            raise _wrong('a number', value) from None
    if type(value) is int or type(value) is float:
        return float(value)
    raise _wrong('a number', value)


_TRUTHS = {'true': True, '1': True, 'yes': True, 'on': True, 'false': False, '0': False, 'no': False, 'off': False}


def _to_bool(value, is_text):
    found = _TRUTHS.get(value.lower()) if is_text else value
    if type(found) is bool:
        return found
    raise _wrong('true or false', value)


def _to_str(value, is_text):
    if type(value) is str:
        return value
    raise _wrong('text', value)


def _structured(kind, wanted):
    def convert(value, is_text):
        if is_text:
            try:
                value = values.from_json(value.encode('utf-8', 'replace'))
            except values.PayloadError:
                raise _wrong(wanted + ' in JSON', value) from None
        if type(value) is kind:
            return value
        raise _wrong(wanted, value)

    return convert


_CONVERTERS = {
    int: _to_int,
    float: _to_float,
    bool: _to_bool,
    str: _to_str,
    list: _structured(list, 'a list'),
    dict: _structured(dict, 'an object'),
}

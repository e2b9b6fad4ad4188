"""The convention of an entry point named `callme`: parameters by name."""

from .call import BINARY, OFFERED_PARAMETERS, TEXT_PARAMETERS
from .parameters import ParameterError, create_binder


def create(name, function, load):
    names, takes, bind, choose = create_binder(name, function)

    def given(call):
        if call.kind == BINARY:
            if len(names) != 1:
                raise ParameterError(takes + ': bytes can be given only to a function with exactly one parameter')
            return {names[0]: call.payload()}
        values = call.json()
        if values is None:
            return {}
        if type(values) is not dict:
            raise ParameterError(takes + ': the payload must be a JSON object of values by name')
        return values

    def run(call):
        values = given(call)
        if not names and (not values or call.kind == OFFERED_PARAMETERS):
            return function()
        if call.kind == OFFERED_PARAMETERS:
            # Events hold values of every type: texts among them may be converted.
            args, keywords = bind(choose(values), None)
        else:
            args, keywords = bind(values, call.kind == TEXT_PARAMETERS)
        if args or keywords:
            call.takes = takes
        return function(*args, **keywords)

    return names, run

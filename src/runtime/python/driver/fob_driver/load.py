"""Finds and runs the user's entry file, and takes the entry point from it."""

import os
import sys

_SDK = __file__.rpartition('/fob_driver/')[0] + '/sdk'


class EntryError(Exception):
    """The user's entry point cannot be had."""


class EntryFileMissing(EntryError):
    pass


class EntryPointMissing(EntryError):
    pass


class EntryPointNotFunction(EntryError):
    pass


def load_entry(load):
    """Returns the entry point's name and the function. Raises what the user's code raised, or an `EntryError`."""
    folder = load['codeFolder']
    base, _, name = load['handler'].rpartition('.')
    path = '%s/%s.py' % (folder, base)
    if not os.path.exists(path):
        if not os.path.exists('%s/%s/__init__.py' % (folder, base)):
            raise EntryFileMissing(_missing_file(folder, base))
        module = _import(base)
    elif '/' in base:
        module = _import(base)
    else:
        module = _run(path, base)
    try:
        entry = getattr(module, name)
    except AttributeError:
        raise EntryPointMissing(_missing_entry(module, base, name)) from None
    if not callable(entry) or isinstance(entry, type):
        kind = 'class' if isinstance(entry, type) else type(entry).__name__
        raise EntryPointNotFunction("'%s' in %s.py is of type %s, not a function" % (name, base, kind))
    return name, entry


def prepare_path(folder):
    """Makes the function's code and dependencies importable."""
    dependencies = folder + '/.fob-python'
    sys.path[0:0] = [folder]
    if os.path.isdir(dependencies):
        sys.path.insert(1, dependencies)
        if any(name.endswith('.pth') for name in os.listdir(dependencies)):
            import site

            site.addsitedir(dependencies)
    # The platform's own `fob`, behind every package of that name that the function brings.
    sys.path.append(_SDK)
    sys.argv = [folder]
    # Without `site` these two, which beginners use, are not there.
    import builtins

    builtins.exit = builtins.quit = sys.exit


def _run(path, name):
    """Runs a file as a module. It is read here rather than imported: a name such as `code` or `json` is then the user's file."""
    with open(path, 'rb') as file:
        source = file.read()
    module = type(sys)(name)
    module.__file__ = path
    module.__package__ = ''
    module.__builtins__ = __builtins__
    if name in sys.modules:
        module.__name__ = 'fob_' + name
    sys.modules[module.__name__] = module
    exec(compile(source, path, 'exec', dont_inherit=True), module.__dict__)
    return module


def _import(base):
    name = base.replace('/', '.')
    __import__(name)
    return sys.modules[name]


def _missing_file(folder, base):
    present = sorted(os.listdir(folder))[:10]
    what = 'the code holds ' + ', '.join(present) if present else 'the code is empty'
    return "there is no entry file '%s': expected %s.py; %s" % (base, base, what)


def _missing_entry(module, base, name):
    defined = [
        key
        for key, value in vars(module).items()
        if not key.startswith('_') and not isinstance(value, type(sys))
    ][:10]
    what = 'it defines ' + ', '.join(defined) if defined else 'it defines no names'
    return "%s.py does not define '%s', the entry point; %s" % (base, name, what)

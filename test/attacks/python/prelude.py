# What every attack in Python starts with: it counts attempts, and makes raw system calls.
import ctypes
import errno
import os
import sys

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_is_arm = os.uname().machine == 'aarch64'
_tried = []
_breaches = []


def attempt(what, action, *arguments):
    """Tries what must not work: a breach where it gives anything true. What it raises is the refusal."""
    _tried.append(what)
    try:
        gained = action(*arguments)
    except Exception:
        return
    if gained:
        breach('%s: %.300r' % (what, gained))


def breach(what):
    _breaches.append(what)


def raw(x64, arm64, *arguments):
    """The answer and the error number of a system call, by its numbers on x86-64 and on 64-bit Arm."""
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    ctypes.set_errno(0)
    answer = _libc.syscall(ctypes.c_long(arm64 if _is_arm else x64), *words)
    return answer, ctypes.get_errno()


def refused(name, x64, arm64, *arguments, also=()):
    """Makes a system call that must be refused before it is looked at; a breach where the answer is any other."""
    if (arm64 if _is_arm else x64) is None:
        return
    _tried.append(name)
    answer, error = raw(x64, arm64, *arguments)
    if answer != -1:
        breach('%s answered %d' % (name, answer))
    elif error not in (errno.EPERM, errno.EACCES, errno.ENOSYS, *also):
        breach('%s was looked at: %s' % (name, errno.errorcode.get(error, error)))


def read(path, size=4096):
    with open(path, 'rb') as file:
        return file.read(size)


def overwrite(path, data=b'0'):
    """Writes without making anything new; true where the bytes were taken."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        return os.write(descriptor, data)
    finally:
        os.close(descriptor)


def report():
    return {'attempts': len(_tried), 'breaches': _breaches}

# Kills its own driver, its parents, and every process that it can see.
# expect: crashed
# variants: parent, everything, itself, exit, abort, fault, stop
import signal
import time


def callme(**facts):
    variant = facts['variant']
    if variant == 'parent':
        for pid in (1, os.getppid()):
            for number in (signal.SIGTERM, signal.SIGKILL):
                if pid != 0:
                    os.kill(pid, number)
        os.kill(os.getpid(), signal.SIGKILL)
    elif variant == 'everything':
        if os.fork() == 0:
            os.kill(-1, signal.SIGKILL)
            os._exit(0)
    elif variant == 'itself':
        os.kill(os.getpid(), signal.SIGKILL)
    elif variant == 'exit':
        os._exit(0)
    elif variant == 'abort':
        os.abort()
    elif variant == 'fault':
        ctypes.string_at(0)
    elif variant == 'stop':
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

# Survives its timeout: double forks, new sessions, ignored signals, children that start each other again.
# expect: timed_out
# config: {"timeoutMs": 1000}
import signal
import subprocess
import time


def _daemon(facts):
    if os.fork() != 0:
        return
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    os.execvp('sh', ['sh', '-c', 'trap "" HUP INT TERM; while :; do sleep 1; done', facts['attackId']])


def callme(**facts):
    _daemon(facts)
    subprocess.Popen(['setsid', 'sh', '-c', 'trap "" HUP INT TERM; while :; do (sleep 1 & ) ; sleep 1; done', facts['attackId']])
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    _libc.prctl(1, 0, 0, 0, 0)
    while True:
        time.sleep(1)

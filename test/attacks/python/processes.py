# Starts as many processes and threads as it can get, and leaves them behind.
import signal
import threading


def callme(**facts):
    started = 0

    def start():
        nonlocal started
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                signal.pause()
        started += 1

    for _ in range(400):
        attempt('fork', start)
    attempt('more than 256 processes', lambda: started > 256 and started)
    for _ in range(400):
        attempt('thread', lambda: threading.Thread(target=threading.Event().wait, daemon=True).start())
    attempt('more than 256 threads', lambda: threading.active_count() > 256 and threading.active_count())
    return report()

# Is slow to die: very many threads in system calls, stopped children and zombies when its time is over.
# expect: timed_out or out_of_memory
# config: {"timeoutMs": 1500}
import signal
import threading
import time


def callme(**facts):
    try:
        for _ in range(30):
            if os.fork() == 0:
                os.kill(os.getpid(), signal.SIGSTOP)
                os._exit(0)
        for _ in range(20):
            if os.fork() == 0:
                os._exit(0)
        for _ in range(60):
            threading.Thread(target=os.read, args=(os.pipe()[0], 1), daemon=True).start()
    except (OSError, RuntimeError):
        pass
    time.sleep(60)

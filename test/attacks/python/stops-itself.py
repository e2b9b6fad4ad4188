# Stops its own driver, or fills and never reads its socket, so that nothing answers any more.
# expect: timed_out
# variants: stopped, half-frame, raw-output
# config: {"timeoutMs": 1000}
import signal
import struct
import time


def callme(**facts):
    if facts['variant'] == 'stopped':
        os.kill(os.getpid(), signal.SIGSTOP)
    elif facts['variant'] == 'half-frame':
        os.write(3, struct.pack('>IBIIH', 5 + 6 + 100, 6, 1, 0, 0) + b'"half')
    elif facts['variant'] == 'raw-output':
        line = b'\x1b]0;owned\x07' * 6000 + b'\n'
        while True:
            os.write(1, line)
            os.write(2, line)
    time.sleep(60)

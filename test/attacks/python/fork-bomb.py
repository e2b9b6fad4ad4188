# Forks for ever, every child too.
# expect: timed_out or out_of_memory
# config: {"timeoutMs": 1500}
def callme(**facts):
    while True:
        try:
            os.fork()
        except OSError:
            pass

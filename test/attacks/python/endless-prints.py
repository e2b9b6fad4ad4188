# Prints for ever, so that the node would fill its memory or its disk.
# expect: timed_out
# config: {"timeoutMs": 1500}
def callme(**facts):
    line = '\x1b[2J\x1b[1;31m' + 'x' * 10_000
    while True:
        print(line)
        print(line, file=sys.stderr, end='')

# Yields a result without end.
# expect: result_too_large
def callme(**facts):
    while True:
        yield 'x' * 100_000

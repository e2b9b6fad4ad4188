# Names, messages and stacks of the attacker's choosing: escape sequences, line ends, script, lone surrogates, very long.
# expect: exception
def callme(**facts):
    hostile = '\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\r\nHTTP/1.1 200 OK\r\n\0\u202e\ud800"}}'
    print(hostile)
    print(hostile, file=sys.stderr)
    print('\r\r\r\x08\x08\x85\u2028\u2029\x0b\x0c')
    error = type(hostile.replace('\0', '').replace('\ud800', ''), (Exception,), {})
    error.__module__ = hostile
    raise error(hostile * 1000)

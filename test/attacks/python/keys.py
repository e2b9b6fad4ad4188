# Uses the kernel's keyrings, which no namespace divides well: add_key, request_key, keyctl.
def callme(**facts):
    for ring in (-1, -2, -3, -4, -5):
        refused('add_key %d' % ring, 248, 217, b'user', b'fob-attack', b'x', 1, ring)
        refused('search ring %d' % ring, 250, 219, 10, ring, b'user', b'fob-attack', 0)
        refused('id of ring %d' % ring, 250, 219, 0, ring, 1)
    refused('request_key', 249, 218, b'user', b'fob-attack', None, -3)
    refused('join a session', 250, 219, 1, b'fob-attack')
    attempt('keys', read, '/proc/keys')
    attempt('users of keys', lambda: len(open('/proc/key-users').readlines()) > 1)
    return report()

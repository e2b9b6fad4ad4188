# Answers its own call with frames of its own: header injection, types that a browser would run, impossible times, bad logs.
# result: forged
import struct


def _send(kind, call, body=b''):
    os.write(3, struct.pack('>IBI', 5 + len(body), kind, call) + body)


def callme(**facts):
    _tried.append('forged')
    for stream, level, moment in ((0, 0, 0.0), (255, 255, float('nan')), (1, 6, float('inf')), (2, 2, -1e308)):
        for call in (0, 1, 2, 0xFFFFFFFF):
            _send(9, call, struct.pack('>BBd', stream, level, moment) + b'forged \x1b[31m\r\n\xff\xfe\0 line')
    kind = b'application/json\r\nSet-Cookie: stolen=1\r\n\r\n<script>'
    _send(6, 1, struct.pack('>IH', 0xFFFFFFFF, len(kind)) + kind + b'<script>alert(1)</script>')
    # The driver answers too, for a call that has ended: the node must end this sandbox for it.
    return report()

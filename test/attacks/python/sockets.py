# Opens every kind of socket that is not for ordinary connections: raw, packet, netlink, vsock, crypto and old protocols.
import socket


def callme(**facts):
    for family in range(3, 47):
        # IPv6 is ordinary, and netlink is looked at below.
        if family in (10, 16):
            continue
        for kind in (1, 2, 3, 5):
            refused('family %d, kind %d' % (family, kind), 41, 198, family, kind, 0, also=(errno.EAFNOSUPPORT,))
    # Families beyond the last, and one that is 16 only in its lower half.
    for family in (47, 64, 255, 0x1_0000_0000 | 17):
        refused('family %x' % family, 41, 198, family, 3, 0, also=(errno.EAFNOSUPPORT,))
    for protocol in range(1, 23):
        refused('netlink protocol %d' % protocol, 41, 198, 16, 3, protocol, also=(errno.EAFNOSUPPORT,))
    for family in (2, 10):
        for protocol in (1, 2, 6, 17, 58, 255):
            refused('raw %d/%d' % (family, protocol), 41, 198, family, 3, protocol)
        refused('ping %d' % family, 41, 198, family, 2, 1 if family == 2 else 58)
        for protocol in (132, 136, 262):
            attempt('protocol %d of %d' % (protocol, family), lambda: raw(41, 198, family, 5, protocol)[0] >= 0)
    refused('pair of packet sockets', 53, 199, 17, 3, 0, (ctypes.c_int * 2)(), also=(errno.EAFNOSUPPORT,))
    refused('pair of tipc sockets', 53, 199, 30, 1, 0, (ctypes.c_int * 2)(), also=(errno.EAFNOSUPPORT,))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        attempt('bind to a device', lambda: one.setsockopt(socket.SOL_SOCKET, 25, b'eth0\0') is None)
        attempt('mark packets', lambda: one.setsockopt(socket.SOL_SOCKET, 36, 1) is None)
        attempt('be transparent', lambda: one.setsockopt(socket.SOL_IP, 19, 1) is None)
        attempt('force a buffer', lambda: one.setsockopt(socket.SOL_SOCKET, 33, 1 << 30) is None)
        attempt('netfilter', lambda: one.setsockopt(socket.SOL_IP, 64, bytes(512)) is None)
    return report()

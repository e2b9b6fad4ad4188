# Sets the clocks and the names of the machine.
import time


def callme(**facts):
    now = int(time.time())
    pair = (ctypes.c_long * 2)(now, 0)
    fields = ctypes.create_string_buffer(256)
    refused('settimeofday', 164, 170, pair, None)
    for clock in (0, 1, 7, 11):
        refused('clock_settime %d' % clock, 227, 112, clock, pair)
        refused('clock_adjtime %d' % clock, 305, 266, clock, fields)
    refused('adjtimex', 159, 171, fields)
    refused('sethostname', 170, 161, b'fob-attack', 10)
    refused('setdomainname', 171, 162, b'fob-attack', 10)
    attempt('time.clock_settime', lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()) is None)
    attempt('socket.sethostname', lambda: __import__('socket').sethostname('fob-attack') is None)
    attempt('real-time clock', lambda: os.open('/dev/rtc0', os.O_RDWR))
    return report()

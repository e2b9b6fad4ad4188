# Makes system calls of another architecture by machine code of its own: int 0x80 with the numbers of i386.
# only: x64
# expect: crashed
import mmap


def callme(**facts):
    # mov eax, 20 (getpid); int 0x80; ret
    code = b'\xb8\x14\x00\x00\x00\xcd\x80\xc3'
    area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    area.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area)))
    _tried.append('getpid')
    if function() > 0:
        breach('a system call of i386 was answered')
    return report()

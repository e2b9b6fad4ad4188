# Takes all the memory it can get: its own, in a child, in shared memory, in pipes, in the page tables.
# expect: out_of_memory
# variants: heap, child, memfd, shm-file, tmp-file, shared
import mmap


def callme(**facts):
    variant = facts['variant']
    block = b'x' * (1 << 20)
    if variant == 'child' and os.fork() != 0:
        # The child does what follows, and is killed for it; its parent lives on, and does the same.
        os.wait()
    if variant in ('heap', 'child'):
        kept = []
        while True:
            kept.append(bytearray(block))
    elif variant == 'shared':
        area = mmap.mmap(-1, 1 << 31)
        while True:
            area.write(block)
    else:
        descriptor = {
            'memfd': lambda: os.memfd_create('hog'),
            'shm-file': lambda: os.open('/dev/shm/hog', os.O_CREAT | os.O_WRONLY),
            'tmp-file': lambda: os.open('/tmp/hog', os.O_CREAT | os.O_WRONLY),
        }[variant]()
        for _ in range(4096):
            os.write(descriptor, block)

# Fills /tmp and /dev/shm, where it has memory enough for what they may hold, with bytes and with names.
# config: {"memoryMb": 2048}
def callme(**facts):
    block = b'x' * (1 << 20)

    def fill(folder):
        written = 0
        with open(folder + '/hog', 'wb', 0) as file:
            try:
                for written in range(4096):
                    file.write(block)
            except OSError:
                return
            finally:
                os.truncate(folder + '/hog', 0)
        return '%d MB' % written

    for folder in ('/tmp', '/dev/shm'):
        attempt('fill ' + folder, fill, folder)
        attempt('sparse file in ' + folder, lambda: os.truncate(folder + '/hog', 0))
    for folder in ('/code', '/usr', '/etc', '/dev', '/', '/proc', '/var', '/run'):
        attempt('fill ' + folder, fill, folder)
    return report()

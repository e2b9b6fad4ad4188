"""A handler on the root logger, so that records keep their levels."""

from . import logs


def attach(logging):
    """Adds the handler, and lets `basicConfig` still set level and format as people expect of it."""

    class Handler(logging.Handler):
        def emit(self, record):
            try:
                logs.emit(logs.STDERR, _level(record.levelno), self.format(record) + '\n')
            except Exception:
                self.handleError(record)

    handler = Handler()
    logging.root.addHandler(handler)
    original = logging.basicConfig

    def basic_config(**options):
        asks_for_own = any(options.get(name) for name in ('filename', 'stream', 'handlers', 'force'))
        if asks_for_own or logging.root.handlers != [handler]:
            if asks_for_own:
                logging.root.removeHandler(handler)
            original(**options)
            return
        if options.get('format'):
            handler.setFormatter(
                logging.Formatter(options['format'], options.get('datefmt'), options.get('style', '%'))
            )
        if options.get('level') is not None:
            logging.root.setLevel(options['level'])

    logging.basicConfig = basic_config


def _level(number):
    return logs.TRACE if number < 10 else min(number // 10, logs.FATAL)

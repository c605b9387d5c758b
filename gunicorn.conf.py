"""How gunicorn serves Clôture (docs/operations.md). What the machine decides, as `--workers`, is said at its start."""

from gunicorn import glogging

from crm.logs import JsonFormatter


class Logger(glogging.Logger):
    """Writes the lines that the application writes. Its own log of requests stays off: it has no request id."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


logger_class = Logger
timeout = 60  # seconds; a worker that is busy for longer is ended, and what it did is rolled back
graceful_timeout = 65  # told to stop, it finishes what it does
max_requests, max_requests_jitter = 10_000, 1_000  # then a fresh process takes over
control_socket_disable = True

"""What ``gunicorn wsgi:application`` uses; an option on the command line wins."""

from wsgi import address  # a refused variable ends gunicorn here, before any worker

bind = str(address)
preload_app = True  # the line above has loaded the application, so SIGHUP brings no new code: restart instead
threads = 8  # of each worker: an idle connection does not keep the others waiting
timeout = 30  # seconds after which a worker that does not respond is killed
graceful_timeout = 8  # seconds for the requests in flight: containers are killed ten seconds after SIGTERM
accesslog = "-"  # standard output; errors go to standard error
access_log_format = "%(m)s %({raw_uri}e)s %(s)s %(B)s bytes %(M)s ms"  # %(U)s, decoded, could forge a line
control_socket_disable = True  # it would be a file in the home directory

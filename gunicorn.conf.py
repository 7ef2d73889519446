"""The settings of ``gunicorn wsgi:application``. An option on the command line wins.

Put a proxy that buffers requests, such as nginx, in front of gunicorn. A worker spends one thread on each connection:
up to five seconds if the client is silent, and without a limit if it sends half a request.
"""

# If a variable is refused, gunicorn ends here and starts no worker. The import also loads the application, once for
# all workers. So SIGHUP cannot load new code: restart instead.
from wsgi import address

bind = str(address)
threads = 64  # in each worker. 64 clients that are silent or send half a request block all others
timeout = 30  # seconds without a sign of life, after which a worker is killed
graceful_timeout = 8  # seconds for the requests in flight, because containers are killed ten seconds after SIGTERM
accesslog = "-"  # standard output. The error log goes to standard error
access_log_format = "%(m)s %({raw_uri}e)s %(s)s %(B)s bytes %(M)s ms"  # raw_uri is the path as it was sent
control_socket_disable = True  # the socket would be a file in the home directory

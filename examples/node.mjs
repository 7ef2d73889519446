// The contract on Node's own http module: `node examples/node.mjs 3000`

import http from "node:http";

const METHODS = "GET, HEAD, OPTIONS";
const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-XSS-Protection": "1; mode=block",
  "Cache-Control": "no-cache, no-store, must-revalidate",
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Access-Control-Allow-Origin": "*",
};
const ROUTES = {
  "/hello": () => ({ message: "Hello world" }),
  "/health": () => ({ status: "healthy", timestamp: now(), service: "flask-hello-world-tutorial", version: "1.0.0" }),
};

const server = http.createServer((request, response) => {
  const target = request.url.replace(/^https?:\/\/[^/]*/i, ""); // a proxy's form of a target: RFC 9112 §3.2.2
  const path = decoded(target.split("?")[0]);
  const { method } = request;
  request.resume(); // a body is read and ignored

  if (!Object.hasOwn(ROUTES, path)) {
    send(404, error(404, "The requested resource was not found", path, method));
  } else if (method === "OPTIONS") {
    const preflight = "access-control-request-method" in request.headers;
    send(200, null, { Allow: METHODS, ...(preflight && { "Access-Control-Allow-Methods": METHODS }) });
  } else if (method === "GET" || method === "HEAD") {
    send(200, ROUTES[path]());
  } else {
    send(405, error(405, `The ${method} method is not allowed for this endpoint`, path, method), { Allow: METHODS });
  }

  function send(status, value, headers) {
    const body = value === null ? Buffer.alloc(0) : Buffer.from(json(value));
    response.writeHead(status, {
      ...HEADERS,
      ...headers,
      "Content-Type": "application/json",
      "Content-Length": body.length, // in bytes: the length of the string counts characters
    });
    response.end(body); // Node leaves it out for HEAD
  }
});

function error(status, message, path, method) {
  return { status, error: http.STATUS_CODES[status], message, path, method, timestamp: now() };
}

/** One line, with a space after each colon and comma. The indentation puts them on lines of their own. */
function json(value) {
  const lines = JSON.stringify(value, null, 1).split("\n").map((line) => line.trim());
  return "{" + lines.slice(1, -1).join(" ") + "}\n";
}

/** The path percent-decoded. A byte that is not UTF-8 becomes U+FFFD, where decodeURIComponent raises. */
function decoded(path) {
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return new TextDecoder().decode(Buffer.from(bytes, "latin1"));
}

/** The time in UTC with six digits: of the microseconds, Node's Date knows the milliseconds only. */
function now() {
  return new Date().toISOString().replace("Z", "000+00:00");
}

/** What is not HTTP never reaches the function above. */
server.on("clientError", (problem, socket) => {
  if (problem.code === "ECONNRESET" || !socket.writable) return socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[problem.code] ?? 400;
  const reason = http.STATUS_CODES[status];
  const body = json({ status, error: reason, message: reason, timestamp: now() });
  const headers = { ...HEADERS, "Content-Type": "application/json", "Content-Length": body.length, Connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n${body}`);
});

server.listen(Number(process.argv[2] ?? 3000), "localhost", function () {
  console.log(`http://localhost:${this.address().port}`);
});

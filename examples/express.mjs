// The contract on Express: `npm install --no-save express`, and then `node examples/express.mjs 3000`

import { STATUS_CODES } from "node:http";
import express from "express";

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

const app = express();
app.disable("x-powered-by"); // it names the product
app.enable("case sensitive routing"); // else /HELLO is /hello
app.enable("strict routing"); // else /hello/ is /hello

app.use((request, response, next) => {
  response.locals.path = decoded(request.path);
  if (Object.hasOwn(ROUTES, response.locals.path)) request.url = response.locals.path; // Express compares before it decodes
  next();
});

for (const [path, view] of Object.entries(ROUTES)) {
  app.get(path, (request, response) => send(response, 200, view())); // also for HEAD
  app.options(path, (request, response) => {
    const preflight = "access-control-request-method" in request.headers;
    send(response, 200, null, { Allow: METHODS, ...(preflight && { "Access-Control-Allow-Methods": METHODS }) });
  });
  app.all(path, (request, response) =>
    refuse(request, response, 405, `The ${request.method} method is not allowed for this endpoint`, { Allow: METHODS }),
  );
}

app.use((request, response) => refuse(request, response, 404, "The requested resource was not found"));

function refuse(request, response, status, message, headers) {
  const { method } = request;
  const { path } = response.locals;
  send(response, status, { status, error: STATUS_CODES[status], message, path, method, timestamp: now() }, headers);
}

/** Node's own methods: Express would add `; charset=utf-8` and an ETag. */
function send(response, status, value, headers) {
  const body = value === null ? Buffer.alloc(0) : Buffer.from(json(value));
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    "Content-Type": "application/json",
    "Content-Length": body.length,
  });
  response.end(body);
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

const server = app.listen(Number(process.argv[2] ?? 3000), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
});

// The contract in Go, without packages: `go run examples/go_port.go 3000`

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

const allowed = "GET, HEAD, OPTIONS"

var headers = map[string]string{
	"X-Content-Type-Options":      "nosniff",
	"X-Frame-Options":             "DENY",
	"X-XSS-Protection":            "1; mode=block",
	"Cache-Control":               "no-cache, no-store, must-revalidate",
	"Content-Security-Policy":     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Referrer-Policy":             "no-referrer",
	"Access-Control-Allow-Origin": "*",
	"Content-Type":                "application/json",
}

type greeting struct {
	Message string `json:"message"`
}

type health struct {
	Status    string `json:"status"`
	Timestamp string `json:"timestamp"`
	Service   string `json:"service"`
	Version   string `json:"version"`
}

type failure struct {
	Status    int    `json:"status"`
	Error     string `json:"error"`
	Message   string `json:"message"`
	Path      string `json:"path"`
	Method    string `json:"method"`
	Timestamp string `json:"timestamp"`
}

var routes = map[string]func() any{
	"/hello":  func() any { return greeting{"Hello world"} },
	"/health": func() any { return health{"healthy", now(), "flask-hello-world-tutorial", "1.0.0"} },
}

// respond handles every request. Go's ServeMux would redirect some paths.
func respond(w http.ResponseWriter, r *http.Request) {
	view, known := routes[r.URL.Path]
	switch {
	case !known:
		refuse(w, r, http.StatusNotFound, "The requested resource was not found")
	case r.Method == "OPTIONS":
		w.Header().Set("Allow", allowed)
		if r.Header.Get("Access-Control-Request-Method") != "" {
			w.Header().Set("Access-Control-Allow-Methods", allowed)
		}
		send(w, http.StatusOK, nil)
	case r.Method == "GET" || r.Method == "HEAD":
		send(w, http.StatusOK, line(view()))
	default:
		w.Header().Set("Allow", allowed)
		refuse(w, r, http.StatusMethodNotAllowed, fmt.Sprintf("The %s method is not allowed for this endpoint", r.Method))
	}
}

func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	send(w, status, line(failure{status, http.StatusText(status), message, r.URL.Path, r.Method, now()}))
}

func send(w http.ResponseWriter, status int, body []byte) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // Go leaves it out for HEAD
}

// line is JSON on one line, with a space after each colon and comma. The indentation puts them on lines of their own.
func line(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // Go would escape <, > and &
	encoder.SetIndent("", " ")
	encoder.Encode(value) // of strings and numbers, which cannot fail
	body := bytes.ReplaceAll(buffer.Bytes(), []byte("\n "), []byte(" "))
	body = bytes.Replace(body, []byte("{ "), []byte("{"), 1)
	return append(bytes.TrimSuffix(body, []byte("\n}\n")), "}\n"...)
}

func now() string {
	return time.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

func main() {
	listener, err := net.Listen("tcp", "localhost:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://localhost:%d\n", listener.Addr().(*net.TCPAddr).Port)
	server := http.Server{Handler: http.HandlerFunc(respond), ReadTimeout: 5 * time.Second}
	panic(server.Serve(listener))
}

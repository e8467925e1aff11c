package serve

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The answers that have no text of their own.
type (
	liveJSON struct {
		Live bool `json:"live"`
	}
	readyJSON struct {
		Ready bool `json:"ready"`
	}
	modelReadyJSON struct {
		Name  string `json:"name"`
		Ready bool   `json:"ready"`
	}
	serverJSON struct {
		Name       string   `json:"name"`
		Version    string   `json:"version"`
		Extensions []string `json:"extensions"`
	}
	errorJSON struct {
		Error string `json:"error"`
	}
)

// extensions are those of the protocol that the server has.
var extensions = []string{"binary_tensor_data", "classify_picture"}

// Handler answers over HTTP: the protocol's addresses, /v2/models/NAME/classify, /metrics, and a page at /. What
// comes by HTTP/2 as a call of gRPC it answers so.
func (s *Server) Handler() http.Handler {
	web, calls := s.web(), s.grpcHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isGRPC(r) {
			calls.ServeHTTP(w, r)
			return
		}
		web.ServeHTTP(w, r)
	})
}

// web answers over HTTP.
func (s *Server) web() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, answer func(*http.Request) (any, error)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			a, err := answer(r)
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			answerJSON(w, http.StatusOK, a)
		})
	}
	get("/v2/health/live", func(*http.Request) (any, error) { return liveJSON{true}, nil })
	mux.HandleFunc("GET /v2/health/ready", func(w http.ResponseWriter, _ *http.Request) {
		status := http.StatusOK
		if !s.Ready() {
			status = http.StatusServiceUnavailable
		}
		answerJSON(w, status, readyJSON{s.Ready()})
	})
	get("/v2", func(*http.Request) (any, error) {
		return serverJSON{"cnnlang", s.options.Version, extensions}, nil
	})
	for _, model := range []string{"/v2/models/{model}", "/v2/models/{model}/versions/{version}"} {
		get(model, func(r *http.Request) (any, error) { return s.Metadata(r.PathValue("model"), r.PathValue("version")) })
		get(model+"/ready", func(r *http.Request) (any, error) {
			_, err := s.slot(r.PathValue("model"), r.PathValue("version"))
			return modelReadyJSON{r.PathValue("model"), s.Ready()}, err
		})
		mux.HandleFunc("POST "+model+"/infer", s.answered(s.inferHTTP))
		mux.HandleFunc("POST "+model+"/classify", s.answered(s.classifyHTTP))
	}
	mux.HandleFunc("GET /{$}", s.page)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.nowhere(mux, w, r) })
	return s.logged(mux)
}

// nowhere is the answer at addresses that there are not, or not for this method.
func (s *Server) nowhere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if _, pattern := mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); pattern != "/" {
			w.Header().Set("Allow", method)
			answerJSON(w, http.StatusMethodNotAllowed, errorJSON{fmt.Sprintf("%.20s is not for this address, %s is", r.Method, method)})
			return
		}
	}
	s.refuse(w, r, &Error{Fault: NotFound, Message: "there is no such address; GET /v2 describes the server, GET /v2/models/NAME a model"})
}

// A record is what the log tells of a request.
type record struct {
	id, model            string
	received, sent       int64
	images               int
	decoded, queued, ran time.Duration
}

// answered makes a handler of what computes a request: its errors are answered, its model's times are noted.
func (s *Server) answered(handle func(http.ResponseWriter, *http.Request, *held, *slot, *record) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began, rec := time.Now(), recordOf(r)
		t, err := s.slot(r.PathValue("model"), r.PathValue("version"))
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		rec.model = t.model.Name
		h := s.hold()
		defer h.release()
		if err := handle(w, r, h, t, rec); err != nil {
			s.refuse(w, r, err)
			return
		}
		t.watch.took("all", time.Since(began))
	}
}

// inferHTTP answers an inference.
func (s *Server) inferHTTP(w http.ResponseWriter, r *http.Request, h *held, t *slot, rec *record) error {
	if s.stopping.Load() {
		return errStopped
	}
	began := time.Now()
	e := t.engine.Load()
	body, err := s.body(w, r, h, e.largest())
	if err != nil {
		return err
	}
	rec.received = int64(len(body))
	t.watch.took("receive", time.Since(began))
	header := len(body)
	if text := r.Header.Get(headerLength); text != "" {
		if header, err = strconv.Atoi(text); err != nil || header < 0 || header > len(body) {
			return invalid("%s is %.20q, want the bytes of JSON in a body of %d", headerLength, text, len(body))
		}
	}
	q := &Request{Model: t.model.Name, Version: r.PathValue("version"), held: h}
	began = time.Now()
	form, err := e.parsed(q, body, header, h)
	if err != nil {
		return err
	}
	if q.ID == "" {
		q.ID = r.Header.Get(requestID)
	}
	t.watch.took("decode", time.Since(began))
	rec.decoded = time.Since(began)
	response, err := s.Infer(r.Context(), q)
	if err != nil {
		return err
	}
	rec.queued, rec.ran, rec.images = response.Queued, response.Ran, int(q.Inputs[0].Shape[0])
	out, header := form.written(response)
	kind := "application/json"
	if header > 0 {
		kind = "application/octet-stream"
		w.Header().Set(headerLength, strconv.Itoa(header))
	}
	send(w, kind, out)
	return nil
}

const (
	headerLength = "Inference-Header-Content-Length"
	requestID    = "X-Request-Id"
)

// send writes a body.
func send(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // whom it does not reach has gone
}

func answerJSON(w http.ResponseWriter, status int, answer any) {
	body, _ := json.Marshal(answer) // texts, numbers and lists of them
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// statuses are those of HTTP for the kinds of errors. 499 is what servers write into their logs for a client that has gone.
var statuses = map[Fault]int{Invalid: 400, NotFound: 404, Unfinished: 408, TooLarge: 413, Gone: 499, Internal: 500, Full: 503, Stopping: 503, Late: 504}

// refuse answers with an error.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := told(err)
	if e.Fault == Internal {
		s.options.Log.LogAttrs(r.Context(), slog.LevelError, "a request failed", slog.String("id", recordOf(r).id), slog.String("error", err.Error()))
	}
	switch e.Fault {
	case Full:
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int((e.RetryAfter+time.Second-1)/time.Second))))
	case TooLarge, Unfinished, Gone:
		w.Header().Set("Connection", "close") // the rest of the body is not read
	case Stopping:
		w.Header().Set("Connection", "close")
		w.Header().Set("Retry-After", "1")
	}
	answerJSON(w, statuses[e.Fault], errorJSON{e.Message})
}

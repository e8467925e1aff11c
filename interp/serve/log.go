package serve

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

type recordKey struct{}

// recordOf is what is noted of a request for the log.
func recordOf(r *http.Request) *record {
	if rec, ok := r.Context().Value(recordKey{}).(*record); ok {
		return rec
	}
	return &record{}
}

// answer counts what is written.
type answer struct {
	http.ResponseWriter
	server *Server
	status int
	sent   int64
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader begins an answer, which the client has to take fast enough.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
		size, _ := strconv.ParseInt(a.Header().Get("Content-Length"), 10, 64) // 0 where it is not known
		pace := time.Duration(float64(size) / float64(a.server.options.Slowest) * float64(time.Second))
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.server.options.Patience + pace)) // a handler in a test has none
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(b)
	a.sent += int64(n)
	return n, err
}

// logged gives every request an id, which its answer has too, and tells the log of it. A panic is answered with 500.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &record{id: r.Header.Get(requestID)}
		if !plainID(rec.id) {
			rec.id = rand.Text()
			r.Header.Set(requestID, rec.id)
		}
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		w.Header().Set(requestID, rec.id)
		a := &answer{ResponseWriter: w, server: s}
		defer func() {
			if value := recover(); value != nil {
				s.options.Log.Error("a bug: a request panicked", "id", rec.id, "panic", value, "stack", string(debug.Stack()))
				if a.status == 0 {
					s.refuse(a, r, &Error{Fault: Internal, Message: "the server has a bug; its log says where"})
				}
			}
			s.metrics.requests.WithLabelValues(rec.model, "http", strconv.Itoa(a.status)).Inc()
			s.tell(r, rec, a, time.Since(began))
		}()
		next.ServeHTTP(a, r)
	})
}

// plainID reports whether an id can stand in a log and a header as it is.
func plainID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for _, c := range []byte(id) {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// tell writes a line of the log.
func (s *Server) tell(r *http.Request, rec *record, a *answer, took time.Duration) {
	attributes := []slog.Attr{
		slog.String("id", rec.id), slog.String("from", r.RemoteAddr), slog.String("method", clipped(r.Method)), slog.String("path", clipped(r.URL.Path)),
		slog.Int("status", a.status), slog.Float64("ms", ms(took)),
	}
	rec.sent = a.sent
	s.options.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", append(attributes, rec.attributes()...)...)
}

// attributes are those of both protocols.
func (rec *record) attributes() []slog.Attr {
	list := []slog.Attr{slog.Int64("received", rec.received), slog.Int64("sent", rec.sent)}
	if rec.model != "" {
		list = append(list, slog.String("model", rec.model), slog.Int("images", rec.images),
			slog.Float64("decode_ms", ms(rec.decoded)), slog.Float64("queue_ms", ms(rec.queued)), slog.Float64("run_ms", ms(rec.ran)))
	}
	return list
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// clipped is a text of a client, short enough for a log.
func clipped(text string) string {
	const most = 200
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

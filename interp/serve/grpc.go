package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// grpcHandler answers over gRPC, as requests of HTTP/2: so what a client sends is counted, and has to come fast
// enough, before gRPC's own server, which would hold all of it uncounted, sees it.
func (s *Server) grpcHandler() http.Handler {
	most := s.largestMessage()
	g := grpc.NewServer(grpc.MaxRecvMsgSize(int(most)), grpc.UnaryInterceptor(s.call))
	s.Register(g)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{from: r.RemoteAddr, held: s.hold()}
		if c.id = r.Header.Get(requestID); !plainID(c.id) {
			c.id = rand.Text()
		}
		w.Header().Set(requestID, c.id)
		defer c.held.release()
		began := time.Now()
		body, err := s.message(w, r, c.held, most)
		if err != nil {
			body, c.refused = make([]byte, prefix), err // an empty message, so that gRPC's server answers
		}
		c.receiving, c.received = time.Since(began), int64(len(body))
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		r.Body = io.NopCloser(bytes.NewReader(body))
		g.ServeHTTP(paced{w, s}, r)
	})
}

// isGRPC reports whether a request is a call of gRPC.
func isGRPC(r *http.Request) bool {
	return r.ProtoMajor == 2 && r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
}

const (
	prefix  = 5        // bytes before a message: whether it is compressed, and its length
	perCall = 64 << 10 // bytes that a call takes whatever it sends
	copies  = 3        // of a message: two in gRPC's server, and its numbers
)

// message reads the only message of a call, with its prefix. All that is made of it is held.
func (s *Server) message(w http.ResponseWriter, r *http.Request, h *held, most int64) ([]byte, error) {
	if err := h.more(perCall); err != nil {
		return nil, err
	}
	body, err := s.body(w, r, h, prefix+most)
	if err != nil {
		return nil, err
	}
	if len(body) < prefix {
		return nil, invalid("the call has no message")
	}
	if said, came := binary.BigEndian.Uint32(body[1:]), len(body)-prefix; int64(said) != int64(came) {
		return nil, invalid("the message of the call is said to have %d bytes, and %d came", said, came)
	}
	size := int64(len(body))
	if body[0] != 0 { // compressed: how large it is in truth is known too late
		size = most
	}
	return body, h.more(copies * size)
}

// largestMessage is how many bytes a message may have: the numbers of the largest request, with room for the rest.
func (s *Server) largestMessage() (most int64) {
	for _, t := range s.slots {
		sum := int64(0)
		e := t.engine.Load()
		for _, node := range e.net.Graph.Inputs {
			sum += int64(e.most) * int64(node.Shape[1:].Elements())
		}
		most = max(most, sum)
	}
	const perNumber, beside = 5, 1 << 20 // a number, and its tag if each has one
	return most*perNumber + beside
}

// A call is what is known of one beside its message.
type call struct {
	record
	from      string
	held      *held // nil where the server of gRPC is another
	receiving time.Duration
	refused   error // why its message is not there
}

type callKey struct{}

// callOf is the call of a context, or an empty one where the server of gRPC is another than GRPC's.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return new(call)
}

// call goes around every method: it counts the call and tells the log of it. A panic is an error.
func (s *Server) call(ctx context.Context, message any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (response any, err error) {
	began, c := time.Now(), callOf(ctx)
	defer func() {
		if value := recover(); value != nil {
			s.options.Log.Error("a bug: a request panicked", "id", c.id, "panic", value, "stack", string(debug.Stack()))
			response, err = nil, statusOf(ctx, &Error{Fault: Internal, Message: "the server has a bug; its log says where"})
		}
		if m, ok := response.(proto.Message); ok {
			c.sent = int64(proto.Size(m))
		}
		code := status.Code(err).String()
		s.metrics.requests.WithLabelValues(c.model, "grpc", code).Inc()
		s.options.Log.LogAttrs(ctx, slog.LevelInfo, "request", append([]slog.Attr{
			slog.String("id", c.id), slog.String("from", c.from), slog.String("method", info.FullMethod), slog.String("code", code),
			slog.Float64("ms", ms(c.receiving+time.Since(began))),
		}, c.attributes()...)...)
	}()
	if c.refused != nil {
		return nil, statusOf(ctx, c.refused)
	}
	return handle(ctx, message)
}

// paced is an answer to a client that has to take it fast enough.
type paced struct {
	http.ResponseWriter
	s *Server
}

// Unwrap is for http.ResponseController.
func (p paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p paced) Write(b []byte) (int, error) {
	pace := time.Duration(float64(len(b)) / float64(p.s.options.Slowest) * float64(time.Second))
	if err := unsupported(http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(p.s.options.Patience + pace))); err != nil {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}

// Flush is what gRPC's server asks for.
func (p paced) Flush() { _ = http.NewResponseController(p.ResponseWriter).Flush() } // who has gone gets nothing

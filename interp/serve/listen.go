package serve

import (
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// HTTPServer is an http.Server for Handler that no slow client can hold: headers come within the Patience of the
// options, and a connection without a request is closed after a minute.
func (s *Server) HTTPServer() *http.Server {
	both := new(http.Protocols)
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true) // for gRPC
	return &http.Server{
		Protocols: both, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 100, SendPingTimeout: time.Minute, PingTimeout: s.options.Patience, WriteByteTimeout: s.options.Patience},
		Handler: s.Handler(), ReadHeaderTimeout: s.options.Patience, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what clients do wrong
	}
}

// Limited is a listener with so many connections at most: others are closed as they come, so that those that have
// one are answered.
func Limited(l net.Listener, most int) net.Listener { return &limited{Listener: l, most: int64(most)} }

type limited struct {
	net.Listener
	most, open int64
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if atomic.AddInt64(&l.open, 1) <= l.most {
			return &counted{Conn: c, of: l}, nil
		}
		atomic.AddInt64(&l.open, -1)
		c.Close()
	}
}

type counted struct {
	net.Conn
	of   *limited
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { atomic.AddInt64(&c.of.open, -1) })
	return c.Conn.Close()
}

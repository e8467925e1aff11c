package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	network "net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/serve"
)

// serveModels loads the models and answers until the context ends.
func (a *app) serveModels(ctx context.Context, f *serveFlags, list []servedModel) (err error) {
	log, closeLog, err := a.serveLog(f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	// Addresses are taken first: where one is in use, nothing has to be loaded to find out.
	listeners, err := f.listen()
	if err != nil {
		return err
	}
	defer listeners.close()
	o := serve.Options{
		Batch: f.batch.value, Wait: f.wait.value, Sessions: f.sessions.value, Threads: f.threads.value[0], Queue: f.queue.value, Images: f.images.value,
		MaxMemory: interp.UsableMemory(f.maxMemory.value, f.maxMemory.given), Version: versionOf().Version, Log: log,
	}
	var models []serve.Model
	for _, m := range list {
		name := m.name
		if name == "" { // that of the net
			n, err := a.net(&f.selection, m.net, 1)
			if err != nil {
				return err
			}
			name = n.Name
		}
		models = append(models, serve.Model{Name: name, Load: a.loader(f, m)})
	}
	s, err := serve.New(ctx, models, o)
	if err != nil {
		return err
	}
	return a.answer(ctx, f, s, listeners, log)
}

// answer answers until the context ends, and then what has come.
func (a *app) answer(ctx context.Context, f *serveFlags, s *serve.Server, l *listeners, log *slog.Logger) error {
	a.enduring.Store(true) // a signal ends it by the context
	reload := make(chan os.Signal, 1)
	signal.Reset(syscall.SIGHUP) // which ends other verbs, unless nohup has it ignored
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	faults := make(chan error, 2)
	web := s.HTTPServer()
	if l.http != nil {
		go func() { faults <- web.Serve(serve.Limited(l.http, f.connections.value)) }()
		a.say("listening on http://%s, for %s", l.http.Addr(), joined(s.Models(), ", "))
		if !loopback(l.http.Addr()) {
			a.say("everybody who reaches this machine can send requests: there are no passwords here")
		}
	}
	if l.pprof != nil {
		profiler := &http.Server{Handler: profiles(), ReadHeaderTimeout: 10 * time.Second}
		go profiler.Serve(l.pprof)
		defer profiler.Close()
		a.say("profiles on http://%s/debug/pprof/", l.pprof.Addr())
	}
	for {
		select {
		case err := <-faults:
			return errors.Join(err, s.Close(ctx))
		case <-reload:
			began := time.Now()
			if err := s.Reload(ctx); err != nil {
				a.say("a model was not loaded anew, and stays as it was: %v", err)
				log.Error("reload", "error", err.Error())
				continue
			}
			a.say("the models were loaded anew in %v", time.Since(began).Round(time.Millisecond))
			log.Info("reload", "ms", time.Since(began).Milliseconds())
		case <-ctx.Done():
			s.Stop()
			a.say("stopping; requests that have come have %v", f.grace.value)
			last, cancel := context.WithTimeout(context.Background(), f.grace.value)
			defer cancel()
			err := web.Shutdown(last)
			if errors.Is(err, context.DeadlineExceeded) {
				a.say("some requests were not answered within %v", f.grace.value)
				err = web.Close()
			}
			return errors.Join(err, s.Close(last))
		}
	}
}

// say writes a line to standard error.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, "%s\n", visible(fmt.Sprintf(format, args...)))
}

// listeners are the addresses that are listened at; nil where that is off.
type listeners struct{ http, pprof network.Listener }

func (l *listeners) close() {
	for _, one := range []network.Listener{l.http, l.pprof} {
		if one != nil {
			one.Close()
		}
	}
}

// listen takes the addresses.
func (f *serveFlags) listen() (*listeners, error) {
	l := &listeners{}
	for _, at := range []struct {
		flag *option[string]
		to   *network.Listener
		name string
	}{{f.http, &l.http, "http"}, {f.pprof, &l.pprof, "pprof"}} {
		if at.flag.value == "off" {
			continue
		}
		one, err := network.Listen("tcp", at.flag.value)
		if err != nil {
			l.close()
			return nil, usage("--%s %s: %v", at.name, at.flag.value, reason(err)).withHelp("name another address, as in `--%s 127.0.0.1:0`, where the system chooses the port", at.name)
		}
		*at.to = one
		if at.name == "pprof" && !loopback(one.Addr()) {
			l.close()
			return nil, usage("--pprof %s can be reached from other machines, and profiles are for this one", at.flag.value).withHelp("use a loopback address, as in `--pprof 127.0.0.1:6060`")
		}
	}
	if l.http == nil {
		l.close()
		return nil, usage("there is nowhere to listen").withHelp("leave out `--http off`")
	}
	return l, nil
}

// reason is what the system says, without the address that the message has already.
func reason(err error) error {
	var op *network.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

func loopback(a network.Addr) bool {
	tcp, ok := a.(*network.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// addressOption is where to listen.
func addressOption(value string) *option[string] {
	return &option[string]{value: value, what: "HOST:PORT", parse: func(text string) (string, error) {
		if text == "off" {
			return text, nil
		}
		if _, port, err := network.SplitHostPort(text); err != nil || port == "" {
			return "", errors.New("want HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses of this machine, or off")
		}
		return text, nil
	}}
}

// profiles is Go's profiler.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	return mux
}

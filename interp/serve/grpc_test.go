package serve

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/serve/internal/oip"
	"cnnlang/ops/tensor"
)

const (
	// two has two inputs and four outputs.
	two = `net two | [N, 2, H = 3, W = 4] as a | [N, 2, H, W] as b
    -> repeat 2 | [N, 2, _, _] as d | [N, 3] as scores | [N, 2, H, W] as same {
  add { | @a | @b -> c1: conv(2, 3x3, pad=1) -> scale(-2) } as d
  list { | @d | @d -> maxpool(3x4) | @b -> gap -> flatten -> fc: linear(3) | @a }
}`
	// slow takes a processor far longer than any test waits.
	slow = `net slow | [N, 1, H = 256, W = 256] -> [N, 128, H, W] { repeat 40 { conv(128, 3x3, pad=1) -> relu } }`
)

// A caller is a client of a server that listens on loopback.
type caller struct {
	oip.GRPCInferenceServiceClient
	connection *grpc.ClientConn
	server     *Server
	web        *http.Server
	address    string
}

// callerOf starts a server and its client. Both end with the test, which then has no goroutine left.
func callerOf(t *testing.T, o Options, models ...Model) *caller {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s, err := New(t.Context(), models, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{server: s, web: s.HTTPServer(), address: l.Addr().String()}
	go func() { _ = c.web.Serve(l) }()
	if c.connection, err = grpc.NewClient(c.address, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		t.Fatal(err)
	}
	c.GRPCInferenceServiceClient = oip.NewGRPCInferenceServiceClient(c.connection)
	t.Cleanup(func() {
		c.connection.Close()
		ended, stop := context.WithCancel(context.Background())
		stop() // what still runs is given up
		s.Close(ended)
		c.web.Close()
		goleak.VerifyNone(t, before)
	})
	return c
}

// requestOf asks for the outputs of two.
func requestOf(images int) *oip.ModelInferRequest {
	r := &oip.ModelInferRequest{ModelName: "two", Id: "7"}
	for i, name := range []string{"b", "a"} { // in no order
		image := nettest.Image(uint64(3+i), tensor.Shape{images, 2, 3, 4})
		r.Inputs = append(r.Inputs, &oip.ModelInferRequest_InferInputTensor{Name: name, Datatype: "FP32", Shape: []int64{int64(images), 2, 3, 4}})
		r.RawInputContents = append(r.RawInputContents, appendFloats(nil, image.Data))
	}
	return r
}

// typed is a request with its numbers in contents.
func typed(r *oip.ModelInferRequest) *oip.ModelInferRequest {
	for i, in := range r.Inputs {
		in.Contents = &oip.InferTensorContents{Fp32Contents: floats(r.RawInputContents[i])}
	}
	r.RawInputContents = nil
	return r
}

// The answers are those of Model.RunNamed, bit for bit, however the numbers come and go.
func TestCallsGiveWhatModelsGive(t *testing.T) {
	c := callerOf(t, Options{Batch: 2}, of("two", two, 1))
	one, err := of("two", two, 1).Load(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	for images := 1; images <= 3; images++ {
		inputs := interp.Inputs{}
		for i, name := range []string{"b", "a"} {
			inputs[name] = nettest.Image(uint64(3+i), tensor.Shape{images, 2, 3, 4})
		}
		want, err := one.RunNamed(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		names := one.Net.OutputNames()
		asTyped := requestOf(images)
		asTyped.Parameters = map[string]*oip.InferParameter{"binary_data_output": {ParameterChoice: &oip.InferParameter_BoolParam{}}}
		some := requestOf(images)
		for _, name := range []string{"same", "d.1"} {
			some.Outputs = append(some.Outputs, &oip.ModelInferRequest_InferRequestedOutputTensor{Name: name})
		}
		for what, r := range map[string]*oip.ModelInferRequest{"raw": requestOf(images), "typed": typed(requestOf(images)), "typed answer": asTyped, "some outputs": some} {
			got, err := c.ModelInfer(t.Context(), r)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if got.ModelName != "two" || got.ModelVersion != "1" || got.Id != "7" {
				t.Errorf("%s: the answer is for %q, %q, %q", what, got.ModelName, got.ModelVersion, got.Id)
			}
			wanted := names
			if what == "some outputs" {
				wanted = []string{"same", "d.1"}
			}
			var found []string
			for i, o := range got.Outputs {
				found = append(found, o.Name)
				values := o.Contents.GetFp32Contents()
				if what != "typed answer" {
					values = floats(got.RawOutputContents[i])
				}
				w := want[o.Name]
				same := func(got int64, want int) bool { return got == int64(want) }
				if !slices.Equal(values, w.Data) || !slices.EqualFunc(o.Shape, w.Shape, same) || o.Datatype != "FP32" {
					t.Errorf("%s: %s is %v %v, want %v %v", what, o.Name, o.Shape, values, w.Shape, w.Data)
				}
			}
			if !slices.Equal(found, wanted) || what == "typed answer" && got.RawOutputContents != nil {
				t.Errorf("%s: the outputs are %v, want %v", what, found, wanted)
			}
		}
	}
}

func TestCallsDescribeServerAndModels(t *testing.T) {
	c := callerOf(t, Options{Version: "v1.2"}, of("two", two, 1))
	ctx := t.Context()
	health := grpc_health_v1.NewHealthClient(c.connection)
	want := func(ready bool) {
		t.Helper()
		serving := map[bool]grpc_health_v1.HealthCheckResponse_ServingStatus{true: grpc_health_v1.HealthCheckResponse_SERVING, false: grpc_health_v1.HealthCheckResponse_NOT_SERVING}[ready]
		for _, service := range []string{"", "inference.GRPCInferenceService", "two"} {
			if got, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: service}); err != nil || got.Status != serving {
				t.Errorf("health of %q: %v, %v; want %v", service, got, err, serving)
			}
		}
		if got, err := c.ServerLive(ctx, &oip.ServerLiveRequest{}); err != nil || !got.Live {
			t.Errorf("live: %v, %v", got, err)
		}
		if got, err := c.ServerReady(ctx, &oip.ServerReadyRequest{}); err != nil || got.Ready != ready {
			t.Errorf("ready: %v, %v; want %v", got, err, ready)
		}
		if got, err := c.ModelReady(ctx, &oip.ModelReadyRequest{Name: "two", Version: "1"}); err != nil || got.Ready != ready {
			t.Errorf("the model: %v, %v; want %v", got, err, ready)
		}
	}
	want(true)
	about, err := c.ServerMetadata(ctx, &oip.ServerMetadataRequest{})
	if err != nil || about.Name != "cnnlang" || about.Version != "v1.2" || !slices.Contains(about.Extensions, "binary_tensor_data") {
		t.Errorf("the server is %v, %v", about, err)
	}
	m, err := c.ModelMetadata(ctx, &oip.ModelMetadataRequest{Name: "two"})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintln(m.Name, m.Versions, m.Platform)
	for _, list := range [][]*oip.ModelMetadataResponse_TensorMetadata{m.Inputs, m.Outputs} {
		for _, x := range list {
			got += fmt.Sprintln(x.Name, x.Datatype, x.Shape)
		}
	}
	if want := `two [1] cnnlang_cnn
a FP32 [-1 2 3 4]
b FP32 [-1 2 3 4]
d.0 FP32 [-1 2 3 4]
d.1 FP32 [-1 2 1 1]
scores FP32 [-1 3]
same FP32 [-1 2 3 4]
`; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	c.server.Stop()
	want(false)
	if _, err := c.ModelInfer(ctx, requestOf(1)); status.Code(err) != codes.Unavailable {
		t.Errorf("a server that stops: %v", err)
	}
	if _, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "three"}); status.Code(err) != codes.NotFound {
		t.Errorf("health of what there is not: %v", err)
	}
}

// Who does not wait any longer is not computed for: the call ends at once, and so does the work.
func TestCallsThatEndStopTheWork(t *testing.T) {
	big := &oip.ModelInferRequest{ModelName: "slow", RawInputContents: [][]byte{make([]byte, 4*256*256)},
		Inputs: []*oip.ModelInferRequest_InferInputTensor{{Name: "input", Datatype: "FP32", Shape: []int64{1, 1, 256, 256}}}}
	c := callerOf(t, Options{Images: 2, Queue: 1}, of("slow", slow, 1))
	e := c.server.slots[0].engine.Load()
	begun := make(chan error, 1)
	call := func(ctx context.Context) {
		_, err := c.ModelInfer(ctx, big)
		begun <- err
	}
	for name, end := range map[string]struct {
		code codes.Code
		of   func() (context.Context, context.CancelFunc)
	}{
		"cancelled": {codes.Canceled, func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(300*time.Millisecond, cancel)
			return ctx, cancel
		}},
		"deadline": {codes.DeadlineExceeded, func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 300*time.Millisecond)
		}},
		"timeout": {codes.DeadlineExceeded, func() (context.Context, context.CancelFunc) {
			big.Parameters = map[string]*oip.InferParameter{"timeout": {ParameterChoice: &oip.InferParameter_Int64Param{Int64Param: 300_000}}}
			return t.Context(), func() {}
		}},
	} {
		ctx, cancel := end.of()
		go call(ctx)
		if err := <-begun; status.Code(err) != end.code {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		big.Parameters = nil
	}

	// One is computed and one waits, so that there is no room for a third.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before := taken(t, c.server)
	go call(ctx)
	for taken(t, c.server) == before {
		time.Sleep(time.Millisecond)
	}
	go call(ctx)
	for e.queue.waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	var trailer metadata.MD
	_, err := c.ModelInfer(t.Context(), big, grpc.Trailer(&trailer))
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("with a full queue: %v", err)
	} else if d := status.Convert(err).Details(); len(d) != 1 || d[0].(*errdetails.RetryInfo) == nil || len(trailer["grpc-retry-pushback-ms"]) != 1 {
		t.Errorf("when to try again is not said: %v, %v", d, trailer)
	}
	cancel()
	for range 2 {
		if err := <-begun; status.Code(err) != codes.Canceled {
			t.Error(err)
		}
	}
	began := time.Now()
	if err := c.server.Close(t.Context()); err != nil || time.Since(began) > 10*time.Second {
		t.Errorf("the work went on for %v, %v", time.Since(began), err)
	}
}

// taken is how many batches have begun.
func taken(t *testing.T, s *Server) (n uint64) {
	all, err := s.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.GetName() == "cnnlang_batch_images" {
			n += m.GetMetric()[0].GetHistogram().GetSampleCount()
		}
	}
	return n
}

// A server that stops answers the calls that have come.
func TestCallsAreAnsweredByAServerThatStops(t *testing.T) {
	c := callerOf(t, Options{Batch: 8, Wait: 500 * time.Millisecond}, of("two", two, 1))
	got := make(chan error)
	go func() {
		_, err := c.ModelInfer(t.Context(), requestOf(1))
		got <- err
	}()
	for c.server.slots[0].engine.Load().queue.waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	c.server.Stop()
	if err := c.web.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// Calls are counted by the name of their code, and the log has a line for each.
func TestCallsAreCountedAndLogged(t *testing.T) {
	log := new(lines)
	c := callerOf(t, Options{Log: log.logger()}, of("two", two, 1))
	var header metadata.MD
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "mine")
	if _, err := c.ModelInfer(ctx, requestOf(2), grpc.Header(&header)); err != nil || fmt.Sprint(header["x-request-id"]) != "[mine]" {
		t.Error(header, err)
	}
	_, _ = c.ModelInfer(ctx, &oip.ModelInferRequest{ModelName: "two"})
	_, _ = c.ModelReady(t.Context(), &oip.ModelReadyRequest{Name: "three"})
	w := httptest.NewRecorder()
	c.server.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`cnnlang_requests_total{code="OK",model="two",protocol="grpc"} 1`,
		`cnnlang_requests_total{code="InvalidArgument",model="two",protocol="grpc"} 1`,
		`cnnlang_requests_total{code="NotFound",model="",protocol="grpc"} 1`,
		`cnnlang_request_seconds_count{model="two",stage="all"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, want := range []string{`"id":"mine"`, `"method":"/inference.GRPCInferenceService/ModelInfer","code":"OK"`, `"model":"two","images":2`, `"code":"NotFound"`} {
		if !strings.Contains(log.text(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.text())
		}
	}
}

// A panic is an answer, and the server goes on.
func TestPanicsAreInternalErrors(t *testing.T) {
	log := new(lines)
	s := &Server{options: Options{Log: log.logger()}, metrics: newMetrics()}
	_, err := s.call(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: "/x"}, func(context.Context, any) (any, error) { panic("the net fell apart") })
	if status.Code(err) != codes.Internal || strings.Contains(err.Error(), "fell apart") || !strings.Contains(log.text(), "fell apart") {
		t.Errorf("%v\n%s", err, log.text())
	}
}

package serve

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"cnnlang/interp/serve/internal/oip"
)

// lines is a log in memory.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, nil)) }

// Requests that lie are refused with what is wrong with them.
func TestHostileCalls(t *testing.T) {
	c := callerOf(t, Options{Images: 4}, of("two", two, 1))
	parameter := func(name string) map[string]*oip.InferParameter {
		return map[string]*oip.InferParameter{name: {ParameterChoice: &oip.InferParameter_StringParam{StringParam: "x"}}}
	}
	for _, h := range []struct {
		change func(*oip.ModelInferRequest)
		code   codes.Code
		say    string
	}{
		{func(r *oip.ModelInferRequest) { r.ModelName = "tow" }, codes.NotFound, `there is no model "tow"; did you mean "two"?`},
		{func(r *oip.ModelInferRequest) { r.ModelVersion = "2" }, codes.NotFound, `no version "2"; it has 1`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Name = "c" }, codes.InvalidArgument, `no input called "c"`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Name = "a" }, codes.InvalidArgument, `the input "a" is given twice`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Datatype = "FP16" }, codes.InvalidArgument, `the datatype "FP16", want FP32`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Datatype = strings.Repeat("X", 1e6) }, codes.InvalidArgument, `the datatype "XXXXXXXXXXXXXXXXXXXX", want FP32`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = nil }, codes.InvalidArgument, `96 bytes in raw_input_contents, want the 4 of its shape []`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = []int64{1, 2, 4, 3} }, codes.InvalidArgument, `the shape [1 2 4 3], want [N, 2, 3, 4]`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = []int64{-1, 2, -3, 4} }, codes.InvalidArgument, `which is no shape`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = []int64{math.MaxInt64, math.MaxInt64, 2, 2} }, codes.InvalidArgument, `which is no shape`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = []int64{1 << 32, 1 << 32, 1, 24} }, codes.InvalidArgument, `which is no shape`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = []int64{0, 2, 3, 4} }, codes.InvalidArgument, `96 bytes in raw_input_contents, want the 0`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Shape = make([]int64, 1e6) }, codes.InvalidArgument, `more than 16 axes`},
		{func(r *oip.ModelInferRequest) { *r = *requestOf(5) }, codes.InvalidArgument, `no shape of at most 96 numbers`},
		{func(r *oip.ModelInferRequest) { r.RawInputContents[1] = r.RawInputContents[1][1:] }, codes.InvalidArgument, `95 bytes in raw_input_contents, want the 96`},
		{func(r *oip.ModelInferRequest) { r.RawInputContents = r.RawInputContents[1:] }, codes.InvalidArgument, `has 1 tensors for 2 inputs`},
		{func(r *oip.ModelInferRequest) { r.RawInputContents = make([][]byte, 1e5) }, codes.InvalidArgument, `more than 256 tensors`},
		{func(r *oip.ModelInferRequest) { r.RawInputContents = nil }, codes.InvalidArgument, `0 numbers in fp32_contents, want the 24`},
		{func(r *oip.ModelInferRequest) {
			raw := r.RawInputContents
			typed(r).RawInputContents = raw
		}, codes.InvalidArgument, `want one of them`},
		{func(r *oip.ModelInferRequest) {
			typed(r).Inputs[0].Contents = &oip.InferTensorContents{Int64Contents: make([]int64, 24)}
		}, codes.InvalidArgument, `contents that are not fp32_contents`},
		{func(r *oip.ModelInferRequest) {
			in := typed(r).Inputs[0].Contents
			in.Fp32Contents = append(in.Fp32Contents, 0)
		}, codes.InvalidArgument, `25 numbers in fp32_contents, want the 24`},
		{func(r *oip.ModelInferRequest) { r.Inputs = nil }, codes.InvalidArgument, `has 2 tensors for 0 inputs`},
		{func(r *oip.ModelInferRequest) { r.Inputs, r.RawInputContents = nil, nil }, codes.InvalidArgument, `nothing for the input "a"`},
		{func(r *oip.ModelInferRequest) {
			r.Inputs = slices.Repeat([]*oip.ModelInferRequest_InferInputTensor{{}}, 1e5)
		}, codes.InvalidArgument, `more than 256 inputs`},
		{func(r *oip.ModelInferRequest) { r.Inputs[0].Parameters = parameter("shared_memory_region") }, codes.InvalidArgument, `shared memory`},
		{func(r *oip.ModelInferRequest) {
			r.Outputs = []*oip.ModelInferRequest_InferRequestedOutputTensor{{Name: "score"}}
		}, codes.InvalidArgument, `no output called "score"; did you mean "scores"?`},
		{func(r *oip.ModelInferRequest) {
			r.Outputs = []*oip.ModelInferRequest_InferRequestedOutputTensor{{Name: "same"}, {Name: "same"}}
		}, codes.InvalidArgument, `asked for twice`},
		{func(r *oip.ModelInferRequest) {
			r.Outputs = slices.Repeat([]*oip.ModelInferRequest_InferRequestedOutputTensor{{}}, 1e5)
		}, codes.InvalidArgument, `more than 256 outputs`},
		{func(r *oip.ModelInferRequest) {
			r.Outputs = []*oip.ModelInferRequest_InferRequestedOutputTensor{{Name: "scores", Parameters: parameter("classification")}}
		}, codes.InvalidArgument, `as classes`},
		{func(r *oip.ModelInferRequest) {
			r.Outputs = []*oip.ModelInferRequest_InferRequestedOutputTensor{{Name: "scores", Parameters: parameter("shared_memory_region")}}
		}, codes.InvalidArgument, `shared memory`},
		{func(r *oip.ModelInferRequest) { r.Id = strings.Repeat("i", 3<<20) }, codes.InvalidArgument, `more than a request can need`},
	} {
		r := requestOf(1)
		h.change(r)
		_, err := c.ModelInfer(t.Context(), r)
		if got := status.Convert(err); got.Code() != h.code || !strings.Contains(got.Message(), h.say) || len(got.Message()) > 500 {
			t.Errorf("got %v: %.600s, want %v: …%s…", got.Code(), got.Message(), h.code, h.say)
		}
	}
	if _, err := c.ModelInfer(t.Context(), requestOf(4)); err != nil {
		t.Errorf("after all of them: %v", err)
	}
}

// Bodies that are no message of gRPC, or one that lies about itself, or comes too slowly, are refused.
func TestHostileBodies(t *testing.T) {
	c := callerOf(t, Options{Patience: 300 * time.Millisecond, Slowest: 1 << 20}, of("two", two, 1))
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: two}
	defer transport.CloseIdleConnections()
	message, err := proto.Marshal(requestOf(1))
	if err != nil {
		t.Fatal(err)
	}
	framed := func(flag byte, size int, message []byte) io.Reader {
		return bytes.NewReader(append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(size)), message...))
	}
	slow, write := io.Pipe()
	defer write.Close()
	go func() {
		for {
			if _, err := write.Write([]byte{0}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	for name, h := range map[string]struct {
		body io.Reader
		code codes.Code
	}{
		"whole":            {framed(0, len(message), message), codes.OK},
		"nothing":          {http.NoBody, codes.InvalidArgument},
		"a piece":          {bytes.NewReader(make([]byte, 4)), codes.InvalidArgument},
		"too short":        {framed(0, len(message)+1, message), codes.InvalidArgument},
		"too long":         {framed(0, len(message)-1, message), codes.InvalidArgument},
		"a huge one":       {framed(0, math.MaxUint32, message), codes.InvalidArgument},
		"two":              {io.MultiReader(framed(0, len(message), message), framed(0, len(message), message)), codes.InvalidArgument},
		"compressed":       {framed(1, len(message), message), codes.Internal}, // by nothing that the call names
		"no fields":        {framed(0, 3, []byte{255, 255, 255}), codes.Internal},
		"no fields within": {framed(0, 5, []byte{5<<3 | 2, 3, 255, 255, 255}), codes.InvalidArgument},
		"no text":          {framed(0, 3, []byte{3<<3 | 2, 1, 255}), codes.InvalidArgument},
		"half a number":    {framed(0, 7, []byte{5<<3 | 2, 5, 5<<3 | 2, 3, 6<<3 | 2, 1, 0}), codes.InvalidArgument},
		"slow":             {slow, codes.DeadlineExceeded},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.address+oip.GRPCInferenceService_ModelInfer_FullMethodName, h.body)
		r.Header.Set("Content-Type", "application/grpc")
		got, err := transport.RoundTrip(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _ = io.Copy(io.Discard, got.Body)
		got.Body.Close()
		if code := got.Trailer.Get("Grpc-Status"); code != fmt.Sprint(int(h.code)) {
			t.Errorf("%s: %s %s, want %d", name, code, got.Trailer.Get("Grpc-Message"), h.code)
		}
	}
	if _, err := c.ModelInfer(t.Context(), requestOf(1)); err != nil {
		t.Errorf("after all of them: %v", err)
	}
}

// What calls hold is counted, and given back.
func TestMemoryOfCallsIsLimited(t *testing.T) {
	c := callerOf(t, Options{Received: 8 << 20}, of("two", two, 1))
	r := requestOf(1)
	r.Id = strings.Repeat("i", 1<<20)
	others := c.server.hold()
	for _, memory := range []struct {
		taken int64
		want  codes.Code
	}{{0, codes.OK}, {4 << 20, codes.ResourceExhausted}} {
		if err := others.more(memory.taken); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := c.ModelInfer(t.Context(), r); status.Code(err) != memory.want {
				t.Errorf("where others take %d bytes: %v", memory.taken, err)
			}
		}
	}
	others.release()
	r.Id = strings.Repeat("i", 3<<20)
	if _, err := c.ModelInfer(t.Context(), r); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a call beyond all memory: %v", err)
	}
	if !c.server.received.TryAcquire(c.server.options.Received) {
		t.Error("memory was not given back")
	}
}

// What is read by hand is what the generated code reads.
func FuzzModelInferRequest(f *testing.F) {
	seeds := []*oip.ModelInferRequest{{}, requestOf(1), typed(requestOf(2))}
	seeds[2].Parameters = map[string]*oip.InferParameter{"timeout": {ParameterChoice: &oip.InferParameter_Int64Param{Int64Param: 5}}, "binary_data_output": {ParameterChoice: &oip.InferParameter_BoolParam{}}}
	seeds[2].Outputs = []*oip.ModelInferRequest_InferRequestedOutputTensor{{Name: "same", Parameters: map[string]*oip.InferParameter{"x": {}}}}
	for _, m := range seeds {
		b, _ := proto.Marshal(m)
		f.Add(b)
	}
	f.Add([]byte{5<<3 | 2, 8, 5<<3 | 2, 6, 6<<3 | 5, 0, 0, 128, 63, 0}) // a number that is not packed
	f.Add(protowire.AppendTag(nil, 1, protowire.StartGroupType))
	f.Add(protowire.AppendVarint(protowire.AppendVarint(nil, 1<<32), 0)) // a field beyond the last
	const most = 1 << 16
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := inferMessageOf(b)
		if err != nil {
			return
		}
		r, err := m.request(most)
		if err != nil {
			return
		}
		want := new(oip.ModelInferRequest)
		if err := proto.Unmarshal(b, want); err != nil {
			t.Fatalf("the generated code refuses it: %v", err)
		}
		if r.Model != want.ModelName || r.Version != want.ModelVersion || r.ID != want.Id || len(r.Inputs) != len(want.Inputs) || len(r.Outputs) != len(want.Outputs) {
			t.Fatalf("got %v, want %v", r, want)
		}
		for i, in := range r.Inputs {
			w := want.Inputs[i]
			data := w.Contents.GetFp32Contents()
			if want.RawInputContents != nil {
				data = floats(want.RawInputContents[i])
			}
			bits := func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }
			if in.Name != w.Name || !slices.Equal(in.Shape, w.Shape) || !slices.EqualFunc(in.Data, data, bits) {
				t.Fatalf("input %d: got %v, want %v with %v", i, in, w, data)
			}
		}
		for i, name := range r.Outputs {
			if name != want.Outputs[i].Name {
				t.Fatalf("output %d: got %q, want %q", i, name, want.Outputs[i].Name)
			}
		}
		timeout := want.Parameters["timeout"].GetInt64Param()
		if r.Timeout.Microseconds() != min(max(timeout, 0), math.MaxInt64/1000) {
			t.Fatalf("timeout: got %v, want %d µs", r.Timeout, timeout)
		}
	})
}

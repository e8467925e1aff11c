package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small has an input and an output, pair two of each.
const (
	small = "net small [N, 1, H = 4, W = 4] -> [N, 3] { conv(3, 3x3, pad=1) -> relu -> gap -> flatten }"
	pair  = "net pair | [N, 1, H = 4, W = 4] as a | [N, 1, H, W] as b -> | [N, 1, H, W] as sum | [N, 2, H, W] as both { list { | add { | @a | @b } | concat { | @a | @b } } }"
)

// of is a model of a text, with weights from a seed.
func of(name, text string, seed uint64) Model {
	return Model{name, func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
		p, err := interp.Read(name, strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		n, err := p.Net(interp.Options{Batch: batch})
		if err != nil {
			return nil, err
		}
		return n.Build(ctx, interp.Options{Weights: interp.RandomWeights(seed), MaxMemory: most})
	}}
}

// library is a net of the library.
func library(name string) Model {
	return Model{name, func(ctx context.Context, batch int, most int64) (*interp.Model, error) {
		return interp.Load(ctx, name, interp.Options{Weights: interp.RandomWeights(1), Batch: batch, MaxMemory: most})
	}}
}

// started is a server that ends with the test, and where it listens.
func started(t *testing.T, o Options, models ...Model) (*Server, string) {
	t.Helper()
	s, err := New(t.Context(), models, o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(nil)
	h.Config = s.HTTPServer()
	h.Start()
	t.Cleanup(func() {
		h.Close()
		s.Close(context.Background())
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return s, h.URL
}

// post sends a body and returns the status and the answer.
func post(t *testing.T, url string, body []byte, headers ...string) (int, []byte, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) (int, []byte, http.Header) {
	t.Helper()
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	content, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, content, a.Header
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, content, _ := do(t, r)
	return status, strings.TrimSpace(string(content))
}

// The addresses of the protocol that describe the server and its models.
func TestDescriptions(t *testing.T) {
	s, at := started(t, Options{Version: "1.2"}, of("small", small, 1), of("pair", pair, 1))
	for path, want := range map[string]string{
		"/v2":                               `200 {"name":"cnnlang","version":"1.2","extensions":["binary_tensor_data","classify_picture"]}`,
		"/v2/health/live":                   `200 {"live":true}`,
		"/v2/health/ready":                  `200 {"ready":true}`,
		"/v2/models/small/ready":            `200 {"name":"small","ready":true}`,
		"/v2/models/small/versions/1/ready": `200 {"name":"small","ready":true}`,
		"/v2/models/small":                  `200 {"name":"small","versions":["1"],"platform":"cnnlang_cnn","inputs":[{"name":"input","datatype":"FP32","shape":[-1,1,4,4]}],"outputs":[{"name":"output","datatype":"FP32","shape":[-1,3]}]}`,
		"/v2/models/pair/versions/1":        `200 {"name":"pair","versions":["1"],"platform":"cnnlang_cnn","inputs":[{"name":"a","datatype":"FP32","shape":[-1,1,4,4]},{"name":"b","datatype":"FP32","shape":[-1,1,4,4]}],"outputs":[{"name":"sum","datatype":"FP32","shape":[-1,1,4,4]},{"name":"both","datatype":"FP32","shape":[-1,2,4,4]}]}`,
		"/v2/models/smal":                   `404 {"error":"there is no model \"smal\"; did you mean \"small\"?"}`,
		"/v2/models/smal/ready":             `404 {"error":"there is no model \"smal\"; did you mean \"small\"?"}`,
		"/v2/models/small/versions/2":       `404 {"error":"the model small has no version \"2\"; it has 1"}`,
		"/v2/models/small/infer":            `405 {"error":"GET is not for this address, POST is"}`,
		"/v2/models/%2e%2e%2fetc%2fpasswd":  `404 {"error":"there is no model \"../etc/passwd\"; it has small, pair"}`,
		"/elsewhere":                        `404 {"error":"there is no such address; GET /v2 describes the server, GET /v2/models/NAME a model"}`,
	} {
		status, body := get(t, at+path)
		if got := fmt.Sprint(status, " ", body); got != want {
			t.Errorf("%s\n got %s\nwant %s", path, got, want)
		}
	}
	s.Stop()
	if status, body := get(t, at+"/v2/health/ready"); status != 503 || body != `{"ready":false}` {
		t.Errorf("a server that stops: %d %s", status, body)
	}
}

type answerJSONOf struct {
	Model   string `json:"model_name"`
	Version string `json:"model_version"`
	ID      string `json:"id"`
	Outputs []struct {
		Name, Datatype string
		Shape          []int
		Parameters     struct {
			Size int `json:"binary_data_size"`
		}
		Data []float32
	}
}

// random is numbers of a shape, and the same as JSON, one list or lists in each other.
func random(r *rand.Rand, shape ...int) ([]float32, string, string) {
	data := make([]float32, tensor.Shape(shape).Elements())
	for i := range data {
		data[i] = r.Float32()*2 - 1
	}
	var nested func(data []float32, shape []int) string
	nested = func(data []float32, shape []int) string {
		if len(shape) == 0 {
			return strconv.FormatFloat(float64(data[0]), 'g', -1, 32)
		}
		var parts []string
		for part := range slices.Chunk(data, len(data)/shape[0]) {
			parts = append(parts, nested(part, shape[1:]))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return data, nested(data, []int{len(data)}), nested(data, shape)
}

// Answers are those of the model itself, to the bit, for any number of images, in batches or not, in JSON or behind it.
func TestInference(t *testing.T) {
	for _, batch := range []int{1, 3} {
		_, at := started(t, Options{Batch: batch}, of("pair", pair, 1))
		model, err := of("pair", pair, 1).Load(t.Context(), 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer model.Close()
		r := rand.New(rand.NewPCG(1, 2))
		for images := 1; images <= 7; images++ {
			a, flatA, nestedA := random(r, images, 1, 4, 4)
			b, flatB, nestedB := random(r, images, 1, 4, 4)
			want, err := model.RunNamed(t.Context(), interp.Inputs{"a": {Shape: tensor.Shape{images, 1, 4, 4}, Data: a}, "b": {Shape: tensor.Shape{images, 1, 4, 4}, Data: b}})
			if err != nil {
				t.Fatal(err)
			}
			shape := fmt.Sprintf(`"datatype":"FP32","shape":[%d,1,4,4]`, images)
			for form, body := range map[string]string{
				"flat":   fmt.Sprintf(`{"id":"x","inputs":[{"name":"a",%s,"data":%s},{"name":"b",%s,"data":%s}]}`, shape, flatA, shape, flatB),
				"nested": fmt.Sprintf(`{"id":"x","inputs":[{"name":"b",%s,"data":%s},{"name":"a",%s,"data":%s}]}`, shape, nestedB, shape, nestedA),
			} {
				status, content, _ := post(t, at+"/v2/models/pair/infer", []byte(body))
				checkAnswer(t, form, status, content, 0, want)
			}
			size := fmt.Sprintf(`"parameters":{"binary_data_size":%d}`, 4*len(a))
			head := fmt.Sprintf(`{"id":"x","parameters":{"binary_data_output":true},"inputs":[{"name":"a",%s,%s},{"name":"b",%s,%s}],"outputs":[{"name":"sum"},{"name":"both","parameters":{"binary_data":false}}]}`, shape, size, shape, size)
			body := appendFloats(appendFloats([]byte(head), a), b)
			status, content, header := post(t, at+"/v2/models/pair/infer", body, headerLength, strconv.Itoa(len(head)))
			n, _ := strconv.Atoi(header.Get(headerLength))
			checkAnswer(t, "binary", status, content, n, want)
		}
	}
}

// checkAnswer compares an answer, whose JSON ends at a place if numbers are behind it.
func checkAnswer(t *testing.T, form string, status int, content []byte, header int, want map[string]tensor.Tensor) {
	t.Helper()
	var got answerJSONOf
	text, behind := content, []byte(nil)
	if header > 0 {
		text, behind = content[:header], content[header:]
	}
	if err := json.Unmarshal(text, &got); err != nil || status != 200 || got.ID != "x" || got.Version != "1" || len(got.Outputs) != len(want) {
		t.Fatalf("%s: %d %s: %v", form, status, text, err)
	}
	for _, o := range got.Outputs {
		if n := o.Parameters.Size; n > 0 {
			o.Data, behind = floats(behind[:n]), behind[n:]
		}
		w := want[o.Name]
		if !slices.Equal(o.Data, w.Data) || !slices.Equal(o.Shape, w.Shape) || o.Datatype != "FP32" {
			t.Errorf("%s: %s is %v %v, want %v %v", form, o.Name, o.Shape, o.Data, w.Shape, w.Data)
		}
	}
	if len(behind) > 0 {
		t.Errorf("%s: %d bytes are left", form, len(behind))
	}
}

// A picture has the classes that the model itself gives it.
func TestPicturesAreClassified(t *testing.T) {
	_, at := started(t, Options{}, library("nin_cifar10"), of("small", small, 1))
	photo, err := os.ReadFile("../../testdata/images/rocket.jpg")
	if err != nil {
		t.Fatal(err)
	}
	model, err := library("nin_cifar10").Load(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	want, err := model.Classify(t.Context(), bytes.NewReader(photo), 3)
	if err != nil {
		t.Fatal(err)
	}
	status, content, header := post(t, at+"/v2/models/nin_cifar10/classify?top=3", photo, requestID, "mine")
	var got classified
	if err := json.Unmarshal(content, &got); err != nil || status != 200 || got.ID != "mine" || header.Get(requestID) != "mine" || len(got.Classes) != 3 {
		t.Fatalf("%d %s %v", status, content, err)
	}
	for i, c := range got.Classes {
		if w := want[i]; c.Index != w.Index || c.Name != w.Name || *c.Score != w.Score || *c.Probability != w.Probability {
			t.Errorf("class %d is %+v, want %+v", i, c, w)
		}
	}
	for path, want := range map[string]string{
		"/v2/models/small/classify":             `400 {"error":"the model small does not`,
		"/v2/models/nin_cifar10/classify?top=0": `400 {"error":"top is \"0\", want a number of classes from 1"}`,
	} {
		status, content, _ := post(t, at+path, photo)
		if got := fmt.Sprint(status, " ", string(content)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, wrong := range [][]byte{nil, []byte("no picture"), photo[:1000], []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00")} {
		status, content, _ := post(t, at+"/v2/models/nin_cifar10/classify", wrong)
		if status != 400 && status != 413 || !strings.Contains(string(content), "the picture ") {
			t.Errorf("%.20q: %d %s", wrong, status, content)
		}
	}
}

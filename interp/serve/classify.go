package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// A classified is the answer to a picture.
type classified struct {
	Model   string      `json:"model_name"`
	Version string      `json:"model_version"`
	ID      string      `json:"id"`
	Classes []classJSON `json:"classes"`
}

type classJSON struct {
	Index       int      `json:"index"`
	Name        string   `json:"name,omitempty"`
	Score       *float32 `json:"score"` // null for what is no number
	Probability *float64 `json:"probability"`
}

// largestPicture is how many bytes a picture may have.
const largestPicture = 64 << 20

// classifyHTTP answers a picture with its classes.
func (s *Server) classifyHTTP(w http.ResponseWriter, r *http.Request, h *held, t *slot, rec *record) error {
	if s.stopping.Load() {
		return errStopped
	}
	top := 5
	if text := r.URL.Query().Get("top"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1<<20 {
			return invalid("top is %.20q, want a number of classes from 1", text)
		}
		top = n
	}
	net := t.engine.Load().net
	if err := net.TakesPictures(); err != nil {
		return invalid("the model %s does not take pictures; POST its tensors to /v2/models/%[1]s/infer", t.model.Name)
	}
	if !net.Classifies() {
		return invalid("the model %s does not give classes; POST its tensors to /v2/models/%[1]s/infer", t.model.Name)
	}
	began := time.Now()
	body, err := s.body(w, r, h, largestPicture)
	if err != nil {
		return err
	}
	rec.received = int64(len(body))
	t.watch.took("receive", time.Since(began))
	began = time.Now()
	input, err := s.picture(r.Context(), net, body)
	if err != nil {
		return err
	}
	t.watch.took("decode", time.Since(began))
	rec.decoded = time.Since(began)
	q := &Request{Model: t.model.Name, ID: rec.id, held: h, answer: perText, Inputs: []Tensor{{Name: net.InputNames()[0], Shape: []int64{1}, Data: input.Data}}}
	for _, size := range input.Shape[1:] {
		q.Inputs[0].Shape = append(q.Inputs[0].Shape, int64(size))
	}
	response, err := s.Infer(r.Context(), q)
	if err != nil {
		return err
	}
	rec.queued, rec.ran, rec.images = response.Queued, response.Ran, 1
	out := response.Outputs[0]
	scores := tensor.Tensor{Shape: tensor.Shape{1, len(out.Data)}, Data: out.Data}
	answer := classified{Model: t.model.Name, Version: version, ID: rec.id}
	for _, c := range t.engine.Load().one.Classes(scores, top)[0] {
		answer.Classes = append(answer.Classes, classJSON{c.Index, c.Name, finite(c.Score), finite(c.Probability)})
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	send(w, "application/json", append(text, '\n'))
	return nil
}

// finite is a number that JSON has, or nil.
func finite[T float32 | float64](x T) *T {
	if x-x != 0 {
		return nil
	}
	return &x
}

// picture decodes a picture and prepares it. No more are decoded at the same time than there are processors, each
// within its share of the memory for that.
func (s *Server) picture(ctx context.Context, net *interp.Net, body []byte) (tensor.Tensor, error) {
	share := max(1, s.options.Decoding/int64(runtime.GOMAXPROCS(0)))
	if err := s.decoding.Acquire(ctx, share); err != nil {
		return tensor.Tensor{}, ended(err)
	}
	defer s.decoding.Release(share)
	shape := net.Graph.Input().Shape
	t, err := picture.Read(ctx, bytes.NewReader(body), net.Preprocess(), shape[2], shape[3], share)
	var file *picture.FileError
	var limit *picture.LimitError
	switch {
	case errors.As(err, &limit):
		return t, &Error{Fault: TooLarge, Message: "the picture " + limit.Problem}
	case errors.As(err, &file):
		return t, invalid("the picture %s", file.Problem)
	}
	return t, err
}

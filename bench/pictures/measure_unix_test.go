//go:build unix

package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cnnlang/interp/picture"
)

// fake is a worker that makes the library's numbers, some steps of brightness brighter, and
// takes 7 ms for everything.
func fake(t *testing.T, brighter float32) *worker {
	questions, in := io.Pipe()
	out, answers := io.Pipe()
	t.Cleanup(func() { in.Close() })
	go func() {
		defer answers.Close()
		for lines := bufio.NewScanner(questions); lines.Scan(); {
			var q question
			a := map[string]any{"ms": 7}
			if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
				a = map[string]any{"error": err.Error()}
			}
			if q.Step == "tensor" {
				numbers, err := picture.Load(t.Context(), q.Path, prepared, crop, crop, 0)
				if err != nil {
					a = map[string]any{"error": err.Error()}
				}
				var raw []byte
				for i, x := range numbers.Data {
					x += brighter / 255 / prepared.Std[i/(crop*crop)]
					raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
				}
				a = map[string]any{"tensor": base64.StdEncoding.EncodeToString(raw)}
			}
			if err := json.NewEncoder(answers).Encode(a); err != nil {
				return
			}
		}
	}()
	return &worker{in: in, out: bufio.NewReader(out)}
}

func writePicture(t *testing.T) string {
	m := image.NewGray(image.Rect(0, 0, 30, 20))
	for i := range m.Pix {
		m.SetGray(i%30, i/30, color.Gray{uint8(i)})
	}
	path := filepath.Join(t.TempDir(), "a.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMeasure(t *testing.T) {
	o := &options{rounds: 2, turn: time.Microsecond}
	path := writePicture(t)
	r, err := o.measure(t.Context(), fake(t, 2), path)
	if err != nil {
		t.Fatal(err)
	}
	if r.name != "a.png" || r.pixels != "30 x 20" || math.Abs(r.apart-2) > 0.01 {
		t.Errorf("got %+v", r)
	}
	for _, step := range steps {
		if s := r.steps[step]; s.pillow != 7 || s.ours <= 0 || s.ratio() != s.ours/7 {
			t.Errorf("%s: got %+v", step, s)
		}
	}
	var left *leftOut
	if _, err := o.measure(t.Context(), fake(t, 5), path); !errors.As(err, &left) || !strings.Contains(err.Error(), "5.0 of 255 apart") {
		t.Errorf("other numbers: got %v", err)
	}
	if err := os.WriteFile(path, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := o.measure(t.Context(), fake(t, 0), path); !errors.As(err, &left) {
		t.Errorf("no picture: got %v", err)
	}
}

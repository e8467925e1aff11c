package weightfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"cnnlang/ops/tensor"
)

func TestFloats(t *testing.T) {
	for _, c := range []struct {
		typ  Type
		raw  []byte
		want float32
	}{
		{F64, []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x3f}, 1.5},
		{F64, []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x7e}, float32(math.Inf(1))}, // 2^1008
		{F32, []byte{0, 0, 0xc0, 0xbf}, -1.5},
		{F16, []byte{1, 0}, 0x1p-24},
		{BF16, []byte{0xc0, 0x3f}, 1.5},
	} {
		if got := c.typ.Floats(c.raw); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s % x: got %v, want %v", c.typ, c.raw, got, c.want)
		}
	}
}

func TestAtStaysInTheFile(t *testing.T) {
	in := Input{ReaderAt: bytes.NewReader([]byte("abcd")), Size: 4, Path: "f"}
	for _, c := range []struct{ offset, n int64 }{{-1, 1}, {0, 5}, {4, 1}, {5, 0}, {1, math.MaxInt64}, {math.MaxInt64, math.MaxInt64}, {0, -1}} {
		if _, err := in.At(c.offset, c.n, "the header"); err == nil || !strings.HasPrefix(err.Error(), "weights: f: the header would be ") {
			t.Errorf("%d bytes at %d: got %v", c.n, c.offset, err)
		}
	}
	if raw, err := in.At(1, 3, "the header"); err != nil || string(raw) != "bcd" {
		t.Errorf("got %q, %v", raw, err)
	}
	if raw, err := in.At(4, 0, "the header"); err != nil || len(raw) != 0 {
		t.Errorf("got %q, %v", raw, err)
	}
}

func TestEachOf(t *testing.T) {
	for array, want := range map[string]string{
		`[]`: "", ` [1, {"a": [2]}, null] `: `1;{"a": [2]};null;`, `{"a": 1}`: "none;", `7`: "none;", ``: "none;", `[1, 2`: "1;2;none;", `[1, x]`: "1;none;",
	} {
		got := ""
		if err := EachOf([]byte(array), func(element json.RawMessage) error {
			if element == nil {
				element = json.RawMessage("none")
			}
			got += string(element) + ";"
			return nil
		}); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", array, got, err, want)
		}
	}
	stop := errors.New("stop")
	if err := EachOf([]byte(`[1, 2]`), func(json.RawMessage) error { return stop }); err != stop {
		t.Error(err)
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		shape tensor.Shape
		n     int64
		ok    bool
	}{
		{nil, 1, true}, {tensor.Shape{0, 5}, 0, true}, {tensor.Shape{2, 3}, 6, true},
		{tensor.Shape{1 << 16, 1 << 16}, 0, false}, {tensor.Shape{-1}, 0, false}, {tensor.Shape{1 << 40}, 0, false},
	} {
		if n, ok := Elements(c.shape); ok != c.ok || ok && n != c.n {
			t.Errorf("%v: got %d, %v", c.shape, n, ok)
		}
	}
}

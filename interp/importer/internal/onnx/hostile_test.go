package onnx_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
)

// TestOtherNumbers changes the numbers in files one at a time, sizes, axes, windows, types, to ones
// that nobody means: whatever becomes of the file, the reader gives a sound graph or an error, soon.
func TestOtherNumbers(t *testing.T) {
	const each = 97 // of the changes, one in so many
	tried := 0
	for _, name := range []string{"node.zip", "idioms.zip"} {
		s := openSet(t, name)
		for _, c := range s.Cases {
			changes(s.files[c.Name+".onnx"], 0, func(raw []byte) {
				if tried++; tried%each != 0 {
					return
				}
				start := time.Now()
				source := flattest.Source(c.Name, raw)
				source.NoWeights = tried%2 == 0
				net, err := onnx.Read(source)
				if d := time.Since(start); d > 10*time.Second {
					t.Errorf("%s: change %d took %v", c.Name, tried, d)
				}
				if err == nil {
					err = graph.Verify(withPaths(net.Graph))
					if err != nil {
						t.Errorf("%s: change %d: %v", c.Name, tried, err)
					}
				} else if strings.Contains(err.Error(), "runtime error") {
					t.Errorf("%s: change %d: %v", c.Name, tried, err)
				}
			})
		}
	}
	if tried < 50_000 {
		t.Errorf("%d changes only", tried)
	}
}

// changes gives a message with each of its numbers, those of messages in it too, as other ones.
func changes(raw []byte, depth int, try func([]byte)) {
	for at := 0; at < len(raw); {
		number, typ, n := protowire.ConsumeTag(raw[at:])
		if n < 0 {
			return
		}
		head := at + n
		size := protowire.ConsumeFieldValue(number, typ, raw[head:])
		if size < 0 {
			return
		}
		end := head + size
		with := func(value []byte) {
			try(append(append(append([]byte{}, raw[:head]...), value...), raw[end:]...))
		}
		switch typ {
		case protowire.VarintType:
			for _, v := range []int64{0, 1, 2, 3, 7, -1, -3, 1 << 31, math.MaxInt64, math.MinInt64} {
				with(protowire.AppendVarint(nil, uint64(v)))
			}
		case protowire.Fixed32Type:
			for _, v := range []float64{0, -1, math.NaN(), math.Inf(1), 1e30, 1e-30} {
				with(protowire.AppendFixed32(nil, math.Float32bits(float32(v))))
			}
		case protowire.BytesType:
			inner, _ := protowire.ConsumeBytes(raw[head:])
			if depth < 6 && len(inner) < 4096 {
				changes(inner, depth+1, func(changed []byte) { with(protowire.AppendBytes(nil, changed)) })
			}
			with(protowire.AppendBytes(nil, nil))
		}
		at = end
	}
}

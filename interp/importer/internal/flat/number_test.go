package flat

import (
	"math"
	"strings"
	"testing"

	"cnnlang/ops/dim"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]dim.Size{
		"0": dim.Int(0), "-0.0": dim.Int(0), "12": dim.Int(12), "+3": dim.Int(3), "1.": dim.Int(1), ".75": dim.Ratio(3, 4), "5e-2": dim.Ratio(1, 20),
		"-0.5": dim.Ratio(-1, 2), "1E+3": dim.Int(1000), "1e-05": dim.Ratio(1, 100000), "0.1f": dim.Ratio(1, 10), "1e-15": dim.Ratio(1, 1e15),
		"9007199254740992": dim.Int(1 << 53), "0.3333333333333333": dim.Ratio(333333333333333, 1e15),
	} {
		if got, ok := Number(text); !ok || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", ".", "e5", "-", "nan", "inf", "0x10", "1/2", "1_0", " 1", "1 ", "9007199254740993", "1e-16", "1e300", "1e9999999", strings.Repeat("9", 2000)} {
		if got, ok := Number(text); ok {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// TestFloat: a float32 that was written as a decimal number is that number again.
func TestFloat(t *testing.T) {
	for _, x := range []float32{0.1, 1e-5, 0.00039215, 3, -0.017} {
		got, ok := Float(x)
		if !ok || float32(got.Float()) != x || got.Den() > 1e8 {
			t.Errorf("%v: got %v, %v", x, got, ok)
		}
	}
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(-1)), math.MaxFloat32, 1e-30} {
		if got, ok := Float(x); ok {
			t.Errorf("%v: got %v", x, got)
		}
	}
}

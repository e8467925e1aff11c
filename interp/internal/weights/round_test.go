package weights

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Between any two neighbours of a 16-bit type the nearer is taken, and in the middle the even
// one. The neighbours come from the decoders.
func TestRoundingGoesToTheNearest(t *testing.T) {
	for name, decode := range map[string]func([]byte) []float32{"F16": decodeF16, "BF16": decodeBF16} {
		f := binaryFormats[name]
		value := func(bits uint64) float64 {
			return float64(decode(binary.LittleEndian.AppendUint16(nil, uint16(bits)))[0])
		}
		want := func(x float64, bits uint64) {
			t.Helper()
			if got := f.round(x); got != bits {
				t.Fatalf("%s: %v became %#x, want %#x", name, x, got, bits)
			}
			if got, sign := f.round(-x), uint64(1)<<15; got != sign|bits {
				t.Fatalf("%s: %v became %#x, want %#x", name, -x, got, sign|bits)
			}
		}
		for low := uint64(0); low < f.infinity(); low++ {
			a, b := value(low), value(low+1)
			if low+1 == f.infinity() {
				b = 2*a - value(low-1) // where the next one would be
			}
			middle := (a + b) / 2
			want(a, low)
			want(middle, low+low&1)
			want(math.Nextafter(middle, 0), low)
			want(math.Nextafter(middle, math.Inf(1)), low+1)
		}
		want(math.Inf(1), f.infinity())
		want(math.MaxFloat64, f.infinity())
		want(math.SmallestNonzeroFloat64, 0)
		if got := value(f.round(math.NaN())); !math.IsNaN(got) {
			t.Errorf("%s: NaN became %v", name, got)
		}
		// A NaN whose payload is lost must not become an infinity.
		if got := value(f.round(math.Float64frombits(0x7ff0000000000001))); !math.IsNaN(got) {
			t.Errorf("%s: a NaN became %v", name, got)
		}
	}
}

func TestRoundingToFloat32IsThatOfTheLanguage(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		x := math.Float64frombits(rapid.Uint64().Draw(r, "bits"))
		got, want := math.Float32frombits(uint32(binaryFormats["F32"].round(x))), float32(x)
		if got != want && !(math.IsNaN(float64(got)) && math.IsNaN(x)) {
			r.Errorf("%v became %v, want %v", x, got, want)
		}
		if back := math.Float64frombits(binaryFormats["F64"].round(x)); back != x && !math.IsNaN(x) {
			r.Errorf("%v became %v", x, back)
		}
	})
}

func TestConversionCountsWhatOverflows(t *testing.T) {
	raw := bytesOf([]float32{1, 65504, 65520, -1e9, float32(math.Inf(1)), float32(math.NaN())})
	out, overflowed := convert(raw, "F32", "F16")
	if want := "\x00\x3c\xff\x7b\x00\x7c\x00\xfc\x00\x7c\x00\x7e"; string(out) != want || overflowed != 2 {
		t.Errorf("got % x and %d, want % x and 2", out, overflowed, want)
	}
}

// What is not finite is counted as the decoders see it, in every 8-bit type as its definition
// has it.
func TestValuesAreCounted(t *testing.T) {
	for name, d := range dtypes {
		if d.decode == nil || d.bits != 16 {
			continue
		}
		raw := make([]byte, 0, 1<<17)
		for x := range 1 << 16 {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(x))
		}
		var want Values
		for _, x := range d.decode(raw) {
			if math.IsNaN(float64(x)) {
				want.NaN++
			} else if math.IsInf(float64(x), 0) {
				want.Inf++
			}
		}
		if got := specials[name].count(raw); got != want || want.Inf != 2 {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	for name, want := range map[string]Values{
		"F8_E5M2": {NaN: 6, Inf: 2}, "F8_E4M3": {NaN: 2}, "F8_E8M0": {NaN: 1}, "F8_E5M2FNUZ": {NaN: 1}, "F8_E4M3FNUZ": {NaN: 1},
	} {
		if got := specials[name].count(bytes); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	nan, inf := math.NaN(), math.Inf(-1)
	wide := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, math.Float64bits(nan)), math.Float64bits(inf))
	if got := specials["F64"].count(wide); got != (Values{1, 1}) {
		t.Errorf("F64: got %+v", got)
	}
	if got := specials["F32"].count(bytesOf([]float32{1, float32(nan), float32(inf), -0})); got != (Values{1, 1}) {
		t.Errorf("F32: got %+v", got)
	}
}

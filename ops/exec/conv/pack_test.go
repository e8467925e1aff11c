package conv_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// A recorder is a Memory that hashes what is packed.
type recorder struct{ text []byte }

func (r *recorder) Floats(n int, fill func([]float32)) []float32 {
	dst := optest.Used{}.Floats(n, fill)
	for _, x := range dst {
		r.text = binary.LittleEndian.AppendUint32(r.text, math.Float32bits(x))
	}
	return dst
}

// packedAs is what the ops of TestPackVersion pack, by version, architecture and
// instruction set: the first bytes of its hash. Go rounds a multiply-add once on
// arm64 and twice on amd64, so the last bits of a folded weight differ.
var packedAs = map[string]string{
	"3 amd64 generic": "23ed104d89a7179d",
	"3 amd64 avx2":    "de0829556f4bceaf",
	"3 amd64 avx512":  "63b6e63c4c9076ce",
	"3 arm64 generic": "3ebbc44e654a1e58",
	"3 arm64 neon":    "148eef022f80be4a",
}

// A change of the packed form has to change the version, or an older cache would be used
// for the new one.
func TestPackVersion(t *testing.T) {
	var r recorder
	for _, c := range []struct {
		in [4]int
		op ops.Fuser
	}{
		{[4]int{1, 3, 20, 20}, conv(24, pair(7, 7), padded(pad(3)), stride(2, 2))},
		{[4]int{1, 20, 9, 9}, conv(40, pair(1, 1))},
		{[4]int{1, 64, 28, 28}, conv(64, pair(3, 3), padded(pad(1)))},
		{[4]int{1, 40, 9, 9}, conv(40, pair(3, 3), padded(pad(1)), groups(10))},
		{[4]int{1, 40, 9, 9}, conv(40, pair(3, 3), padded(pad(1)), groups(40))},
		{[4]int{1, 40, 9, 9}, conv(40, pair(9, 9))},
		{[4]int{1, 40, 1, 1}, &ops.Linear{Out: dim.Int(11), Bias: true}},
		{[4]int{1, 8, 5, 5}, &ops.Deconv{Out: dim.Int(6), K: pair(3, 3), Stride: pair(2, 2), Groups: dim.Int(1), Dilation: pair(1, 1), Bias: true}},
	} {
		op := c.op.WithEpilogue(ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}})
		x := tensor.New(c.in[:]...)
		out := optest.Shape(t, op, x)
		list := exec.Algorithms(op, []tensor.Shape{x.Shape}, out, layout.F32)
		for _, leads := range []bool{false, true} {
			if i := slices.IndexFunc(list, func(a task.Algorithm) bool { return a.Leads == leads }); i >= 0 {
				from, to := layout.Value{Shape: x.Shape, Layout: list[i].In[0]}, layout.Value{Shape: out, Layout: list[i].Out}
				list[i].Prepare([]layout.Value{from}, to, optest.Params(op, 1, x), &r)
			}
		}
	}
	isa, err := exec.ISA()
	if err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprint(exec.PackVersion, " ", runtime.GOARCH, " ", isa)
	if got := fmt.Sprintf("%x", sha256.Sum256(r.text))[:16]; got != packedAs[key] {
		t.Errorf("%s packs %s, want %q: raise PackVersion and write down what it packs now", key, got, packedAs[key])
	}
}

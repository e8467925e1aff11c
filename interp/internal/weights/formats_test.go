package weights

import (
	"slices"
	"testing"

	"cnnlang/interp/internal/weightfile"
)

// TestReadsWhatNumPyWrote: the tiny network's arrays in other byte orders, orders of axes and
// widths are those of its state dict.
func TestReadsWhatNumPyWrote(t *testing.T) {
	want := readNPZ(t, tiny("tiny_expected.npz"))
	for file, types := range map[string][]string{"tiny_expected.npz": {"F32", "I64"}, "tiny_compressed.npz": {"F32", "I64"}, "tiny_odd.npz": {"F32", "F64"}} {
		s := open(t, tiny(file), Options{})
		floats := 0
		for _, e := range s.Entries() {
			if !slices.Contains(types, e.DType) {
				t.Errorf("%s: %s is %s", file, e.Name, e.DType)
			}
			if !weightfile.Type(e.DType).Float() {
				continue
			}
			floats++
			got, err := s.Tensor(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, file+" "+e.Name, got, want[e.Name])
		}
		if floats != 32 || aboutOf(s).Format != "NumPy (.npz)" {
			t.Errorf("%s: compared %d tensors of %s, want 32", file, floats, aboutOf(s).Format)
		}
	}
}

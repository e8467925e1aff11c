package weights

import (
	"bytes"
	"io"
	"os"
	"testing"
)

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func bytesFile(b []byte) readAtCloser { return memory{bytes.NewReader(b)} }

var _ io.ReaderAt = memory{}

// FuzzSafetensors: no content makes the reader panic or hang, and what it
// accepts can be read to the last element.
func FuzzSafetensors(f *testing.F) {
	for _, c := range attacks {
		if len(c.content) < 1<<12 {
			f.Add([]byte(c.content))
		}
	}
	for _, name := range []string{"tiny.safetensors", "tiny_bf16.safetensors"} {
		content, err := os.ReadFile(tiny(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte(st(`{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)))
	f.Add([]byte(st(two("[4,8]", "[0,4]"), 8)))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := readSafetensors(bytesFile(content), "w", int64(len(content)), Options{})
		if err != nil {
			return
		}
		total := int64(0)
		for i, e := range s.entries {
			total += e.end - e.start
			if e.start < 0 || e.end > int64(len(content)) || i > 0 && e.start != s.entries[i-1].end {
				t.Fatalf("%v: [%d, %d) of %d bytes", e.Entry, e.start, e.end, len(content))
			}
			got, err := s.Tensor(e.Name)
			if (err == nil) != (dtypes[e.DType].decode != nil) {
				t.Fatalf("%v: %v", e.Entry, err)
			}
			if err == nil && len(got.Data) != e.Shape.Elements() {
				t.Fatalf("%v: got %d elements", e.Entry, len(got.Data))
			}
		}
		if s.base+total != int64(len(content)) {
			t.Fatalf("the tensors and the header are %d bytes, the file %d", s.base+total, len(content))
		}
	})
}

package regular

import (
	"context"
	"strings"
	"testing"
)

// Little is read at a time, and nothing once the context has ended.
func TestReadersStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	file := strings.NewReader(strings.Repeat("x", 3*atOnce))
	r, anywhere := Reader{ctx, file}, ReaderAt{ctx, file}
	p := make([]byte, 2*atOnce)
	if n, err := r.Read(p); n != atOnce || err != nil {
		t.Errorf("got %d bytes, %v, want %d", n, err, atOnce)
	}
	if n, err := anywhere.ReadAt(p[:9], 5); n != 9 || err != nil {
		t.Errorf("got %d bytes, %v, want 9", n, err)
	}
	cancel()
	if n, err := r.Read(p); n != 0 || err != context.Canceled {
		t.Errorf("got %d bytes, %v", n, err)
	}
	if n, err := anywhere.ReadAt(p, 0); n != 0 || err != context.Canceled {
		t.Errorf("got %d bytes, %v", n, err)
	}
}

package offheap

import (
	"runtime"
	"testing"
	"unsafe"
)

// Memory of every kind of size is zero, begins on a cache line, is complete, and does not
// overlap other memory.
func TestFloats(t *testing.T) {
	var all [][]float32
	for _, n := range []int{0, 1, 15, 1023, 1024, 1025, 1 << 20} {
		for range 2 {
			data, free := Floats(n)
			defer free()
			if len(data) != n || cap(data) != n {
				t.Fatalf("got %d of %d elements, want %d", len(data), cap(data), n)
			}
			if n > 0 && uintptr(unsafe.Pointer(&data[0]))%64 != 0 {
				t.Errorf("%d elements do not begin on a line", n)
			}
			for i := range data {
				if data[i] != 0 {
					t.Fatalf("element %d of %d is %v", i, n, data[i])
				}
				data[i] = float32(len(all))
			}
			all = append(all, data)
		}
	}
	for i, data := range all {
		for j, x := range data {
			if x != float32(i) {
				t.Fatalf("element %d of slice %d was overwritten by slice %v", j, i, x)
			}
		}
	}
}

// Go's own memory begins on a line as well.
func TestOnLine(t *testing.T) {
	for n := 1; n < 40; n++ {
		if data := onLine(n); len(data) != n || uintptr(unsafe.Pointer(&data[0]))%64 != 0 {
			t.Errorf("%d elements: got %d at %p", n, len(data), &data[0])
		}
	}
}

// Addresses have a length and no memory, so there can be more than a machine's memory; if
// there are too many they are few, and never none.
func TestAddresses(t *testing.T) {
	for _, n := range []int{0, 1, 1025, 1 << 40, 1 << 60} {
		data, free := Addresses(n)
		if len(data) > n || n > 0 && len(data) == 0 {
			t.Errorf("got %d of %d", len(data), n)
		}
		free()
	}
	if now, free := Addresses(1 << 30); len(now) == 1<<30 {
		free()
	} else if runtime.GOOS == "linux" {
		t.Errorf("got %d of %d", len(now), 1<<30)
	}
}

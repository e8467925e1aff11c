package interp

import "testing"

// Bytes have binary units from one unit on, and beside others the unit of the greatest.
func TestBytes(t *testing.T) {
	for _, c := range []struct {
		n, most int64
		want    string
	}{
		{0, 0, "0 bytes"}, {1, 1, "1 byte"}, {1023, 1023, "1023 bytes"}, {1024, 1024, "1.0 KiB"}, {274688, 274688, "268.2 KiB"}, {1 << 20, 1 << 20, "1.0 MiB"},
		{3 << 30, 3 << 30, "3.0 GiB"}, {274688, 2726297, "0.3 MiB"}, {432, 2 << 20, "<0.1 MiB"}, {0, 2 << 20, "0.0 MiB"}, {1, 1000, "1 byte"},
	} {
		if got := BytesBeside(c.n, c.most); got != c.want {
			t.Errorf("%d beside %d: got %q, want %q", c.n, c.most, got, c.want)
		}
	}
}

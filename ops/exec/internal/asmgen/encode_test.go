package asmgen

import (
	"strings"
	"testing"
)

// The GNU assembler's output for the same instructions.
func TestEncodings(t *testing.T) {
	for _, c := range []struct {
		write func(*text)
		want  string
	}{
		{func(t *text) { t.dotBF16(30, 28, 5) }, "62 92 1E 40 52 EE"},
		{func(t *text) { t.dotBF16(3, 12, 27) }, "62 62 1E 48 52 DB"},
		{func(t *text) { t.roundBF16(0, 1, 2) }, "62 F2 77 48 72 D0"},
		{func(t *text) { t.roundBF16(16, 25, 10) }, "62 32 37 40 72 D0"},
		{func(t *text) { t.roundHalfBF16(13, 13) }, "62 52 7E 48 72 ED"},
		{func(t *text) { t.roundHalfBF16(29, 17) }, "62 82 7E 48 72 CD"},
		{func(t *text) { t.loadConfig("AX") }, "C4 E2 78 49 00"},
		{func(t *text) { t.loadConfig("R13") }, "C4 C2 78 49 45 00"},
		{func(t *text) { t.loadTile(0, "R14", "SI", 4) }, "C4 C2 7B 4B 24 36"},
		{func(t *text) { t.loadTile(64, "R12", "BX", 7) }, "C4 C2 7B 4B 7C 1C 40"},
		{func(t *text) { t.storeTile(3, 2112, "CX", "AX") }, "C4 E2 7A 4B 9C 01 40 08 00 00"},
		{func(t *text) { t.dotTile(4, 7, 1) }, "C4 E2 42 5C CC"},
		{func(t *text) { t.zeroTile(3) }, "C4 E2 7B 49 D8"},
		{func(t *text) { t.releaseTiles() }, "C4 E2 78 49 C0"},
	} {
		var w text
		c.write(&w)
		code, name, _ := strings.Cut(strings.TrimSpace(w.String()), " // ")
		got := strings.NewReplacer("BYTE $0x", "", ";", "").Replace(code)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

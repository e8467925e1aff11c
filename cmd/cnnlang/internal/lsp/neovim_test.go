package lsp

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Neovim opens a file, a mistake is typed, appears and is repaired, a label renamed, the file formatted.
func TestNeovim(t *testing.T) {
	nvim := os.Getenv("CNNLANG_NVIM")
	if nvim == "" {
		var err error
		if nvim, err = exec.LookPath("nvim"); err != nil {
			t.Skip("there is no Neovim here: install it, or set CNNLANG_NVIM")
		}
	}
	folder := t.TempDir()
	program, file, result := filepath.Join(folder, "cnnlang"), filepath.Join(folder, "a.cnn"), filepath.Join(folder, "result.json")
	build := exec.Command("go", "build", "-o", program, "cnnlang/cmd/cnnlang")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := "net a [N, 3, H = 8, W = 8] -> [N, 10] {\n  conv(16, 3x3, pad=1) -> relu\n  tail: { gap -> flatten -> linear(10) }\n}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, nvim, "--headless", "--clean", "-c", "luafile "+script)
	cmd.Env = append(os.Environ(), "CNNLANG="+program, "FILE="+file, "RESULT="+result, "XDG_STATE_HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CACHE_HOME="+folder)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(result)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got [][2]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := [][2]any{
		{"hints", "1 [1, 16, 8, 8]; 2 [1, 10]"},
		{"problems", 0.0},
		{"problem", "there is no block or operation `rleu`"},
		{"action", "Write `relu`"},
		{"line", "  conv(16, 3x3, pad=1) -> relu"},
		{"renamed", "  head: { gap -> flatten -> linear(10) }"},
		{"formatted", "  conv(16, 3x3, pad=1) -> relu"},
		{"hover", "conv(out: int, k: dims, stride: dims = 1, pad: pad = 0, groups = 1, dilation: dims = 1,"},
		{"stopped", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

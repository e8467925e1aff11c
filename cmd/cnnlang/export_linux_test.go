package main

import (
	"fmt"
	"strings"
	"testing"
)

// An export holds one tensor at a time, whatever it is written as.
func TestExportsTakeLittleMemory(t *testing.T) {
	const layers = 64 // of 1 MiB
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"plain.cnn":     "net plain [N, 512, H = 1, W = 1] -> [N, 512, H, W] { repeat i of 64 { \"{i}\": conv(512, 1x1, bias=false) } }",
		"w.safetensors": safetensorsOf(layers, func(i int) string { return fmt.Sprintf("%d.weight", i) }, "[512,512,1,1]", strings.Repeat("\x00", 1<<20)),
	})
	for _, args := range []string{
		"export plain.cnn --to onnx --weights w.safetensors --output x.onnx",
		"export plain.cnn --to onnx --weights w.safetensors --external --output x.onnx",
		"export plain.cnn --to safetensors --weights w.safetensors --output x.safetensors",
	} {
		cmd, stderr := command(t, folder, strings.Fields(args)...)
		code := codeOf(t, cmd.Run())
		const most = 56 << 20 // less than the weights; the program itself takes half of it
		resident := residentOf(t, cmd)
		t.Logf("%s: %d MiB", args, resident>>20)
		if code != 0 || resident > most {
			t.Errorf("%s: exit code %d, %d MiB, want at most %d\n%s", args, code, resident>>20, most>>20, stderr)
		}
	}
}

package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// safetensorsOf is a file whose tensors all have this shape, and these bytes.
func safetensorsOf(names int, name func(i int) string, shape string, data string) string {
	var header strings.Builder
	for i := range names {
		fmt.Fprintf(&header, `%s%q:{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}`,
			strings.Repeat(",", min(i, 1)), name(i), shape, i*len(data), (i+1)*len(data))
	}
	text := "{" + header.String() + "}"
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))) + text + strings.Repeat(data, names)
}

// Looking into a file takes little memory, whatever the file holds.
func TestHostileWeightsAreCheapToLookInto(t *testing.T) {
	long := strings.Repeat("a.", 500_000)
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"many.safetensors": safetensorsOf(1<<16, func(i int) string { return fmt.Sprintf("layer.%d.weight", i) }, "[1]", "\x00\x00\x00\x00"),
		"long.safetensors": safetensorsOf(15, func(i int) string { return long + fmt.Sprint(i) }, "[2]", "\x00\x00\x00\x00\x00\x00\x00\x00"),
		"nan.safetensors":  safetensorsOf(1, func(int) string { return "x" }, "[1000,1000]", strings.Repeat("\xff", 4_000_000)),
		"none.safetensors": safetensorsOf(9, func(i int) string { return fmt.Sprint(i) }, "[0,65536,65536]", ""),
	})
	for _, c := range []struct {
		args string
		code int
	}{
		{"many -o csv", exitFine},
		{"many --against resnet18", exitProblems},
		{"many --skeleton", exitLimit},
		{"many --output out.safetensors", exitFine},
		{"long -o json", exitFine},
		{"long --depth 1", exitFine},
		{"long --against squeezenet1_1", exitProblems},
		{"long --skeleton", exitFine},
		{"nan --output out.safetensors --dtype f16", exitFine},
		{"nan", exitFine},
		{"none", exitFine},
		{"none --skeleton", exitFine},
		{"many check resnet50 --weights", exitProblems},
		{"many run resnet50 --input random --weights", exitProblems},
	} {
		name, flags, _ := strings.Cut(c.args, " ")
		args := append([]string{"weights", name + ".safetensors"}, strings.Fields(flags)...)
		if strings.HasSuffix(flags, " --weights") {
			args = append(strings.Fields(flags), name+".safetensors")
		}
		cmd, stderr := command(t, folder, args...)
		code := codeOf(t, cmd.Run())
		const most = 200 << 20
		resident := residentOf(t, cmd)
		if code != c.code || resident > most || code == exitLimit && !strings.Contains(stderr.String(), name+".safetensors: ") {
			t.Errorf("%s: exit code %d, %d MiB\n%.1000s", c.args, code, resident>>20, stderr)
		}
	}
}

// A file that fits a net and has numbers that are not finite is told to have them.
func TestAgainstTellsOfNumbersThatAreNotFinite(t *testing.T) {
	folder := t.TempDir()
	put(t, folder, map[string]string{
		"n.cnn": "net n [N, 1, H = 2, W = 2] -> [N, 1, H, W] { c: conv(1, 1x1, bias=false) -> d: conv(1, 1x1, bias=false) }\n",
	})
	const one, nan, inf = "\x00\x00\x80\x3f", "\x00\x00\xc0\x7f", "\x00\x00\x80\xff"
	for data, want := range map[string]string{
		one + one: "",
		one + nan: "warning: w.safetensors has NaN or infinite numbers (1) in d.weight; `cnnlang weights w.safetensors` counts them by tensor\n",
		inf + nan: "warning: w.safetensors has NaN or infinite numbers (2) in c.weight and 1 more; `cnnlang weights w.safetensors` counts them by tensor\n",
	} {
		header := `{"c.weight":{"dtype":"F32","shape":[1,1,1,1],"data_offsets":[0,4]},"d.weight":{"dtype":"F32","shape":[1,1,1,1],"data_offsets":[4,8]}}`
		put(t, folder, map[string]string{"w.safetensors": string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + data})
		cmd, stderr := command(t, folder, "weights", "w.safetensors", "--against", "./n.cnn")
		if code := codeOf(t, cmd.Run()); code != exitFine || stderr.String() != want {
			t.Errorf("exit code %d\n%s", code, stderr)
		}
	}
}

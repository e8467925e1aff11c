package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// command runs this test binary as cnnlang.
func command(t *testing.T, folder string, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	return commandFor(t, time.Minute, folder, args...)
}

// commandFor is command for as long as this.
func commandFor(t *testing.T, most time.Duration, folder string, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// This ends a process that hangs, so that the test fails; it is no bound on speed.
	ctx, cancel := context.WithTimeout(t.Context(), most)
	t.Cleanup(cancel)
	stderr = new(bytes.Buffer)
	cmd = exec.CommandContext(ctx, program, args...)
	cmd.Args[0], cmd.Dir, cmd.Stderr = "cnnlang", folder, stderr
	cmd.Env = append(os.Environ(), statusFile+"="+filepath.Join(t.TempDir(), "status"))
	return cmd, stderr
}

// residentOf is the most memory that a program which has ended had at once, in bytes.
func residentOf(t *testing.T, cmd *exec.Cmd) int64 {
	t.Helper()
	for _, v := range cmd.Env {
		file, ok := strings.CutPrefix(v, statusFile+"=")
		if !ok {
			continue
		}
		status, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, most, _ := strings.Cut(string(status), "VmHWM:")
		kib, err := strconv.ParseInt(strings.Fields(most + " ?")[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return kib << 10
	}
	t.Fatal("the program was not asked for its memory")
	return 0
}

func codeOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return 0
}

// hostile are small inputs that ask for much memory or time.
var hostile = []struct {
	name string
	file string // its name and text
	text func() string
	args string // of cnnlang; FILE is the file
	code int
}{
	{"a million brackets", "a.cnn", times(1_000_000, "("), "check FILE", 4},
	{"a million open strings", "a.cnn", times(500_000, "\"\n"), "check FILE", 4},
	{"a million newlines", "a.cnn", times(1<<20, "\n"), "check FILE", 4},
	{"more than a file may hold", "a.cnn", times(1<<21, "#"), "check FILE", 4},
	{"nets by the thousand", "a.cnn", times(20_000, "net a [N] -> [N] { relu }\n"), "check FILE", 4},
	{"repeat 1000000000", "a.cnn", net("repeat 1000000000 relu"), "check FILE", 4},
	{"repeat of repeat", "a.cnn", net("repeat 100000 { repeat 100000 { repeat 100000 id } }"), "check FILE", 4},
	{"a block that calls itself", "a.cnn", literal("block again [N, C, H, W] -> [N, C, H, W] { again }\n" + net("again")()), "check FILE", 1},
	{"a block that calls itself on and on", "a.cnn", literal("block again(n: int) [N, C, H, W] -> [N, C, H, W] { if n > 0 { again(n + 1) } }\n" + net("again(1)")()), "check FILE", 4},
	{"many blocks that call the next", "a.cnn", func() string {
		var text strings.Builder
		for i := range 1500 {
			fmt.Fprintf(&text, "block b%d [N, C, H, W] -> [N, C, H, W] { b%d }\n", i, (i+1)%1500)
		}
		return text.String()
	}, "check FILE", 1},
	{"conv(2**60)", "a.cnn", net("conv(1152921504606846976, 1x1)"), "check FILE", 4},
	{"conv(2**99)", "a.cnn", net("conv(2**99, 1x1)"), "check FILE", 4},
	{"conv(2**31) twice", "a.cnn", net("conv(2147483647, 1x1) -> conv(2147483647, 1x1)"), "check FILE", 4},
	{"a kernel of 2**31", "a.cnn", net("conv(4, 2147483647x2147483647)"), "check FILE", 1},
	{"a padding of 2**31", "a.cnn", net("maxpool(3x3, pad=2147483647)"), "check FILE", 1},
	{"a list of all numbers", "a.cnn", net("repeat i in [0] { conv(2**52, 1x1) }"), "check FILE", 4},
	{"many nets of many operations", "a.cnn", nets(40, "repeat 20000 relu"), "check FILE", 4},
	{"many nets of many steps", "a.cnn", nets(40, "repeat i of 20000 { if i"+strings.Repeat("+i", 60)+" > 3 { } }"), "check FILE", 4},
	{"a long list by its name", "a.cnn", literal("let long = [1" + strings.Repeat(",1", 30_000) + "]\n" + net("conv(30001, 1x1) -> repeat 20000 channel_affine(long, long)")()), "check FILE", 4},
	{"long paths of weights", "a.cnn", literal("block deep(n: int) [N, C, H, W] -> [N, C, H, W] {\n" +
		"  \"" + strings.Repeat("y", 1000) + "\": { if n > 0 { deep(n - 1) } else { repeat 20000 relu } }\n}\n" + net("deep(60)")()), "check FILE", 4},
	{"proofs with many ways", "a.cnn", ways, "check FILE", 0},
	{"an input of 10**12 pixels", "a.cnn", net("relu"), "params FILE --shape 1x3x999999x999999", 4},
	{"a batch of 2**31", "a.cnn", net("relu"), "params FILE --shape 2147483647x3x8x8", 4},
	{"memory for a large input", "a.cnn", net("relu"), "run FILE --weights random --input random --shape 1x3x8192x8192 --max-memory 64MiB", 4},
	{"an array that claims 12 GB", "a.npy", literal("\x93NUMPY\x01\x006\x00{'descr':'<f4','fortran_order':False,'shape':(3000000000,)}"), "run resnet18 --weights random --input FILE", 3},
	{"a header that claims 4 GB", "a.safetensors", literal("\x00\x00\x00\xff\x00\x00\x00\x00{}"), "run resnet18 --weights FILE --input random", 3},
	{"a GIF of 65535x65535 called .png", "a.png", literal("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;"), "run resnet18 FILE --weights random", 4},
}

func literal(s string) func() string      { return func() string { return s } }
func times(n int, s string) func() string { return func() string { return strings.Repeat(s, n) } }

// ways are blocks with so many cases that none can be proved.
func ways() string {
	var b strings.Builder
	for i := range 20 {
		var params, body strings.Builder
		for p := range 14 {
			fmt.Fprintf(&params, "p%d: int, ", p)
			fmt.Fprintf(&body, "  if p%d > p%d { conv(C, 3x3, stride=p%d + 1, pad=1) } else { maxpool(3x3, stride=p%d + 2, pad=1) }\n",
				p, (p+3)%14, p, (p+1)%14)
		}
		fmt.Fprintf(&b, "block b%d(%s) [N, C, H, W] -> [N, _, _, _] {\n%s}\n", i, &params, &body)
	}
	return b.String()
}

func nets(n int, body string) func() string {
	return func() string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "net a%d [N, 3, H = 8, W = 8] -> [N, _, _, _] { %s }\n", i, body)
		}
		return b.String()
	}
}

func net(body string) func() string {
	return literal("net a [N, 3, H = 8, W = 8] -> [N, _, _, _] { " + body + " }\n")
}

// TestHostileInputIsCheap wants that every refusal has the right exit code and a message,
// and takes far less memory than the input asks for. None may hang.
func TestHostileInputIsCheap(t *testing.T) {
	const mostMemory = 100 << 20
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, c.file), []byte(c.text()), 0o666); err != nil {
				t.Fatal(err)
			}
			cmd, stderr := command(t, folder, strings.Fields(strings.ReplaceAll(c.args, "FILE", "./"+c.file))...)
			code := codeOf(t, cmd.Run())
			memory := residentOf(t, cmd)
			if code != c.code {
				t.Errorf("exit code %d, want %d\n%.2000s", code, c.code, stderr)
			}
			if code != 0 && !strings.Contains(stderr.String(), "error") || strings.Contains(stderr.String(), "goroutine ") {
				t.Errorf("no message:\n%.2000s", stderr)
			}
			if stderr.Len() > 1<<16 {
				t.Errorf("%d bytes of message", stderr.Len())
			}
			if memory > mostMemory {
				t.Errorf("took %d MiB, want at most %d", memory>>20, int64(mostMemory)>>20)
			}
		})
	}
}

// TestInterruptEndsTheProcess sends Ctrl-C while a long run computes, and while a command
// waits for standard input. The exit code and the missing output show that the run did not
// finish.
func TestInterruptEndsTheProcess(t *testing.T) {
	long := net("repeat 60 conv(64, 7x7, pad=3)")()
	for _, c := range []struct {
		name string
		args string
	}{
		{"while computing", "run ./long.cnn --weights random --input random --shape 1x3x512x512 --output out.npy"},
		{"while preparing", "run vgg16 --weights random --input random --shape 16x3x224x224 --output out.npy"},
		{"while exporting", "export regnet_y_128gf --to onnx --external --weights random --output out.onnx"},
		{"while waiting for a text", "check -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "long.cnn"), []byte(long), 0o666); err != nil {
				t.Fatal(err)
			}
			cmd, stderr := command(t, folder, strings.Fields(c.args)...)
			input, err := cmd.StdinPipe() // never closed by us
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			interrupt(t, cmd, stderr)
			if files, _ := filepath.Glob(filepath.Join(folder, "out*")); len(files) > 0 {
				t.Errorf("left %v behind", files)
			}
			if files, _ := filepath.Glob(filepath.Join(folder, ".*")); len(files) > 0 {
				t.Errorf("left %v behind", files)
			}
		})
	}
}

// TestStartAllocatesLittle bounds what a start with a text allocates, including the texts of
// the library that it reads first.
func TestStartAllocatesLittle(t *testing.T) {
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&stdout), stderr: &stderr}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := a.execute(t.Context(), []string{"params", "resnet50"}); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	runtime.ReadMemStats(&after)
	const most = 32 << 20
	if took := after.TotalAlloc - before.TotalAlloc; took > most {
		t.Errorf("allocated %d bytes, want at most %d", took, most)
	}
}

// interrupt interrupts a program that is at work, and has to end by that.
func interrupt(t *testing.T, cmd *exec.Cmd, stderr fmt.Stringer) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		t.Fatalf("ended by itself: %v\n%s", err, stderr)
	case <-time.After(700 * time.Millisecond):
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := codeOf(t, <-ended); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, stderr)
	}
}

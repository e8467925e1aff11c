package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/rows"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// TestStories runs the stories of testdata/script, one for each file. Besides
// testscript's own commands they have those of the table below, and $TESTDATA,
// the folder that all packages share. A web server has the files of a story, under any name of
// a host.
func TestStories(t *testing.T) {
	shared, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	folder := programFolder(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(shared, "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			switch name {
			case "root": // who may read anything
				return os.Getuid() == 0, nil
			case "simd":
				isa, err := exec.ISA()
				return isa != "generic", err
			case "bf16", "f32fast": // what kernels are for
				precision, err := layout.ParsePrecision(name)
				return err == nil && precision.Supported() == nil, err
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("TESTDATA", shared)
			e.Setenv("HTTP_PROXY", proxy(e)) // no story reaches a real network
			e.Setenv("HTTPS_PROXY", e.Getenv("HTTP_PROXY"))
			e.Setenv("PATH", folder+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"jq":       jq,
			"sums":     sums,
			"shape":    shape,
			"close":    closeTo,
			"bytes":    writeBytes,
			"repeat":   repeat,
			"truncate": truncate,
			"weights":  writeWeights,
			"oneline":  oneLine,
			"pixels":   pixels,
			"textures": textures,
		},
	})
}

// proxy is the address of a proxy for which every host has the files of the story.
func proxy(e *testscript.Env) string {
	s := httptest.NewServer(http.FileServer(http.Dir(e.WorkDir)))
	e.Defer(s.Close)
	return s.URL
}

// programFolder returns a folder in which the test binary is called cnnlang.
func programFolder(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder, name := t.TempDir(), "cnnlang"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(program, filepath.Join(folder, name)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// exits CODE ARG...: runs cnnlang and wants this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec("cnnlang", args[1:]...); err != nil {
		if _, err := fmt.Sscanf(err.Error(), "exit status %d", &got); err != nil {
			ts.Fatalf("cnnlang did not exit: %v", err)
		}
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// jq FILE PATH WANT: wants a value in a JSON file, as rows.0.path. A path that
// ends in length is that of a list; WANT is JSON, or text without quotes.
func jq(ts *testscript.TestScript, neg bool, args []string) {
	value := any(nil)
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for _, key := range strings.Split(args[1], ".") {
		switch at := value.(type) {
		case map[string]any:
			inner, ok := at[key]
			if !ok {
				if neg {
					return
				}
				ts.Fatalf("%s: there is no %s", args[1], key)
			}
			value = inner
		case []any:
			if key == "length" {
				value = float64(len(at))
				continue
			}
			i, err := strconv.Atoi(key)
			ts.Check(err)
			if i >= len(at) {
				ts.Fatalf("%s: the list has %d elements", args[1], len(at))
			}
			value = at[i]
		default:
			ts.Fatalf("%s: %v has no %s", args[1], value, key)
		}
	}
	if neg && len(args) == 2 {
		ts.Fatalf("%s: is there", args[1])
	}
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetEscapeHTML(false)
	ts.Check(e.Encode(value))
	text := strings.TrimSpace(got.String())
	if plain, ok := value.(string); ok {
		text = plain
	}
	want := strings.Join(args[2:], " ")
	if number, err := strconv.ParseFloat(want, 64); err == nil && value == number {
		return // 25557032 and 2.5557032e+07 are one number
	}
	if text != want {
		ts.Fatalf("%s: got %s, want %s", args[1], text, want)
	}
}

// sums FILE: wants the rows of a params document to sum to its totals.
func sums(ts *testscript.TestScript, neg bool, args []string) {
	var d paramsDocument
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &d))
	var got [6]int
	for _, r := range d.Rows {
		at := 0
		if r.Side {
			at = 3
		}
		for i, n := range []*int{r.Params, r.MACs, r.FLOPs} {
			got[at+i] += *n
		}
	}
	want := [6]int{*d.Params, *d.MACs, *d.FLOPs, *d.ParamsSide, *d.MACsSide, *d.FLOPsSide}
	if got != want {
		ts.Fatalf("the rows sum to %v, the totals are %v", got, want)
	}
}

// shape FILE.npy SHAPE: wants an array of this shape, as 2x3, of finite numbers
// that are not all equal.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	array, err := npy.Read(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	if got := shapeText(array.Shape); got != args[1] {
		ts.Fatalf("%s has shape %s, want %s", args[0], got, args[1])
	}
	s := rows.Summarize(array)
	if s.Strange > 0 || s.Min == s.Max {
		ts.Fatalf("%s holds nothing: %+v", args[0], s)
	}
}

// close A.npy B.npy: wants arrays that differ only by rounding.
func closeTo(ts *testscript.TestScript, neg bool, args []string) {
	a, err := npy.Read(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := npy.Read(context.Background(), ts.MkAbs(args[1]))
	ts.Check(err)
	if !a.Shape.Equal(b.Shape) {
		ts.Fatalf("shapes %v and %v", a.Shape, b.Shape)
	}
	for i := range a.Data {
		if d := math.Abs(float64(a.Data[i] - b.Data[i])); !(d < 1e-6) {
			ts.Fatalf("element %d: %v and %v", i, a.Data[i], b.Data[i])
		}
	}
}

// pixels FILE.png WIDTHxHEIGHT RGB|L|P [WANT.png]: wants a picture of 8 bits with colours, grey or
// with a palette, which has the same pixels as another.
func pixels(ts *testscript.TestScript, neg bool, args []string) {
	read := func(name string) image.Image {
		img, err := png.Decode(strings.NewReader(ts.ReadFile(name)))
		ts.Check(err)
		return img
	}
	got := read(args[0])
	mode := "RGB"
	switch got.(type) {
	case *image.Gray:
		mode = "L"
	case *image.Paletted:
		mode = "P"
	}
	// The ninth byte of the first chunk, behind the signature, is the number of bits.
	bits, size := ts.ReadFile(args[0])[24], got.Bounds().Size()
	if what := fmt.Sprintf("%dx%d %s %d", size.X, size.Y, mode, bits); what != args[1]+" "+args[2]+" 8" {
		ts.Fatalf("%s is %s, want %s %s 8", args[0], what, args[1], args[2])
	}
	if len(args) < 4 {
		return
	}
	want := read(args[3])
	for y := range size.Y {
		for x := range size.X {
			if a, b := color.NRGBAModel.Convert(got.At(x, y)), color.NRGBAModel.Convert(want.At(x, y)); a != b {
				ts.Fatalf("%s has %v at %d, %d, want %v", args[0], a, x, y, b)
			}
		}
	}
}

// bytes FILE HEX...: writes a file.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	data, err := hex.DecodeString(strings.Join(args[1:], ""))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}

// repeat FILE N TEXT: writes a file of one text many times.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte(args[2]), n), 0o666))
}

// truncate FILE N: cuts so many bytes off the end.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)-n]), 0o666))
}

// weights FILE NET SEED [PREFIX]: writes the generated weights of a net, with a
// prefix before every name.
func writeWeights(ts *testscript.TestScript, neg bool, args []string) {
	name := args[1]
	if interp.IsFile(name) {
		name = ts.MkAbs(name)
	}
	seed, err := strconv.ParseUint(args[2], 10, 64)
	ts.Check(err)
	p, err := interp.Open(name)
	ts.Check(err)
	n, err := p.Net(interp.Options{})
	ts.Check(err)
	named := map[string]tensor.Tensor{}
	for name, x := range interp.RandomTensors(n, seed) {
		named[strings.Join(args[3:], "")+name] = x
	}
	ts.Check(interp.WriteWeights(context.Background(), ts.MkAbs(args[0]), named))
}

// oneline FILE: wants exactly one message, without the name of a Go package.
func oneLine(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, "error"); n == 0 || strings.Count(text, "\nerror") > 0 || strings.Contains(text, "goroutine ") {
		ts.Fatalf("want one message, got\n%s", text)
	}
	for name := range packages {
		if strings.Contains(text, "error: "+name+": ") {
			ts.Fatalf("the message begins with a package:\n%s", text)
		}
	}
}

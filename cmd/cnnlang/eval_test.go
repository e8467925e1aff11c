package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pick says of which colour a picture has most: its outputs are the means of the channels, ten for full brightness.
const pick = `net pick [N, 3, H = 4, W = 4] -> [N, 3] {
  meta { prepare = picture(std=[0.1]); classes = ["red", "Green Thing", "blue"] }
  gap -> flatten
}
`

// A shade is a picture of one colour, and what its class is.
type shade struct {
	path  string
	class int
	rgb   [3]uint8
}

// shades are some pictures of each class in a folder, not all of which are mostly of its colour.
func shades(folders ...string) (all []shade) {
	for class, folder := range folders {
		for i := range 5 + 2*class {
			s := shade{filepath.Join(folder, fmt.Sprint(i, ".png")), class, [3]uint8{uint8(40 * i), uint8(17*i + 90*class), uint8(255 - 31*i)}}
			s.rgb[class] = uint8(90 + 25*i)
			all = append(all, s)
		}
	}
	return all
}

func writeShades(t *testing.T, root string, all []shade) {
	t.Helper()
	for _, s := range all {
		img := image.NewNRGBA(image.Rect(0, 0, 5, 7))
		for i := range 35 {
			img.Set(i%5, i/5, color.NRGBA{s.rgb[0], s.rgb[1], s.rgb[2], 255})
		}
		var b bytes.Buffer
		path := filepath.Join(root, s.path)
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A tally is what pictures come to, by loops over what each is defined as.
type tally struct {
	top1, loss, brier, ece float64
	matrix                 [3][3]int
	losses                 map[string]float64
}

func tallyOf(all []shade) tally {
	t := tally{losses: map[string]float64{}}
	var rows, right [15]int
	var confidence [15]float64
	n := float64(len(all))
	for _, s := range all {
		var p [3]float64
		sum := 0.0
		for k, v := range s.rgb {
			p[k] = math.Exp(float64(v) / 255 / 0.1)
			sum += p[k]
		}
		said := 0
		for k := range p {
			if p[k] /= sum; p[k] > p[said] {
				said = k
			}
		}
		for k := range p {
			is := 0.0
			if k == s.class {
				is = 1
			}
			t.brier += (p[k] - is) * (p[k] - is) / n
		}
		bin := int(math.Ceil(p[said]*15)) - 1
		rows[bin]++
		confidence[bin] += p[said]
		if said == s.class {
			t.top1 += 1 / n
			right[bin]++
		}
		t.losses[s.path] = -math.Log(p[s.class])
		t.loss += t.losses[s.path] / n
		t.matrix[s.class][said]++
	}
	for b := range rows {
		t.ece += math.Abs(float64(right[b])-confidence[b]) / n
	}
	return t
}

// What eval says of a net whose outputs are known is what the definitions give.
func TestEvaluations(t *testing.T) {
	t.Chdir(t.TempDir())
	all := shades("red", "green_thing", "BLUE")
	want := tallyOf(all)
	writeShades(t, "data", all)
	if err := os.WriteFile("pick.cnn", []byte(pick), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{nil, {"--batch", "4", "--threads", "1"}, {"--shape", "64x3x4x4"}} {
		args := append([]string{"eval", "pick.cnn", "--data", "data", "--weights", "random", "--worst", "4", "--confusion", "c.csv"}, flags...)
		schema, document := inJSON(t, args...)
		if schema != "cnnlang.eval/v1" || document["pictures"] != float64(len(all)) {
			t.Fatalf("got %s, %v", schema, document)
		}
		for key, w := range map[string]float64{"top1": want.top1, "loss": want.loss, "brier": want.brier, "ece": want.ece} {
			if got := document[key].(float64); math.Abs(got-w) > 1e-6 {
				t.Errorf("%q: %s is %v, want %v", flags, key, got, w)
			}
		}
		for k, entry := range document["classes"].([]any) {
			c := entry.(map[string]any)
			said, rows := 0, 0
			for i := range 3 {
				said, rows = said+want.matrix[i][k], rows+want.matrix[k][i]
			}
			right := float64(want.matrix[k][k])
			for key, w := range map[string]float64{"pictures": float64(rows), "said": float64(said), "precision": right / float64(said), "recall": right / float64(rows), "f1": 2 * right / float64(rows+said)} {
				if got := c[key].(float64); math.Abs(got-w) > 1e-12 {
					t.Errorf("%q: %s of class %d is %v, want %v", flags, key, k, got, w)
				}
			}
		}
		paths := slices.SortedFunc(maps.Keys(want.losses), func(a, b string) int {
			if want.losses[a] > want.losses[b] {
				return -1
			}
			return 1
		})
		for i, entry := range document["worst"].([]any) {
			w := entry.(map[string]any)
			got, own := w["loss"].(float64), want.losses[strings.TrimPrefix(filepath.ToSlash(w["picture"].(string)), "data/")]
			if math.Abs(got-want.losses[paths[i]]) > 1e-5 || math.Abs(got-own) > 1e-5 {
				t.Errorf("%q: worst %d is %v, want a loss of %v, and %v for the picture", flags, i, w, want.losses[paths[i]], own)
			}
		}
		checkMatrix(t, "c.csv", want.matrix)
	}
}

// checkMatrix compares the file of a confusion matrix.
func checkMatrix(t *testing.T, file string, want [3][3]int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 4 || !slices.Equal(rows[0], []string{"class", "red", "Green Thing", "blue"}) {
		t.Fatalf("got %q, %v", rows, err)
	}
	for i, row := range want {
		if got := fmt.Sprint(rows[i+1]); got != fmt.Sprint(append([]string{rows[0][i+1]}, strings.Fields(strings.Trim(fmt.Sprint(row), "[]"))...)) {
			t.Errorf("got %s, want %v", got, row)
		}
	}
}

// A net that ends in a softmax is counted by what goes into it, however small a probability is.
func TestEvaluationsOfProbabilities(t *testing.T) {
	t.Chdir(t.TempDir())
	all := shades("red", "Green Thing", "blue")
	writeShades(t, "data", all)
	text := strings.Replace(strings.Replace(pick, "flatten", "flatten -> softmax", 1), "0.1", "0.001", 1)
	if err := os.WriteFile("pick.cnn", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	_, document := inJSON(t, "eval", "pick.cnn", "--data", "data", "--weights", "random")
	if want := tallyOf(all); document["not_finite"] != 0.0 || math.Abs(document["top1"].(float64)-want.top1) > 1e-9 {
		t.Errorf("got %v and %v, want %v", document["not_finite"], document["top1"], want.top1)
	}
}

// Folders are found by what classes may be called.
func TestFoldersOfClasses(t *testing.T) {
	var synsets []string
	for i := range 1000 {
		synsets = append(synsets, fmt.Sprintf("n%08d", 1440764+i))
	}
	imagenet := make([]string, 1000)
	for i := range imagenet {
		imagenet[i] = fmt.Sprint("name ", i/2) // each twice
	}
	for _, c := range []struct {
		outputs        int
		names, folders []string
		want           string // the classes, or what is wrong
	}{
		{3, []string{"a", "b", "c"}, []string{"a", "c"}, "a b c"},
		{3, []string{"tabby cat", "wild-cat", "dog"}, []string{"Tabby_Cat", "wild cat"}, "Tabby_Cat wild cat dog"},
		{3, []string{"10", "2", "x"}, []string{"10", "2"}, "10 2 x"}, // names before numbers
		{3, []string{"a", "b", "c"}, []string{"0", "2"}, "0 b 2"},
		{3, []string{"a", "b", "c"}, []string{"00", "02"}, "00 b 02"},
		{3, []string{"a", "b", "c"}, []string{"0", "3"}, "does not have: 3"},
		{3, []string{"a", "b", "c"}, []string{"0", "00"}, "does not have: 00"}, // the same output
		{3, []string{"a", "b", "c"}, []string{"a", "d"}, "does not have: d"},
		{2, []string{"crane", "crane"}, []string{"Crane"}, "does not have: Crane"}, // which of both?
		{2, nil, []string{"x", "y"}, "x y"},
		{3, nil, []string{"x", "y"}, "does not have: x, y"},
		{3, []string{"cat", "cat", "dog"}, []string{"dog"}, "cat class 1 dog"},
		{1000, imagenet, synsets, strings.Join(synsets, " ")},
		{1000, imagenet, synsets[:10], "does not have: n01440764, n01440765, n01440766, n01440767, n01440768 and 5 more"},
	} {
		f := &folderNames{net: "n", data: "d", outputs: c.outputs, names: c.names}
		classes, err := f.classes(c.folders)
		got := strings.Join(classes, " ")
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != c.want || !strings.HasSuffix(got, c.want) {
			t.Errorf("%q for %.60q: got %.200q, want %.200q", c.folders[:min(3, len(c.folders))], c.names, got, c.want)
		}
	}
}

// Numbers that JSON does not have are null.
func TestExactNumbers(t *testing.T) {
	for v, want := range map[float64]string{0.1: "0.1", 1e-300: "1e-300", math.Inf(-1): "null", 3: "3"} {
		if got, err := json.Marshal(exact(v)); err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	if got, err := json.Marshal(exact(math.NaN())); err != nil || string(got) != "null" {
		t.Errorf("got %s, %v", got, err)
	}
}

// Of many classes the pairs that are confused are shown, and the worst classes.
func TestEvaluationsOfManyClasses(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "net many [N, 3, H = 4, W = 4] -> [N, 96] { conv(32, 1x1) -> flat: list { | gap | gap | gap } -> concat -> flatten -> softmax }\n"
	if err := os.WriteFile("many.cnn", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var folders []string
	for i := range 60 {
		folders = append(folders, fmt.Sprint(i))
	}
	var all []shade
	for i, folder := range folders {
		all = append(all, shade{filepath.Join(folder, "x.png"), i, [3]uint8{uint8(4 * i), uint8(255 - 3*i), 7}})
	}
	writeShades(t, "data", all)
	var out, messages bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&out), stderr: &messages}
	if code := a.report(a.execute(context.Background(), []string{"eval", "many.cnn", "--data", "data", "--weights", "random"})); code != 0 {
		t.Fatalf("exit code %d: %s", code, messages.String())
	}
	a.stdout.Flush()
	for _, want := range []string{"60 pictures of 96 classes", "top-5 ", "the 50 classes with the lowest F1", "what is most often taken for what", "said to be"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in\n%s", want, out.String())
		}
	}
}

package interp_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/format"
	"cnnlang/lang/source"

	"pgregory.net/rapid"
)

var saveSkeletons = flag.String("skeletons", "", "")

// skeletonOf writes the skeleton of a file and holds it to what every skeleton is: it parses, is
// formatted, has no mistake, and its tensors are those of the file, of which a comment may
// list some as left out. It returns the net.
func skeletonOf(t *testing.T, tensors []shaped) (string, *interp.Net) {
	t.Helper()
	f, err := interp.WeightsFile(zeros(t, tensors)).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := f.Skeleton()
	if err != nil {
		t.Fatal(err)
	}
	if formatted := format.Format(source.NewFile("s.cnn", text)); formatted != text {
		t.Errorf("not formatted:\n%s", format.Diff(text, formatted))
	}
	p, err := interp.Read("s.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	nets, problems, err := p.Check(interp.Options{})
	if err != nil || len(problems) > 0 || len(nets) != 1 {
		t.Fatalf("%v, %v\n%s", err, problems, text)
	}
	if !strings.Contains(text, "# left out: ") {
		if _, err := nets[0].Fit(interp.WeightsFile(f.Path())); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if blocks, calls := strings.Count(text, "block channels("), strings.Count(text, " channels("); blocks != min(1, calls-blocks) {
		t.Errorf("%d blocks for %d calls\n%s", blocks, calls-blocks, text)
	}
	own := map[string]string{}
	for _, p := range nets[0].Graph.Params(true) {
		own[p.Path] = fmt.Sprint(p.Shape)
	}
	for _, x := range tensors {
		shape := fmt.Sprint(x.shape)
		if len(x.shape) == 0 {
			shape = "[1]"
		}
		quoted := fmt.Sprintf("# left out: %q ", x.name)
		if left := strings.Contains(text, quoted[:min(len(quoted), 100)]); !strings.HasSuffix(x.name, "num_batches_tracked") && (own[x.name] != strings.ReplaceAll(shape, " ", ", ")) != left {
			t.Errorf("%s: the net has %s, want %v, left out: %v", x.name, own[x.name], x.shape, left)
		}
		delete(own, x.name)
	}
	for name := range own {
		t.Errorf("the net has %s, which is not in the file", name)
	}
	return text, nets[0]
}

// The skeleton of every network of the reference owns just the tensors that its
// implementation has.
func TestSkeletonsOfPublishedNetsHaveTheirTensors(t *testing.T) {
	files, err := filepath.Glob("../testdata/reference/models/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var model struct {
			Net       string
			StateDict [][2]json.RawMessage `json:"state_dict"`
		}
		if err := json.Unmarshal(text, &model); err != nil {
			t.Fatal(err)
		}
		var tensors []shaped
		for _, x := range model.StateDict {
			var s shaped
			if err := json.Unmarshal(x[0], &s.name); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(x[1], &s.shape); err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, s)
		}
		t.Run(model.Net, func(t *testing.T) {
			skeleton, _ := skeletonOf(t, tensors)
			if strings.Contains(skeleton, "# left out: ") {
				t.Error("something is left out")
			}
			if *saveSkeletons != "" {
				os.WriteFile(filepath.Join(*saveSkeletons, model.Net+".cnn"), []byte(skeleton), 0o666)
			}
		})
	}
}

// Whatever names and shapes a file has, its skeleton is a program whose tensors they are.
func TestSkeletonsOfStrangeFiles(t *testing.T) {
	long := strings.Repeat("n", 990)
	for name, tensors := range map[string][]shaped{
		"one step at the top":   {{"weight", []int{8, 3, 3, 3}}, {"bias", []int{8}}},
		"vectors":               {{"0.weight", []int{5, 4}}, {"0.bias", []int{5}}, {"1.weight", []int{2, 5}}},
		"strange characters":    {{`a\{x}/b:0`, []int{2}}, {"é.weight", []int{2, 2}}, {"if.weight", []int{2, 2}}, {"a b.weight", []int{3, 2}}},
		"unsayable names":       {{"a\nb", []int{2}}, {"q\"q.weight", []int{2, 2}}, {"", []int{2}}, {long + long, []int{3}}, {"\u200b.weight", []int{2, 2}}},
		"dots":                  {{".weight", []int{2, 2}}, {"a..b.weight", []int{2, 2}}, {"a.", []int{2}}, {"..", []int{2}}, {"a.b..", []int{2, 2}}},
		"depth":                 {{strings.Repeat("a.", 400) + "weight", []int{2, 2}}},
		"scalars and more":      {{"s", nil}, {"x.temperature", nil}, {"e", []int{0, 3}}, {"r4", []int{1, 2, 3, 4}}, {"v.weight", []int{2, 2, 2, 2, 2}}, {"m.weight", []int{3, 2, 5}}},
		"a tensor and a step":   {{"a.p", []int{4}}, {"a.p.weight", []int{4, 4}}, {"a.weight", []int{4, 4}}, {"a.weight.x.weight", []int{2, 4}}},
		"steps within steps":    {{"a.weight", []int{4, 3, 1, 1}}, {"a.b.weight", []int{4, 4, 3, 3}}, {"a.b.0.weight", []int{2, 4}}, {"a.extra", []int{7}}},
		"labels that are taken": {{"in1.weight", []int{8, 3, 3, 3}}, {"in_1.weight", []int{9, 5, 3, 3}}, {"0.in1.weight", []int{7, 1}}},
		"numbers":               {{"00.weight", []int{2, 2}}, {"1.weight", []int{3, 9}}, {"0.weight", []int{3, 3}}, {"10.0.weight", []int{3, 3}}, {"10.2.weight", []int{1, 3}}},
		"upconvolution":         {{"d.weight", []int{6, 4, 2, 2}}, {"d.bias", []int{4}}, {"e.weight", []int{3, 4, 1, 1}}},
		"no factors":            {{"n.running_mean", []int{4}}, {"n.running_var", []int{4}}, {"g.weight", []int{4}}},
		"partly a norm":         {{"n.weight", []int{4}}, {"n.bias", []int{4}}, {"n.running_mean", []int{4}}},
		"shared by two":         {{"a.conv.weight", []int{4, 3, 1, 1}}, {"a.short.weight", []int{4, 3, 1, 1}}, {"a.short", []int{2}}},
		"large":                 {{"a.weight", []int{2, 3}}, {"b.weight", []int{2, 1 << 20}}},
	} {
		t.Run(name, func(t *testing.T) { skeletonOf(t, tensors) })
	}
}

func TestSkeletonsOfAnyFile(t *testing.T) {
	names := rapid.SliceOfNDistinct(rapid.StringOfN(rapid.RuneFrom([]rune("ab01..")), 0, 6, -1), 1, 8, rapid.ID[string])
	leaf := rapid.SampledFrom([]string{"", ".weight", ".weight", ".weight", ".bias", ".running_mean", ".running_var"})
	size := rapid.SampledFrom([]int{1, 2, 3, 4, 8})
	rapid.Check(t, func(r *rapid.T) {
		var tensors []shaped
		seen := map[string]bool{}
		for _, name := range names.Draw(r, "names") {
			if name += leaf.Draw(r, "leaf"); !seen[name] {
				seen[name] = true
				tensors = append(tensors, shaped{name, rapid.SliceOfN(size, 0, 4).Draw(r, "shape")})
			}
		}
		skeletonOf(t, tensors)
		if t.Failed() {
			r.Fatalf("%v", tensors)
		}
	})
}

func TestSkeletonsAreLimited(t *testing.T) {
	many := make([]shaped, 20_001)
	for i := range many {
		many[i] = shaped{fmt.Sprint("m", i), []int{1}}
	}
	wide := make([]shaped, 2000)
	for i := range wide {
		wide[i] = shaped{strings.Repeat("w", 900) + fmt.Sprint(i), []int{1}}
	}
	for _, tensors := range [][]shaped{many, wide} {
		f, err := interp.WeightsFile(zeros(t, tensors)).Open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var limit *interp.SkeletonError
		if _, err := f.Skeleton(); !errors.As(err, &limit) {
			t.Errorf("got %v", err)
		}
	}
}

// Where a format names layers and axes, the net has the names and is read by them.
func TestSkeletonsOfOtherFormatsFitTheirFiles(t *testing.T) {
	for _, name := range []string{
		"keras/model.h5", "keras/model.keras", "keras/named.weights.h5", "keras/keras1.h5", "tfjs/uint8.json", "tfjs/float32.json",
		"caffe/first.caffemodel", "caffe/second.caffemodel", "onnx/net.onnx", "tiny.pth", "tiny_wrapped.pth",
	} {
		file := interp.WeightsFile(filepath.Join("../testdata/weights", name))
		f, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.Skeleton()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		p, err := interp.Read("s.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if _, err := n.Fit(file); err != nil || strings.Contains(text, "left out: ") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// What a file says of its layers beyond shapes is in its skeleton: compared with the file, the
// skeleton lacks only what stands between layers with tensors.
func TestSkeletonsOfFilesThatSayTheirSettings(t *testing.T) {
	for path, has := range map[string]string{
		"onnx/net.onnx": "stride=2", "onnx/slashes.onnx": "pad=1", "keras/model.h5": "stride=2, pad=same", "tfjs/float32.json": "pad=same", "same/same.onnx": "stride=2, pad=1", "keras/model.keras": "pad=same",
	} {
		w := interp.WeightsFile("../testdata/weights/" + path)
		f, err := w.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.Skeleton()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		fit, err := readNet(t, text).Fit(w)
		if err != nil {
			t.Errorf("%s: %v\n%s", path, err, text)
		}
		for _, d := range fit.Differences {
			if (d.Op == "conv" || d.Op == "bn") && !strings.Contains(d.File, "relu") && !strings.Contains(d.File, "pool") {
				t.Errorf("%s: %+v\n%s", path, d, text)
			}
		}
		if !strings.Contains(text, has) || strings.Contains(text, "size of its input as it is") {
			t.Errorf("%s:\n%s", path, text)
		}
	}
}

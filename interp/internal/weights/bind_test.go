package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// params reads "conv1.weight 8,3,3,3" lines.
func params(lines ...string) []graph.Param {
	var list []graph.Param
	for _, line := range lines {
		name, sizes, _ := strings.Cut(line, " ")
		p := graph.Param{Path: name, Shape: tensor.Shape{}}
		for _, size := range strings.FieldsFunc(sizes, func(r rune) bool { return r == ',' }) {
			var d int
			fmt.Sscan(size, &d)
			p.Shape = append(p.Shape, d)
		}
		list = append(list, p)
	}
	return list
}

// fileOf writes the tensors to a file, each filled by the generator.
func fileOf(t *testing.T, tensors []graph.Param) Store {
	t.Helper()
	var named []Named
	for _, p := range tensors {
		named = append(named, Named{p.Path, Random(1).Tensor(p.Path, p.Shape)})
	}
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := WriteSafetensors(t.Context(), path, named); err != nil {
		t.Fatal(err)
	}
	return open(t, path, Options{})
}

// fitError binds and returns the error, its file's folder left out.
func fitError(t *testing.T, required, optional, file []graph.Param) *FitError {
	t.Helper()
	tensors, err := bound("tiny", required, optional, fileOf(t, file))
	var fit *FitError
	if !errors.As(err, &fit) || tensors != nil {
		t.Fatalf("got %v, %v, want a *FitError", tensors, err)
	}
	fit.File = filepath.Base(fit.File)
	return fit
}

func wantText(t *testing.T, err error, want string) {
	t.Helper()
	want = strings.TrimPrefix(want, "\n")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBindTakesExactlyWhatIsRequired(t *testing.T) {
	var required []graph.Param
	for name, shape := range stateDict(t) {
		if !IsCounter(name) {
			required = append(required, graph.Param{Path: name, Shape: shape})
		}
	}
	got, err := bound("tiny", required, nil, open(t, tiny("tiny.safetensors"), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 32 {
		t.Errorf("got %d tensors, want 32", len(got))
	}
	want := Random(7).Bind(required)
	for name, tensor := range want {
		if !cmp.Equal(got[name], tensor) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestOptionalTensorsMayBeThereOrNot(t *testing.T) {
	required, optional := params("fc.weight 2,3"), params("aux.fc.weight 2,3", "aux.fc.bias 2")
	got, err := bound("tiny", required, optional, fileOf(t, params("fc.weight 2,3", "aux.fc.weight 9,9", "bn.num_batches_tracked")))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || !got["fc.weight"].Shape.Equal(tensor.Shape{2, 3}) {
		t.Errorf("got %v", got)
	}
}

// A file's tensor may lack axes of size 1, and is read in the net's shape.
func TestAxesOfSizeOneMayBeMissing(t *testing.T) {
	for _, c := range []struct {
		net, file string
		fits      bool
	}{
		{"512,1,1", "512", true},
		{"512,1,1", "512,1", true},
		{"32,1,1,80", "32,1,80", true},
		{"32,1,1,80", "32,80", true},
		{"64,64,1,1", "64,64", true},
		{"1,1,1", "", true},
		{"1,5,1", "5", true},
		{"1,5,1", "1,5", true},
		{"64,64,1,1", "1,1,64,64", false},
		{"64,64,1,1", "64,1,64", false},
		{"512,1,1", "1,512", false},
		{"32,1,1,80", "80,32", false},
		{"512", "512,1,1", true},
		{"10,16", "10,16,1,1", true},
		{"10,16", "1,1,10,16", true},
		{"16,16", "16,16,1,1", true},
		{"16,16", "1,1,16,16", false},
		{"16,1,16", "1,1,16,16", false},
		{"1,16,16", "1,1,16,16", true},
		{"10,16", "16,10,1,1", false},
		{"10,16", "1,1,16,10", false},
		{"", "1,1", true},
		{"512,2", "512", false},
		{"6,1", "2,3", false},
		{"512,1,1", "511", false},
	} {
		required := params("x " + c.net)
		store := fileOf(t, params("x "+c.file))
		_, err := Check("tiny", "", required, nil, store)
		var fit *FitError
		if (err == nil) != c.fits || err != nil && (!errors.As(err, &fit) || fit.Code() != "E0602") {
			t.Errorf("[%s] for [%s]: %v", c.file, c.net, err)
		}
		if exactly := c.file == c.net; Fits(required, nil, store) != exactly {
			t.Errorf("[%s] for [%s] fits exactly: %v", c.file, c.net, !exactly)
		}
		if !c.fits {
			continue
		}
		got, err := Fetch(store, required[0])
		whole, _ := store.Tensor("x")
		if err != nil || !got.Shape.Equal(required[0].Shape) || !cmp.Equal(got.Data, whole.Data) {
			t.Errorf("[%s] for [%s] is read as %v, %v", c.file, c.net, got, err)
		}
	}
}

func TestEveryKindOfDifferenceIsInOneError(t *testing.T) {
	fit := fitError(t,
		params("conv1.weight 8,3,3,3", "layer1.0.conv1.weight 8,8,3,3", "layer1.0.conv2.weight 8,8,3,3", "layer1.0.bn1.bias 8", "fc.weight 10,16", "fc.bias 10"),
		nil,
		params("conv1.weight 8,3,5,5", "layer1.0.conv_1.weight 8,8,3,3", "layer1.0.conv2.weight 8,4,3,3", "head.weight 10,16", "fc.bias 10"))
	wantText(t, fit, `
error[E0601]: the weights do not fit tiny: 3 of 6 tensors are missing, 2 in the file are unexpected, 2 of 6 tensors have another shape
   = missing in layer1.0: 2
       layer1.0.conv1.weight   [8, 8, 3, 3]   the file has layer1.0.conv_1.weight
       layer1.0.bn1.bias       [8]
   = missing at the top: 1
       fc.weight   [10, 16]   the file has head.weight
   = unexpected in layer1.0: 1
       layer1.0.conv_1.weight   [8, 8, 3, 3]
   = unexpected at the top: 1
       head.weight   [10, 16]
   = of another shape at the top: 1
       conv1.weight   file [8, 3, 5, 5]   net [8, 3, 3, 3]
   = of another shape in layer1.0: 1
       layer1.0.conv2.weight   file [8, 4, 3, 3]   net [8, 8, 3, 3]
   = the file is w.safetensors`)
}

func TestOnlyShapesDiffer(t *testing.T) {
	var required, file []string
	for i := range 5 {
		required = append(required, fmt.Sprintf("layer1.0.conv%d.weight 64,64,1,1", i))
		file = append(file, fmt.Sprintf("layer1.0.conv%d.weight 128,64,1,1", i))
	}
	fit := fitError(t, params(required...), nil, params(file...))
	fit.Note, fit.Help = "the file fits wide exactly", "cnnlang run wide --weights w.safetensors"
	wantText(t, fit, `
error[E0602]: the weights do not fit tiny: 5 of 5 tensors have another shape
   = of another shape in layer1.0: 5
       layer1.0.conv0.weight   file [128, 64, 1, 1]   net [64, 64, 1, 1]
       layer1.0.conv1.weight   file [128, 64, 1, 1]   net [64, 64, 1, 1]
       layer1.0.conv2.weight   file [128, 64, 1, 1]   net [64, 64, 1, 1]
       and 2 more
   = all 5 names match
   = the file is w.safetensors
   = the file fits wide exactly
help: cnnlang run wide --weights w.safetensors`)
}

func TestManyBlocksAreCounted(t *testing.T) {
	var required []string
	for stage := range 6 {
		for block := range 3 {
			required = append(required, fmt.Sprintf("layer%d.%d.conv.weight 1", stage, block))
		}
	}
	fit := fitError(t, params(required...), nil, params("layer0.0.conv.weight 1"))
	if len(fit.Missing) != 17 {
		t.Errorf("got %d missing, want all 17 listed", len(fit.Missing))
	}
	wantText(t, fit, `
error[E0601]: the weights do not fit tiny: 17 of 18 tensors are missing
   = missing in layer0: 2
       layer0.1.conv.weight   [1]
       layer0.2.conv.weight   [1]
   = missing in layer1: 3
       layer1.0.conv.weight   [1]
       layer1.1.conv.weight   [1]
       layer1.2.conv.weight   [1]
   = missing in layer2: 3
       layer2.0.conv.weight   [1]
       layer2.1.conv.weight   [1]
       layer2.2.conv.weight   [1]
   = missing in layer3: 3
       layer3.0.conv.weight   [1]
       layer3.1.conv.weight   [1]
       layer3.2.conv.weight   [1]
   = missing in 2 further blocks: 6
   = the file is w.safetensors`)
}

func TestPrefixInTheFile(t *testing.T) {
	fit := fitError(t, params("conv1.weight 1", "fc.weight 2,2", "fc.bias 3"), nil,
		params("module.conv1.weight 1", "module.fc.weight 2,2", "module.fc.bias 2", "module.bn.num_batches_tracked"))
	wantText(t, fit, `
error[E0601]: the weights do not fit tiny: the names differ by one rule
   = all names in the file begin with module.; without it they match; shapes that would still differ: 1
       module.conv1.weight   is wanted as conv1.weight
       module.fc.weight      is wanted as fc.weight
       module.fc.bias        is wanted as fc.bias
   = the file is w.safetensors
help: add --rename 'module.='`)
}

func TestRenamings(t *testing.T) {
	for name, c := range map[string]struct {
		required, optional, file []graph.Param
		want                     *Rename
	}{
		"model prefix": {params("a.weight 1", "b.weight 1"), nil, params("model.a.weight 1", "model.b.weight 1"),
			&Rename{Kind: "strip", From: "model."}},
		"two prefixes": {params("a.weight 1", "b.weight 1"), nil, params("model.module.a.weight 1", "model.module.b.weight 1"),
			&Rename{Kind: "strip", From: "model.module."}},
		"prefix with optional": {params("a.weight 1"), params("aux.weight 1"), params("model.a.weight 1", "model.aux.weight 1"),
			&Rename{Kind: "strip", From: "model."}},
		"prefix in the net": {params("features.0.weight 1", "features.1.weight 1"), nil, params("0.weight 1", "1.weight 1"),
			&Rename{Kind: "add", To: "features."}},
		"a part": {params("conv.weight 1", "l.0.downsample.weight 1", "l.1.downsample.weight 1"), nil,
			params("conv.weight 1", "l.0.shortcut.weight 1", "l.1.shortcut.weight 1"),
			&Rename{Kind: "replace", From: "shortcut", To: "downsample"}},
		"prefix on some": {params("a.weight 1", "b.weight 1"), nil, params("model.a.weight 1", "b.weight 1", "num_batches_tracked"),
			&Rename{Kind: "strip", From: "model.", Some: true}},
		"a counter without the prefix": {params("a.weight 1"), nil, params("model.a.weight 1", "x.num_batches_tracked"),
			&Rename{Kind: "strip", From: "model."}},
		"prefix on some only": {params("a.weight 1", "b.weight 1"), nil, params("model.a.weight 1", "b.weight 1", "c.weight 1"), nil},
		"prefix, one more":    {params("a.weight 1"), nil, params("model.a.weight 1", "model.b.weight 1"), nil},
		"prefix, one less":    {params("a.weight 1", "b.weight 1"), nil, params("model.a.weight 1"), nil},
		"two parts":           {params("a.x.weight 1", "b.y.weight 1"), nil, params("a.u.weight 1", "b.v.weight 1"), nil},
		"rule that collides":  {params("a.x.weight 1", "b.x.weight 1"), nil, params("a.y.weight 1", "b.x.weight 1", "b.y.weight 1"), nil},
		"no dot":              {params("b.weight 1"), nil, params("ab.weight 1", "x.weight 1"), nil},
		"one step of many":    {params("l.0.weight 1", "l.1.weight 1"), nil, params("l.0.weight 1", "l.2.weight 1"), nil},
	} {
		fit := fitError(t, c.required, c.optional, c.file)
		if diff := cmp.Diff(c.want, fit.Rename); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestIntegersAreNoWeights(t *testing.T) {
	s := open(t, tiny("tiny.safetensors"), Options{})
	entries := []Entry{{Name: "a.weight", DType: "I8", Shape: tensor.Shape{2}}, {Name: "b.weight", DType: "F16", Shape: tensor.Shape{}}}
	fit := compare(params("a.weight 2", "b.weight"), nil, entries, holds)
	fit.Net, fit.File = "tiny", filepath.Base(s.Path())
	wantText(t, fit, `
error[E0602]: the weights do not fit tiny: 1 of 2 tensors is not a float
   = not a float at the top: 1
       a.weight   file I8   want F32, F16, BF16 or F64
   = all 2 names match
   = the file is tiny.safetensors`)
}

func TestNamesFromTheFileAreMadeFitToPrint(t *testing.T) {
	fit := compare(params("a 1"), nil, []Entry{{Name: "a", DType: "F32", Shape: tensor.Shape{1}}, {Name: "\x1b[2J.x.y", DType: "F32"}}, holds)
	if text := fit.Error(); strings.Contains(text, "\x1b") || !strings.Contains(text, `"\x1b[2J.x.y"`) {
		t.Errorf("got %q", text)
	}
}

func TestFitErrorAsJSON(t *testing.T) {
	fit := fitError(t, params("a.weight 1"), nil, params("b.weight 1", "a.weight 2"))
	got, err := json.Marshal(fit)
	want := `{"net":"tiny","file":"w.safetensors","wanted":1,"unexpected":[{"name":"b.weight","dtype":"F32","shape":[1]}],"misshaped":[{"name":"a.weight","file":[2],"net":[1]}]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b       string
		most, want int
	}{
		{"", "", 5, 0}, {"abc", "abc", 5, 0}, {"kitten", "sitting", 9, 3}, {"conv1", "conv_1", 9, 1},
		{"", "abc", 9, 3}, {"abc", "", 9, 3}, {"abcd", "dcba", 9, 4}, {"kitten", "sitting", 3, 3}, {"kitten", "sitting", 2, 2},
		{"a", "a long name", 4, 4},
	} {
		if got := distance(c.a, c.b, c.most); got != c.want {
			t.Errorf("distance(%q, %q, %d): got %d, want %d", c.a, c.b, c.most, got, c.want)
		}
	}
}

// bound checks the store and takes the tensors that are required.
func bound(net string, required, optional []graph.Param, store Store) (map[string]tensor.Tensor, error) {
	if _, err := Check(net, "", required, optional, store); err != nil {
		return nil, err
	}
	tensors := map[string]tensor.Tensor{}
	for _, p := range required {
		t, err := Fetch(store, p)
		if err != nil {
			return nil, err
		}
		tensors[p.Path] = t
	}
	return tensors, nil
}

// The order of axes is told where sizes alone show it.
func TestAxesThatShapesShow(t *testing.T) {
	for _, c := range []struct{ file, net, want string }{
		{"5,3", "3,5", "[1 0]"},
		{"3,2,16,8", "8,16,3,2", "[3 2 0 1]"},
		{"1,1,3,8", "8,3,1,1", "[3 2 0 1]"},
		{"3,3,16,8", "8,16,3,3", "[]"},
		{"3,4", "3,5", "[]"},
		{"3,5,1", "5,3", "[]"},
	} {
		fit := fitError(t, params("x "+c.net), nil, params("x "+c.file))
		if got := fmt.Sprint(fit.Misshaped[0].Axes); got != c.want {
			t.Errorf("[%s] for [%s]: %s, want %s", c.file, c.net, got, c.want)
		}
	}
	fit := fitError(t, params("fc.weight 3,5"), nil, params("fc.weight 5,3"))
	wantText(t, fit, `
error[E0602]: the weights do not fit tiny: 1 of 1 tensors has another shape
   = of another shape at the top: 1
       fc.weight   file [5, 3]   net [3, 5]
   = all 1 names match
   = the file is w.safetensors
   = the axes of fc.weight may stand in another order; a map whose row ends in them reads it so: `+"`"+`"fc.weight" = "fc.weight" [1, 0]`+"`"+``)
}

package interp_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// A shaped is a tensor of a file of zeros.
type shaped struct {
	name  string
	shape []int
}

// zeros writes a safetensors file of zeros, which takes no room on the disk, with the
// tensors in this order.
func zeros(t *testing.T, tensors []shaped) string {
	t.Helper()
	var header strings.Builder
	end := int64(0)
	for i, x := range tensors {
		start := end
		size := int64(4)
		for _, n := range x.shape {
			size *= int64(n)
		}
		end += size
		name, _ := json.Marshal(x.name)
		shape, _ := json.Marshal(append([]int{}, x.shape...))
		fmt.Fprintf(&header, `%s%s:{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}`, strings.Repeat(",", min(i, 1)), name, shape, start, end)
	}
	text := "{" + header.String() + "}"
	path := filepath.Join(t.TempDir(), "zeros.safetensors")
	if err := os.WriteFile(path, append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 8+int64(len(text))+end); err != nil {
		t.Fatal(err)
	}
	return path
}

// ofNet lists the tensors of a net, by the names of a map if it is not "".
func ofNet(t *testing.T, n *interp.Net, names string) (list []shaped) {
	t.Helper()
	if names == "" {
		for _, p := range n.Graph.Params(false) {
			list = append(list, shaped{p.Path, p.Shape})
		}
		return list
	}
	tensors, err := n.Tensors(names)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tensors {
		list = append(list, shaped{x.Name, x.Shape})
	}
	return list
}

func libraryNet(t *testing.T, name string, set ...string) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Set: interp.Settings{Texts: set}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func nearest(t *testing.T, tensors []shaped, nets []*interp.Net) interp.Candidate {
	t.Helper()
	f, err := interp.WeightsFile(zeros(t, tensors)).Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := f.Against(t.Context(), nets)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// The net that a file is for is found in the library: by its own names, by those of a map, with
// another head.
func TestFilesFindTheirNets(t *testing.T) {
	library, err := interp.LibraryNets()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ net, set, names string }{
		{"resnext50_32x4d", "", ""},
		{"resnet34", "", ""},
		{"xception_keras", "", "keras"},
		{"squeezenet1_1", "classes=7", ""},
		{"resnet18", "classes=10", ""},
	} {
		var set []string
		if c.set != "" {
			set = []string{c.set}
		}
		n := libraryNet(t, c.net, set...)
		got := nearest(t, ofNet(t, n, c.names), library)
		if got.Net.Name != c.net || got.Set != c.set || got.Fit.Names != c.names || (got.Differs == nil) != (c.set == "") {
			t.Errorf("%s %s %s: got %s, --set %q, names %q, %v", c.net, c.set, c.names, got.Net.Name, got.Set, got.Fit.Names, got.Differs)
		}
		if got.Differs == nil && got.Fit.Tensors != len(n.Graph.Params(false)) {
			t.Errorf("%s: got %d tensors", c.net, got.Fit.Tensors)
		}
	}
}

// Where the structure is that of a net, and only names differ, the rows that are offered make
// the file fit.
func TestRenamesMakeAFileFit(t *testing.T) {
	for _, c := range []struct {
		net    string
		rename *strings.Replacer
		rows   int
	}{
		{"resnet18", strings.NewReplacer("layer", "stage", "conv1", "first", "downsample.0", "shortcut.conv"), 0},
		{"resnet18", strings.NewReplacer("layer", "stage"), 4},
		{"squeezenet1_1", strings.NewReplacer("features", "body", "weight", "w", "bias", "b"), 0},
		{"mobilenet_v2", strings.NewReplacer(".", "_", "features.1.", "", "running_mean", "average"), 0},
	} {
		n := libraryNet(t, c.net)
		tensors := ofNet(t, n, "")
		for i := range tensors {
			tensors[i].name = c.rename.Replace(tensors[i].name)
		}
		got := nearest(t, tensors, []*interp.Net{n})
		if got.Renames == nil || c.rows > 0 && len(got.Renames) != c.rows {
			t.Errorf("%s: got %d rows for %v", c.net, len(got.Renames), got.Differs.Title())
			continue
		}
		var text strings.Builder
		fmt.Fprintf(&text, "import nets.%s { %s }\nnet mine = %[2]s {\n  names other {\n", fileOf(t, c.net), c.net)
		for _, r := range got.Renames {
			fmt.Fprintf(&text, "%q = %q\n", r.Here, r.There)
		}
		text.WriteString("  }\n}\n")
		p, err := interp.Read("mine.cnn", strings.NewReader(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		mine, err := p.Net(interp.Options{Net: "mine"})
		if err != nil {
			t.Fatalf("%v\n%s", err, text.String())
		}
		if fit, err := mine.Fit(interp.WeightsFile(zeros(t, tensors))); err != nil || fit.Names != "other" {
			t.Errorf("%s: got %+v, %v", c.net, fit, err)
		}
	}
}

// fileOf is the package that declares a net of the library.
func fileOf(t *testing.T, net string) string {
	p, err := interp.Open(net)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(filepath.Base(p.Main.Name()), ".cnn")
}

// Of nets with the same tensors that one is nearest whose settings the file says.
func TestSettingsDecideAmongNets(t *testing.T) {
	p, err := interp.Read("n.cnn", strings.NewReader(`block body(eps, stride = 2) [N, 3, H, W] -> [N, 5] {
		conv1: conv(4, 3x3, stride=stride, pad=1, bias=false) -> bn1: bn(eps) -> relu
		maxpool(3x3, stride=2, ceil=true) -> dw: conv(8, 3x3, pad=1, groups=4) -> relu -> flatten -> fc: linear(5)
	}
	net a [N, 3, H = 14, W = 14] -> [N, 5] { "": body(1e-5) }
	net b [N, 3, H = 7, W = 7] -> [N, 5] { "": body(1e-5, stride=1) }
	net c [N, 3, H = 14, W = 14] -> [N, 5] { "": body(0.001) }
	`))
	if err != nil {
		t.Fatal(err)
	}
	nets, _, err := p.Check(interp.Options{})
	if err != nil || len(nets) != 3 {
		t.Fatal(len(nets), err)
	}
	f, err := interp.WeightsFile("../testdata/weights/same/same.onnx").Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := f.Against(t.Context(), nets)
	var order []string
	for _, c := range list {
		order = append(order, fmt.Sprint(c.Net.Name, len(c.Fit.Differences)))
	}
	if err != nil || !slices.Equal(order, []string{"c0", "a1", "b2"}) {
		t.Errorf("%q, %v", order, err)
	}
}

// What agrees only in part is not renamed.
func TestOtherStructuresAreNotRenamed(t *testing.T) {
	n := libraryNet(t, "resnet18")
	tensors := ofNet(t, n, "")
	for i := range tensors {
		tensors[i].name = "x" + tensors[i].name
	}
	tensors[0].shape = []int{64, 3, 7, 5}
	if got := nearest(t, tensors, []*interp.Net{n}); got.Renames != nil || got.Differs == nil {
		t.Errorf("got %v", got.Renames)
	}
}

// Of a file that says its layers and axes the rows have the names of layers, and the axes are
// turned.
func TestRenamesOfLayersMakeAFileFit(t *testing.T) {
	for _, name := range []string{"keras/model.h5", "tfjs/float32.json"} {
		file := interp.WeightsFile(filepath.Join("../testdata/weights", name))
		f, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text, err := f.Skeleton()
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(text, "\nnet ")
		body = regexp.MustCompile(`(\w+)("?: +[a-z])`).ReplaceAllString(body, "${1}_other${2}")
		net := func(rows string) *interp.Net {
			body := strings.Replace(body, "{\n", "{\n"+rows, 1)
			p, err := interp.Read("mine.cnn", strings.NewReader(head+"\nnet "+body))
			if err != nil {
				t.Fatal(err)
			}
			n, err := p.Net(interp.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, body)
			}
			return n
		}
		found, err := f.Against(t.Context(), []*interp.Net{net("")})
		if err != nil {
			t.Fatal(err)
		}
		rows := "names other {\n"
		for _, r := range found[0].Renames {
			rows += fmt.Sprintf("%q = %q\n", r.Here, r.There)
		}
		if len(found[0].Renames) == 0 {
			t.Errorf("%s: no rows, %v", name, found[0].Differs)
			continue
		}
		if fit, err := net(rows + "}\n").Fit(file); err != nil || fit.Names != "other" {
			t.Errorf("%s: got %+v, %v\n%s", name, fit, err, rows)
		}
	}
}

// A name that would not stand in a text as one line is in no map, whatever a file calls itself.
func TestNoMapOfNamesThatAreNoText(t *testing.T) {
	n := readNet(t, "net n [N, 3, H = 4, W = 4] -> [N, 4, H, W] { a: conv(2, 1x1) -> b: conv(4, 1x1) }")
	for name, mapped := range map[string]bool{"c": true, "c\"}\nnet evil": false, "c\x1b[2J": false, "c\td": false, "c\u202e": false, "c {d}": true} {
		file, err := interp.WeightsFile(zeros(t, []shaped{{name + ".weight", []int{2, 3, 1, 1}}, {name + ".bias", []int{2}}, {"other.weight", []int{4, 2, 1, 1}}, {"other.bias", []int{4}}})).Open()
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		found, err := file.Against(t.Context(), []*interp.Net{n})
		if err != nil || (found[0].Renames != nil) != mapped || !mapped && found[0].Fits() {
			t.Errorf("%q: %v, %v", name, found[0].Renames, err)
		}
	}
}

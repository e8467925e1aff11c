package interp_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/dim"
)

// A listing is a published file of weights that a net of the library lists.
type listing struct {
	net *interp.Net
	interp.Checkpoint
}

// listings are those of all nets, by their files.
var listings = sync.OnceValues(func() (map[string]listing, error) {
	all := map[string]listing{}
	for _, name := range interp.Library() {
		p, err := interp.Open(name)
		if err != nil {
			return nil, err
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			return nil, err
		}
		for _, c := range n.Meta.Weights {
			all[c.File] = listing{n, c}
		}
	}
	return all, nil
})

func allListings(t *testing.T) map[string]listing {
	t.Helper()
	all, err := listings()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// unlisted are files of torchvision that no net lists, and why.
var unlisted = map[string]string{
	"vgg16_features-amdegroot-88682ab5.pth": "it has no numbers for the classifier",
}

// renamed has the names of files whose hashes torchvision 0.15 put right.
var renamed = map[string]string{
	"efficientnet_b0_rwightman-3dd342df.pth": "efficientnet_b0_rwightman-7f5810bc.pth",
	"efficientnet_b1_rwightman-533bc792.pth": "efficientnet_b1_rwightman-bac287d4.pth",
	"efficientnet_b2_rwightman-bcdf34b7.pth": "efficientnet_b2_rwightman-c35c1473.pth",
	"efficientnet_b3_rwightman-cf984f9c.pth": "efficientnet_b3_rwightman-b3899882.pth",
	"efficientnet_b4_rwightman-7eb33cd5.pth": "efficientnet_b4_rwightman-23ab8bcd.pth",
	"efficientnet_b5_lukemelas-b6417697.pth": "efficientnet_b5_lukemelas-1a07897c.pth",
	"efficientnet_b6_lukemelas-c76e70fd.pth": "efficientnet_b6_lukemelas-24a108a5.pth",
	"efficientnet_b7_lukemelas-dcc49843.pth": "efficientnet_b7_lukemelas-c5b4e57e.pth",
}

// A net of torchvision's name lists each file of weights that torchvision publishes for it, with its hash, what
// pictures it is for, and how good it is; testdata/reference/published.csv is what torchvision says of them.
func TestFilesOfTorchvisionAreListed(t *testing.T) {
	file, err := os.Open(referenceFolder + "/published.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := allListings(t)
	for _, row := range rows[1:] {
		name, file := row[0], row[2]
		if later := renamed[file]; later != "" {
			file = later
		}
		switch got, ok := all[file]; {
		case ok == (unlisted[file] != ""):
			t.Errorf("%s: listed is %t, and the reason why not %q", file, ok, unlisted[file])
		case ok:
			if got.net.Name != name && !strings.HasPrefix(got.net.Name, name+"_") {
				t.Errorf("%s is listed by %s, want %s", file, got.net.Name, name)
			}
			checkListing(t, got, row[3:])
			checkName(t, row[1], got)
			if model, _, _ := strings.Cut(row[1], "."); row[10] != "" {
				checkName(t, model+".DEFAULT", got)
			}
		}
	}
}

// checkName has a name of torchvision's mean a net with this file.
func checkName(t *testing.T, name string, want listing) {
	t.Helper()
	if n, files := meant(t, name); n.Name != want.net.Name || len(files) != 1 || files[0] != want.File {
		t.Errorf("%s is %s with %q, want %s with %s", name, n.Name, files, want.net.Name, want.File)
	}
}

// checkListing compares with parameters, resize, crop, interpolation, mean, deviation and top-1.
func checkListing(t *testing.T, got listing, want []string) {
	t.Helper()
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	list := func(text string) (list []float64) {
		for _, field := range strings.Fields(text) {
			list = append(list, number(field))
		}
		return list
	}
	main, all := got.net.Main.Params, got.net.Main.Params.Add(got.net.Sides.Params)
	params := dim.Int(int(number(want[0])))
	if main != params && all != params {
		t.Errorf("%s is of %v or %v parameters, want %s", got.File, main, all, want[0])
	}
	if each := float64(got.Bytes) / all.Float(); (each < 4 || each > 4.2) && (each < 2 || each > 2.1) {
		t.Errorf("%s has %d bytes, %.3f for each parameter, want four or two", got.File, got.Bytes, each)
	}
	p := got.net.Meta.Prepare
	if got.Prepare != nil {
		p = *got.Prepare
	}
	resize, crop := int(number(want[1])), int(number(want[2]))
	if p.Resize != [2]int{resize, resize} || p.At != [2]int{crop, crop} || p.Fit != "short" || p.Interpolation != want[3] || p.Scale != 1 || p.Order != "rgb" {
		t.Errorf("%s is for %+v, want %v", got.File, p, want)
	}
	if same := slices.Equal(each(p.Mean, 0), list(want[4])) && slices.Equal(each(p.Std, 1), list(want[5])); same == (otherPreprocessing[got.net.Name] != "") {
		t.Errorf("%s is for mean %v and deviation %v, want %s and %s", got.File, p.Mean, p.Std, want[4], want[5])
	}
	if got.Top1 != number(want[6]) || !strings.HasSuffix(got.File, "-"+got.SHA256+".pth") {
		t.Errorf("%s: %v %% and hash %s, want %s %%", got.File, got.Top1, got.SHA256, want[6])
	}
}

// dottedName is torchvision's own rule for its files of DenseNets, which were made when the layers of a dense block
// had modules such as norm.1 (torchvision/models/densenet.py, _load_state_dict).
var dottedName = regexp.MustCompile(`^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$`)

func TestDottedNamesOfDenseNets(t *testing.T) {
	for net, layers := range map[string]int{"densenet121": 58, "densenet161": 78, "densenet169": 82, "densenet201": 98} {
		n := openNet(t, net, interp.Options{})
		if w := n.Meta.Weights; len(w) != 1 || w[0].Map != "dotted" {
			t.Errorf("%s: got the files %+v, want one that is read by `dotted`", net, w)
		}
		tensors, err := n.Tensors("dotted")
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		for _, x := range tensors {
			name := dottedName.ReplaceAllString(x.Name, "$1$2")
			if name != x.Own.Path {
				t.Errorf("%s is called %s, which is %s", x.Own.Path, x.Name, name)
			}
			if name != x.Name {
				changed++
			}
		}
		if want := layers * 10; changed != want { // two convolutions, and two normalisations of four tensors
			t.Errorf("%s: %d tensors have dotted names, want %d", net, changed, want)
		}
	}
}

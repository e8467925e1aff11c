package interp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/prove"
	"cnnlang/interp/internal/repair"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// patient are limits that a busy machine does not reach.
var patient = repair.Limits{Errors: 50, Work: 30_000_000, Time: 20 * time.Second, Attempts: 150, Offers: 3}

// Each program has one mistake. It is reported with its code, and the repairs include the
// one that a person would make: a line of the text and what it becomes.
var mistakes = []struct {
	name, code, text string
	before, after    string
}{
	{"padding forgotten", "E0401", `
block unit(c: int) [N, C, H, W] -> [N, c + C, H, W] {
  concat {
    | conv(c, 3x3) -> bn -> relu
    | id
  }
}`, "conv(c, 3x3)", "conv(c, 3x3, pad=1)"},
	{"padding too small", "E0401", `
net n [N, 3, H = 32, W = 32] -> [N, 40, H, W] {
  conv(16, 3x3, pad=1)
  concat {
    | conv(8, 1x1)
    | conv(16, 5x5, pad=1)
    | conv(16, 3x3, pad=1)
  }
}`, "5x5, pad=1", "5x5, pad=2"},
	{"padding where there is none", "E0401", `
net n [N, 3, H = 35, W = 35] -> [N, 24, _, _] {
  concat {
    | conv(8, 3x3, stride=2)
    | conv(16, 3x3, stride=2, pad=1)
  }
}`, ", pad=1", ""},
	{"stride on one branch", "E0401", `
block down(c: int) [N, C, H, W] -> [N, c, ceil(H/2), ceil(W/2)] {
  add {
    | conv1: conv(c, 3x3, stride=2, pad=1, bias=false) -> bn1: bn
    | shortcut: conv(c, 1x1, bias=false)
  }
}
net n [N, 3, H = 32, W = 32] -> [N, 8, _, _] { down(8) }`, "1x1, bias=false", "1x1, bias=false, stride=2"},
	{"projection forgotten", "E0401", `
block bottleneck(c: int, stride = 1) [N, C, H, W] -> [N, 4*c, ceil(H/stride), ceil(W/stride)] where stride >= 1 {
  add {
    | conv1: conv(c, 1x1, bias=false) -> bn1: bn -> relu
      conv2: conv(c, 3x3, stride=stride, pad=1, bias=false) -> bn2: bn -> relu
      conv3: conv(4*c, 1x1, bias=false) -> bn3: bn
    | id
  }
  relu
}
net n(classes = 10) [N, 3, H = 64, W = 64] -> [N, classes] {
  conv1: conv(64, 7x7, stride=2, pad=3)
  layer1: { bottleneck(64) -> bottleneck(64) }
  layer2: { bottleneck(128, stride=2) -> bottleneck(128) }
  gap -> flatten -> fc: linear(classes)
}`, "| id", "| if stride != 1 or C != 4*c { downsample: { conv(4*c, 1x1, stride=stride, bias=false) -> bn } }"},
	{"projection forgotten in a net, whose claim is about something else", "E0401", `
net n(classes = 10) [N, 3, H = 64, W = 64] -> [N, classes] {
  stem: { conv(32, 3x3, stride=2, pad=1, bias=false) -> bn -> relu }
  down: add { | id | conv(64, 3x3, stride=2, pad=1) }
  gap -> flatten -> fc: linear(classes)
}`, "| id |", "| downsample: { conv(64, 1x1, stride=2, bias=false) -> bn } |"},
	{"half a condition", "E0503", `
block basic(c: int, stride = 1) [N, C, H, W] -> [N, c, ceil(H/stride), ceil(W/stride)] where stride >= 1 {
  add {
    | conv1: conv(c, 3x3, stride=stride, pad=1, bias=false) -> bn1: bn
    | if stride != 1 { conv(c, 1x1, stride=stride, bias=false) -> bn }
  }
}`, "if stride != 1 {", "if stride != 1 or C != c {"},
	{"Inception-ResNet-v2's 1154 against 1152", "E0401", `
block block17 [N, C, H, W] -> [N, C, H, W] {
  add {
    | concat {
        | conv(192, 1x1)
        | conv(128, 1x1) -> conv(160, 1x7, pad=half) -> conv(192, 7x1, pad=half)
      }
      up: conv(1154, 1x1)
    | id
  }
}
net n [N, 1152, H = 17, W = 17] -> [N, 1152, H, W] { block17 }`, "conv(1154, 1x1)", "conv(C, 1x1)"},
	{"width copied from another stage", "E0401", `
net n [N, 3, H = 32, W = 32] -> [N, 64, H, W] {
  stem: conv(64, 3x3, pad=1) as x
  add {
    | @x
    | a: conv(32, 1x1) -> b: conv(46, 3x3, pad=1)
  }
}`, "conv(46", "conv(64"},
	{"kernel on its side", "E0401", `
net n [N, 8, H = 17, W = 17] -> [N, 24, H, W] {
  concat {
    | conv(8, 1x1)
    | conv(8, 1x7, pad=half) -> conv(16, 1x7, pad=[3, 0])
  }
}`, "conv(16, 1x7", "conv(16, 7x1"},
	{"the order of arguments of another framework", "E0403", `
net n [N, 3, H = 32, W = 32] -> [N, 10] {
  conv(3, 64, 3, 1, 1) -> relu
  gap -> flatten -> fc: linear(10)
}`, "conv(3, 64, 3, 1, 1)", "conv(64, 3, 1, 1)"},
	{"channels last", "E0501", `
net n [N, 224, 224, 3] -> [N, 222, 222, 64] { conv(64, 3x3) -> relu }`,
		"[N, 224, 224, 3] -> [N, 222, 222, 64]", "[N, 3, 224, 224] -> [N, 64, 222, 222]"},
	{"channels last, before a pool", "E0403", `
net n [N, H = 224, W = 224, 3] -> [N, 10] {
  conv(64, 3x3) -> maxpool(2) -> gap -> flatten -> fc: linear(10)
}`, "[N, H = 224, W = 224, 3]", "[N, 3, H = 224, W = 224]"},
	{"an image without its batch", "E0402", `
net n [3, 224, 224] -> [10] { conv(64, 3x3) -> gap -> flatten -> fc: linear(10) }`,
		"[3, 224, 224] -> [10]", "[N, 3, 224, 224] -> [N, 10]"},
	{"a pool too many", "E0403", `
net n [N, 3, H = 4, W = 4] -> [N, 3, _, _] {
  maxpool(2) -> maxpool(2) -> maxpool(2)
}`, "maxpool(2) -> maxpool(2) -> maxpool(2)", "maxpool(2) -> maxpool(2)"},
	{"an image where vectors are wanted", "E0501", `
net n [N, 3, H = 32, W = 32] -> [N, 10] {
  conv(64, 3x3) -> relu -> fc: linear(10)
}`, "fc: linear(10)", "gap -> flatten -> fc: linear(10)"},
	{"window larger than the map", "E0403", `
net n(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  conv(16, 3x3, stride=8, pad=1)
  avgpool(7x7) -> flatten -> linear(classes)
}`, "avgpool(7x7)", "gap"},
	{"groups that do not divide", "E0404", `
net n [N, 3, H = 32, W = 32] -> [N, 48, H, W] {
  conv(48, 3x3, pad=1)
  conv(48, 3x3, pad=1, groups=32)
}`, "groups=32", "groups=16"},
	{"an input of other channels", "E0405", `
block head [N, 64, H, W] -> [N, 10, 1, 1] { conv(10, 1x1) -> gap }
net n [N, 3, H = 32, W = 32] -> [N, 10, 1, 1] {
  conv(46, 3x3)
  head
}`, "conv(46", "conv(64"},
	{"a claim that is not so", "E0501", `
block valid(c: int) [N, C, H, W] -> [N, c, H, W - 2] where H >= 3, W >= 3 { conv(c, 3x3) }`,
		"[N, c, H, W - 2]", "[N, c, H - 2, W - 2]"},
	{"a claim of a net", "E0501", `
net n [N, 3, H = 32, W = 32] -> [N, 16, H, W] { conv(16, 3x3, pad=1, stride=2) }`, ", stride=2", ""},
	{"a stated shape that other arguments give", "E0505", `
net n [N, 3, H = 32, W = 32] -> [N, 16, _, _] {
  conv(16, 3x3, stride=2, pad=1) is [N, 16, 15, 15]
}`, ", pad=1", ""},
	{"a stated shape that nothing else gives", "E0505", `
net n [N, 3, H = 32, W = 32] -> [N, 16, _, _] {
  conv(16, 3x3, stride=2, pad=1) is [N, 16, 7, 7]
}`, "is [N, 16, 7, 7]", "is [N, 16, 16, 16]"},
	{"vectors of an image", "E0501", `
net n(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  conv(16, 3x3) -> gap -> linear(classes)
}`, "gap -> linear", "gap -> flatten -> linear"},
	{"an even kernel with half", "E0503", `
block same(c: int, k: int) [N, C, H, W] -> [N, c, H, W] where k >= 1 {
  conv(c, [k, k], pad=half)
}`, "where k >= 1", "where k >= 1, k % 2 == 1"},
	{"a U-Net for some sizes", "E0503", `
block level(c: int) [N, C, H, W] -> [N, C + c, H, W] where H >= 2, W >= 2 {
  concat {
    | id
    | maxpool(2x2, stride=2) -> conv(c, 3x3, pad=1) -> deconv(c, 2x2, stride=2)
  }
}`, "where H >= 2, W >= 2", "where H >= 2, W >= 2, H % 2 == 0, W % 2 == 0"},
}

// Adding what was forgotten comes before changing what was written, that before adding a
// step, and claims about the result are not changed if anything else works, with one
// mistake or several.
func TestRepairsKeepWhatIsStated(t *testing.T) {
	const padding = `net n(classes = 10) [N, 3, H = 224, W = 224] -> [N, classes] {
  conv(64, 7x7, stride=2, pad=3)
  maxpool(3x3, stride=2) is [N, 64, 56, 56]
  gap -> flatten -> linear(classes)
}
`
	both := strings.Replace(padding, "linear(classes)", "linear(1000)", 1)
	two := both + strings.NewReplacer("net n", "net m", " is [N, 64, 56, 56]", "").Replace(both)
	for _, text := range []string{padding, both, two} {
		p, list := examine(t, text, patient)
		fixed, _ := p.Fixed(list)
		want := strings.NewReplacer("stride=2) is", "stride=2, pad=1) is", "linear(1000)", "linear(classes)").Replace(text)
		if fixed != want {
			t.Errorf("got %s\nfor %s", fixed, text)
		}
		for _, d := range list {
			for _, r := range d.Repairs {
				for _, e := range r.Edits {
					if !strings.Contains(e.Text, "pad=") && e.Text != "classes" {
						t.Errorf("%s: puts %q in place of what is stated", r.What, e.Text)
					}
				}
			}
		}
	}
}

// For these no edit is likelier than another, or none is right.
var beyondRepair = map[string]string{
	"a fraction of a stride": `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  conv(64, 3x3, stride=0.5, pad=1) -> gap -> flatten -> linear(10)
}`,
	"a ratio that does not divide": `block squeeze(c: int) [N, C, H, W] -> [N, C, H, W] {
  mul { | id | gap -> conv(c/16, 1x1) -> relu -> conv(C, 1x1) -> sigmoid }
}
net n [N, 3, H = 32, W = 32] -> [N, 24, H, W] { conv(24, 3x3, pad=1) -> squeeze(24) }`,
	"a gate without all that it scales": `net n [N, 3, H = 32, W = 32] -> [N, 10] {
  conv(8, 3x3, pad=1) as x
  mul { | gap | @x -> conv(1, 7x7, pad=3) -> sigmoid }
  gap -> flatten -> linear(10)
}`,
	"a mask that is added": `net n [N, 3, H = 32, W = 32] -> [N, 8, H, W] {
  conv(8, 3x3, pad=1)
  add { | id | conv(1, 1x1) }
}`,
}

func TestNoRepairIsBetter(t *testing.T) {
	for name, text := range beyondRepair {
		t.Run(name, func(t *testing.T) {
			_, list := examine(t, text, patient)
			if !list.HasErrors() {
				t.Error("nothing is wrong")
			}
			for _, d := range list {
				for _, r := range d.Repairs {
					cured, _ := diag.Apply(text, r.Edits)
					t.Errorf("%v: %s:\n%s", d, r.What, cured)
				}
			}
		})
	}
}

// examine opens a text, checks and proves it and searches for repairs.
func examine(t testing.TB, text string, limits repair.Limits) (*interp.Program, diag.List) {
	t.Helper()
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := p.Check(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	verdicts, more := p.Prove(prove.New(), "", list)
	list.AddAll(more)
	p.Repair("", list, verdicts, limits)
	return p, list
}

func errorsOf(list diag.List) (errors diag.List) {
	for _, d := range list {
		if d.Severity == diag.Error {
			errors = append(errors, d)
		}
	}
	return errors
}

func TestRepairsOfCommonMistakes(t *testing.T) {
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			_, list := examine(t, c.text, patient)
			errors := errorsOf(list)
			if len(errors) != 1 || string(errors[0].Code) != c.code {
				t.Fatalf("found %v, want one %s", errors, c.code)
			}
			repairs := errors[0].Repairs
			var offered []string
			for _, r := range repairs {
				text, ok := diag.Apply(c.text, r.Edits)
				if !ok {
					t.Fatalf("%s: the edits overlap", r.What)
				}
				offered = append(offered, text)
				if _, again := examine(t, text, repair.Limits{}); again.HasErrors() {
					t.Errorf("%s: there still is %v\n%s", r.What, again, text)
				}
			}
			want := strings.Replace(c.text, c.before, c.after, 1)
			if !slices.Contains(offered, want) {
				t.Errorf("not offered: %s; but %d others:", c.after, len(offered))
				for i, o := range offered {
					t.Errorf("%s:%s", repairs[i].What, o)
				}
			}
		})
	}
}

// Every repair offered for a wrong program of the corpus cures it, and the search is
// limited by the work that it counts.
func TestRepairsOfWrongPrograms(t *testing.T) {
	limits := repair.Usual
	limits.Time = time.Hour
	offered, errors := 0, 0
	for _, file := range checkFiles(t) {
		for _, c := range langtest.Chunks(t, file) {
			text := expectation.ReplaceAllString(c.Text, "")
			var list diag.List
			took := allocated(func() { _, list = examine(t, text, limits) })
			if took > 512<<20 {
				t.Errorf("%s:%d: allocated %d bytes", file, c.Line, took)
			}
			var all []diag.Edit
			for _, d := range errorsOf(list) {
				errors++
				for i, r := range d.Repairs {
					offered++
					if i == 0 {
						all = append(all, r.Edits...)
					}
				}
			}
			if len(all) == 0 {
				continue
			}
			cured, ok := diag.Apply(text, all)
			if _, after := examine(t, cured, repair.Limits{}); !ok || after.HasErrors() {
				t.Errorf("%s:%d: with the first repairs there still is %v:\n%s", file, c.Line, after, cured)
			}
		}
	}
	t.Logf("%d repairs for %d errors", offered, errors)
	if offered < 10 {
		t.Errorf("only %d repairs for %d errors", offered, errors)
	}
}

// Several mistakes have one repair each, and together these cure the program; if one
// mistake has none, the others have none either.
func TestRepairsOfSeveralMistakes(t *testing.T) {
	const text = `block one(c: int) [N, C, H, W] -> [N, c + C, H, W] {
  concat {
    | conv(c, 3x3)
    | id
  }
}
block two [N, C, H, W] -> [N, C, H, W] {
  add {
    | conv(7, 1x1)
    | id
  }
}
net n [N, 3, H = 8, W = 8] -> [N, 11, H, W] { a: one(8) -> b: two }
net m [N, 3, H = 8, W = 8] -> [N, 5, H, W] { conv(5, 5x5, pad=1) }
`
	p, list := examine(t, text, patient)
	errors := errorsOf(list)
	if len(errors) != 3 {
		t.Fatalf("found %v", errors)
	}
	for _, d := range errors {
		if len(d.Repairs) != 1 {
			t.Errorf("%v has %d repairs", d, len(d.Repairs))
		}
	}
	want := strings.NewReplacer("3x3)", "3x3, pad=1)", "conv(7", "conv(C", "pad=1)", "pad=2)").Replace(text)
	if fixed, made := p.Fixed(list); fixed != want || len(made) != 3 {
		t.Errorf("got %d repairs and\n%s", len(made), fixed)
	}
	_, list = examine(t, text+"net k [N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n  relu\n  expect params == 1\n}\n", patient)
	for _, d := range list {
		if len(d.Repairs) > 0 {
			t.Errorf("%v has repairs, though the program cannot be cured", d)
		}
	}
}

// The repair of one file leaves the files it imports alone, and they are read from their
// own places.
func TestRepairsBesideImports(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{
		"sub/blocks.cnn": "block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) }\n",
		"my.cnn":         "import \"./sub/blocks.cnn\" { unit }\nnet n [N, 3, H = 8, W = 8] -> [N, 4, H, W] {\n  concat {\n    | unit(4)\n    | conv(1, 3x3)\n  }\n}\n",
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	p, list := check(t, strings.Replace(files["my.cnn"], "[N, 4, H, W]", "[N, 5, H, W]", 1), interp.Options{})
	p.Repair("", list, nil, patient)
	fixed, made := p.Fixed(list)
	if len(made) != 1 || !strings.Contains(fixed, "conv(1, 3x3, pad=1)") {
		t.Errorf("got %v and\n%s", list, fixed)
	}
	if text, err := os.ReadFile("sub/blocks.cnn"); err != nil || string(text) != files["sub/blocks.cnn"] {
		t.Errorf("the imported file has become %q (%v)", text, err)
	}
	library, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := library.Revise(""); err != interp.ErrLibrary {
		t.Errorf("a net of the library can be revised: %v", err)
	}
}

// Mistakes that appear one after another, two of them on one line, are repaired together;
// the repair of the visible one describes them all.
func TestRepairsOfHiddenMistakesOnOneLine(t *testing.T) {
	const text = `net n [N, 3, H = 32, W = 32] -> [N, 64, _, _] {
  conv(64, 3, pad=1) -> relu -> maxpool(2) -> add { | conv(32, 1) | id }
  conv(64, 3) -> conv(96, 1, groups=5) -> add { | conv(96, 3) | id }
  conv(64, 1)
}
`
	p, list := examine(t, text, patient)
	fixed, made := p.Fixed(list)
	want := strings.NewReplacer("conv(32", "conv(64", "groups=5", "groups=4", "conv(96, 3)", "conv(96, 3, pad=1)").Replace(text)
	if len(made) != 1 || fixed != want {
		t.Errorf("got %d repairs and\n%s", len(made), fixed)
	}
}

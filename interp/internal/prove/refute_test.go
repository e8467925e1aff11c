package prove

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cnnlang/lang"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/stdlib"
)

// verdictOn proves the last block of a text.
func verdictOn(t *testing.T, text string) *Verdict {
	t.Helper()
	return New().Block(lastBlock(t, text))
}

func lastBlock(t *testing.T, text string) *resolve.Object {
	t.Helper()
	blocks := blocksOf(t, text)
	return blocks[len(blocks)-1]
}

func blocksOf(t *testing.T, text string) []*resolve.Object {
	t.Helper()
	files := fstest.MapFS{"t.cnn": {Data: []byte(text)}}
	p, list, err := lang.Load(files, "t.cnn", "", lang.NewLibrary(stdlib.FS))
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	return p.Main.Blocks()
}

// Mistakes that were made in earnest, each with the value that betrays it. The
// counterexample has been applied at known sizes, and failed, before it is
// reported.
func TestWrongBlocksAreRefuted(t *testing.T) {
	for _, test := range []struct{ name, text, betrays string }{
		{"a kernel that may be even", `
block inception(c1: int, c5: int, k5 = 3) [N, C, H, W] -> [N, c1 + c5, H, W] {
  concat { | conv(c1, 1x1) | conv(c5, [k5, k5], pad=k5//2) }
}`, "k5 = 2"},
		{"a size that is given to a net that is called", `
net unit [N, C = 3, H = 8, W = 8] -> [N, 4, H, W] { conv(4, 1x1) }
block around(x: int) [N, C, H, W] -> [N, 4, H, W] { relu -> unit(C=x) }`, "x = "},
		{"a padding that fits one kernel only", `
block sepconv(c: int, k: dims) [N, C, H, W] -> [N, c, H, W] {
  conv(C, k, pad=1, groups=C) -> conv(c, 1x1)
}`, "k = 1x1"},
		{"a repeat that may be empty", `
block xception_block(c: int, reps: int) [N, C, H, W] -> [N, c, H, W] {
  add { | repeat reps { conv(c, 3x3, pad=1) } | if C != c { conv(c, 1x1) } }
}`, "reps = 0"},
		{"a U-Net for sizes that do not halve", `
net unet(classes = 2) [N, 3, H = 256, W = 256] -> [N, classes, H, W] {
  conv(8, 3x3, pad=1) as e -> maxpool(2x2, stride=2) -> deconv(8, 2x2, stride=2)
  concat { | @e | id } -> conv(classes, 1x1)
}`, "H = "},
		{"GoogLeNet's last map is not ceil(H/32)", `
net googlenet [N, 3, H = 224, W = 224] -> [N, 64, ceil(H/32), ceil(W/32)] where H >= 15, W >= 15 {
  conv(64, 7x7, stride=2, pad=3)
  repeat 4 maxpool(3x3, stride=2, ceil=true)
}`, "H = "},
		{"1154 channels added to 1152 (CNTK's Inception-ResNet-v2)", `
block inceptionResNetB1 [N, 1152, H, W] -> [N, 1152, H, W] {
  add { | id | conv(1154, 1x1) }
}`, ""},
		{"a width that the reduction does not divide", `
block gate(reduction = 16) [N, C, H, W] -> [N, C, H, W] where C >= reduction, reduction >= 1 {
  mul { | id | gap -> conv(C // reduction, 1x1) -> conv(C // reduction * reduction, 1x1) }
}`, "C = "},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verdictOn(t, test.text)
			if v.Status != Refuted || v.Counterexample == nil || v.Problem == nil {
				t.Fatalf("got %s (%s), want refuted", v.Status, v.Reason)
			}
			if at := v.Counterexample.String(); !strings.Contains(at, test.betrays) {
				t.Errorf("counterexample %q does not say %q", at, test.betrays)
			}
			if v.Counterexample.Problem == nil {
				t.Error("the counterexample was not confirmed")
			}
		})
	}
}

// A requirement that no where states is listed, not reported.
func TestRequirementsAreInferred(t *testing.T) {
	v := verdictOn(t, `
block grouped(c: int, groups = 1) [N, C, H, W] -> [N, c, H-2, W-2] { conv(c, 3x3, groups=groups) }`)
	if v.Status != Proved {
		t.Fatalf("got %s (%s), want proved", v.Status, v.Reason)
	}
	var got []string
	for _, r := range v.Contract().Requires {
		got = append(got, r.Text)
	}
	for _, w := range []string{"c >= 1", "groups >= 1", "C % groups == 0", "c % groups == 0", "H >= 3", "W >= 3"} {
		if !slices.Contains(got, w) {
			t.Errorf("requirement %q is not inferred; got %q", w, got)
		}
	}
}

// What a called block requires is about its own axes, also where a number stands for one.
func TestRequirementsOfACalledBlock(t *testing.T) {
	v := verdictOn(t, `
block inner [N, 8, H, W] -> [N, 8, H-4, W-6] { conv(8, 5x7) }
block outer [N, 8, H, W] -> [N, 8, _, _] { inner }`)
	if want := []Clause{{Text: "H >= 5"}, {Text: "W >= 7"}}; !slices.Equal(v.Contract().Requires, want) {
		t.Errorf("got %v, want %v", v.Contract().Requires, want)
	}
}

func TestContractOfASeparableConvolution(t *testing.T) {
	v := verdictOn(t, `
block sepconv(c: int) [N, C, H, W] -> [N, c, _, _] {
  conv1: conv(C, 3x3, pad=1, groups=C, bias=false)
  pointwise: conv(c, 1x1, bias=false)
}`)
	c := v.Contract()
	if want := "sepconv(c): [N, C, H, W] -> [N, c, H, W]"; c.Signature != want {
		t.Errorf("signature: got %q, want %q", c.Signature, want)
	}
	if len(c.Parameters) != 1 || c.Parameters[0] != (Clause{"9*C + C*c", ""}) {
		t.Errorf("parameters: got %v, want 9*C + C*c", c.Parameters)
	}
}

// Mistakes that no value cures are reported as they are.
func TestMistakesWithoutValues(t *testing.T) {
	v := verdictOn(t, `block b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, padd=1) }`)
	if len(v.Others) != 1 || v.Others[0].Code != diag.UnknownArgument {
		t.Errorf("got %v, want one %s", v.Others, diag.UnknownArgument)
	}
}

// Budgets hold on programs made to exhaust them.
func TestBudgetsHold(t *testing.T) {
	var params, body []string
	for i := range 8 {
		name := "p" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		params = append(params, name+" = true")
		body = append(body, "  if "+name+" { relu } else { conv(C, 1x1) }")
	}
	v := verdictOn(t, "block b("+strings.Join(params, ", ")+") [N, C, H, W] -> [N, C, H, W] {\n"+strings.Join(body, "\n")+"\n}")
	if v.Status != NotProved || !strings.Contains(v.Reason, "cases") {
		t.Errorf("got %s (%s), want not proved for too many cases", v.Status, v.Reason)
	}
	if v = verdictOn(t, `block b [N, C, H, W] -> [N, C, H, W] { if true { b } else { relu } }`); v.Status == Refuted {
		t.Errorf("a block that only calls itself is %s", v.Status)
	}
}

// What a proof must not take for granted.
func TestProofsAreNoCyclesAndNotEmpty(t *testing.T) {
	for _, test := range []struct {
		name, text string
		status     Status
		requires   string
	}{
		{"a call without end", `block b(c: int) [N, C, H, W] -> [N, c, H, W] { if true { b(c) } else { conv(c, 1x1) } }`, NotProved, ""},
		{"a call that grows", `block b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) -> if c > 0 { b(c+1) } -> conv(c, 1x1) }`, NotProved, ""},
		{"a where that nothing meets", `block b(a: int) [N, C, H, W] -> [N, C, H, W] where a > 5, a < 3 { conv(7, 3x3) }`, NotProved, ""},
		{"a quotient by a parameter", `block b(a: int) [N, C, H, W] -> [N, C, H, W] { conv(C*a//a, 1x1) }`, Proved, "a != 0"},
		{"an index", `block b(l: list[int]) [N, C, H, W] -> [N, l[3], H, W] { conv(l[3], 1x1) }`, Proved, "len(l) >= 4"},
		{"a call that falls", `block b(d: int) [N, C, H, W] -> [N, C + d, H, W] { if d > 0 { conv(C+1, 1x1) -> b(d-1) } }`, Proved, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verdictOn(t, test.text)
			if v.Status != test.status {
				t.Fatalf("got %s (%s), want %s", v.Status, v.Reason, test.status)
			}
			if test.requires == "" {
				return
			}
			if !slices.ContainsFunc(v.Contract().Requires, func(c Clause) bool { return c.Text == test.requires }) {
				t.Errorf("got requirements %v, want %s", v.Contract().Requires, test.requires)
			}
		})
	}
}

// A proof is about whole parameters from 0 on; a call with others is looked into.
func TestProofsAreNotUsedBeyondTheirValues(t *testing.T) {
	v := verdictOn(t, `
block ab(a: int) [N, C, H, W] -> [N, C + a, H, W] { conv(C + max(a, 0 - a), 1x1) }
block user [N, C, H, W] -> [N, C - 1, H, W] where C >= 3 { ab(-1) }`)
	if v.Status != Refuted {
		t.Errorf("got %s (%s), want refuted", v.Status, v.Reason)
	}
}

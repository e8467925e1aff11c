package prove

import (
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
	"slices"
	"strings"
	"testing"
)

// What holds in some case only is said to: the sizes that a pool needs grow with the
// number of pools, worked out by hand.
func TestRequirementsNameTheirCase(t *testing.T) {
	v := verdictOn(t, `
block pools(n: int) [N, C, H, W] -> [N, C, _, _] where n >= 0 { repeat i of n { maxpool(2x2) } }`)
	if v.Status != Bounded {
		t.Fatalf("got %s (%s), want bounded", v.Status, v.Reason)
	}
	c := v.Contract()
	for _, want := range []Clause{
		{"H >= 2", "n >= 1"},
		{"H//2 >= 2", "n == 2 or n == 3"},
	} {
		if !containsClause(c.Requires, want) {
			t.Errorf("got %v, want %v among them", c.Requires, want)
		}
	}
	for i, r := range c.Requires {
		if r.When == "" {
			t.Errorf("%q is said to hold always", r.Text)
		}
		if slices.Contains(c.Requires[:i], r) {
			t.Errorf("%v is there twice", r)
		}
	}
	if want := "for other values of n there is no formula"; c.Without != want {
		t.Errorf("got %q, want %q", c.Without, want)
	}
}

// What a `where` states is not listed, though it is needed before it is stated.
func TestDivisorsThatTheWhereKeepsFromZero(t *testing.T) {
	for where, want := range map[string][]Clause{
		"C % n == 0, n >= 1":                nil,
		"C % n == 0, C >= 2 and n > 0":      nil,
		"C % n == 0, n != 0":                nil,
		"C % n == 0, 1 <= n":                nil,
		"C % n == 0":                        {{Text: "n != 0"}},
		"C % n == 0, n >= 0":                {{Text: "n != 0"}},
		"C % n == 0, n >= 1 or C == 4":      {{Text: "n != 0"}},
		"C % m == 0, C % n == 0, n >= 1":    {{Text: "m != 0"}},
		"C % n == 0, n >= 1, C % (n-1) > 0": {{Text: "n != 1"}},
	} {
		c := verdictOn(t, "block f(n: int, m: int) [N, C, H, W] -> [N, C, H, W] where "+where+" { relu }").Contract()
		if !slices.Equal(c.Requires, want) {
			t.Errorf("where %s: got %v, want %v", where, c.Requires, want)
		}
	}
}

// What divides is written so that the language reads it as it is meant: C % 2*n would be
// (C % 2)*n, and C % n//m what is left of C, divided by m.
func TestDivisorsAreReadAsTheyAreMeant(t *testing.T) {
	c := verdictOn(t, `
block f(n: int, m: int) [N, C, H, W] -> [N, C, H, W] where n >= 1, m >= 1, n >= m {
  conv(C, 1x1, groups=2*n) -> conv(C, 1x1, groups=n//m) -> conv(C, 1x1, groups=n + m)
  conv(C, 1x1, groups=n**3) -> channel_shuffle(m) -> conv((C//2)/m, 1x1)
  conv(3, 1x1) -> conv(3, 1x1, groups=make_divisible(n, 3)) -> conv(C, 1x1)
}`).Contract()
	for _, want := range []string{"C % (2*n) == 0", "C % (n//m) == 0", "C % (m + n) == 0", "C % (n**3) == 0", "C % m == 0", "(C//2) % m == 0", "1 % (make_divisible(n, 3)/3) == 0"} {
		if !containsClause(c.Requires, Clause{Text: want}) {
			t.Errorf("got %v, want %q among them", c.Requires, want)
		}
	}
}

// What an iteration within another one asks of that is no fact where there is no inner one:
// the innermost repeat below is made for i >= 2 alone, and its count is wrong for i = 0.
func TestAnswersDoNotOutliveTheirIteration(t *testing.T) {
	v := verdictOn(t, `
block f(n: int, m: int) [N, 3, H, W] -> [N, _, _, _] {
  repeat i of m { repeat n { repeat i-1 { if i != 2 { relu } } } }
}`)
	if c := v.Contract(); !containsClause(c.Requires, Clause{"m == 0", "n >= 1"}) {
		t.Errorf("got %s, which requires %v, want m == 0 when n >= 1 among it", c.Status, c.Requires)
	}
}

// A case is told in the words that set its ways through the block apart from the
// others, and no more: what makes no difference is left out.
func TestCasesAreToldInFewWords(t *testing.T) {
	c := verdictOn(t, `
block unit(c: int, stride = 1, pre = false, pad: pad = half) [N, C, H, W] -> [N, c, _, _] where stride >= 1 {
  if pre { relu }
  add {
    | conv(c, 3x3, stride=stride, pad=pad)
    | conv(c, 3x3, stride=stride, pad=pad) -> if stride != 1 or C != c { conv(c, 1x1) }
  }
}`).Contract()
	if c.Status != Proved {
		t.Fatalf("got %s (%s), want proved", c.Status, c.Reason)
	}
	// By hand: two convolutions of 9*C*c + c, and one of c*c + c behind one of them.
	for _, want := range []Clause{
		{"2*c + 18*c*c", "C == c and stride == 1"},
		{"3*c + 18*C*c + c*c", "C != c or stride >= 2"},
	} {
		if !containsClause(c.Parameters, want) {
			t.Errorf("got formulas %v, want %v among them", c.Parameters, want)
		}
	}
	for _, want := range []Clause{
		{"c >= 1", ""},
		{"H + pad.bottom + pad.top >= 3", "pad is in numbers"},
	} {
		if !containsClause(c.Requires, want) {
			t.Errorf("got requirements %v, want %v among them", c.Requires, want)
		}
	}
}

// What one way through a block knows of a variable does not make its case shorter where
// another way does not know it: n >= 3 is part of the case, as n is 2 where nothing divides by it.
func TestCasesKeepTheirBounds(t *testing.T) {
	c := verdictOn(t, `
block f(n = 3) [N, 3, H, W] -> [N, _, _, _] {
  if 2*n > 4 { repeat 5-n { conv(3, 1x1, groups=n) } } else { relu }
}`).Contract()
	if want := (Clause{"3 % n == 0", "n >= 3 and 4 >= n"}); !containsClause(c.Requires, want) {
		t.Errorf("got requirements %v, want %v among them", c.Requires, want)
	}
}

// Cases that cannot be told in few words are not told wrongly.
func TestCasesBeyondWords(t *testing.T) {
	v := verdictOn(t, `
block unit(a = false, b = false, c = false, d = false) [N, C, H, W] -> [N, _, _, _] {
  if a { maxpool(2x2) }
  if b { maxpool(2x2) }
  if c { maxpool(2x2) }
  if d { maxpool(2x2) }
}`)
	for _, want := range []Clause{{"H//2 >= 2", SomeCases}, {"H//8 >= 2", "a and b and c and d"}} {
		if c := v.Contract(); !slices.Contains(c.Requires, want) {
			t.Errorf("got %v, want %v among them", c.Requires, want)
		}
	}
}

// A block that calls another counts the way through that one which its arguments take.
func TestFormulasOfCallsWithCases(t *testing.T) {
	v := verdictOn(t, `
block widen(c: int, t: int) [N, C, H, W] -> [N, c, H, W] where t >= 1 {
  if t != 1 { conv(t*C, 1x1, bias=false) }
  conv(c, 1x1, bias=false)
}
block both(c: int) [N, C, H, W] -> [N, 2*c, H, W] {
  widen(c, 1) -> widen(2*c, 6)
}`)
	// By hand: C*c, then c*6*c, then 6*c*2*c.
	if c := v.Contract(); len(c.Parameters) != 1 || c.Parameters[0] != (Clause{"C*c + 18*c*c", ""}) {
		t.Errorf("got %v", c.Parameters)
	}
	v = verdictOn(t, `
block widen(c: int, t: int) [N, C, H, W] -> [N, c, H, W] where t >= 1 {
  if t != 1 { conv(t*C, 1x1, bias=false) }
  conv(c, 1x1, bias=false)
}
block any(c: int, t: int) [N, C, H, W] -> [N, c, H, W] where t >= 1 { widen(c, t) }`)
	if c := v.Contract(); len(c.Parameters) > 0 {
		t.Errorf("t is not known, and yet the formula is said to be %v", c.Parameters)
	}
}

// containsClause finds a clause, the cases of its condition in any order.
func containsClause(list []Clause, want Clause) bool {
	return slices.ContainsFunc(list, func(c Clause) bool {
		return c.Text == want.Text && slices.Equal(casesOf(c.When), casesOf(want.When))
	})
}

func casesOf(when string) []string {
	cases := strings.Split(when, " or ")
	slices.Sort(cases)
	return cases
}

// What a contract says reads like the language, and says nothing that `where` has said.
func TestContractsOfTheLibraryRead(t *testing.T) {
	p := New()
	for _, o := range libraryBlocks(t) {
		c := p.Block(o).Contract()
		for _, clause := range append(c.Requires, c.Parameters...) {
			text, _, _ := strings.Cut(clause.Text, " in every iteration of ")
			text, _, _ = strings.Cut(text, " for ")
			if _, list := parse.File(source.NewFile("t.cnn", "let x = "+text+"\n")); list.HasErrors() {
				t.Errorf("%s: %q is no expression: %v", c.Name, clause.Text, list.Err())
			}
		}
		if c.Name == "bottleneck" && slices.ContainsFunc(c.Requires, func(r Clause) bool { return r.Text == "base*c % 64 == 0" || strings.Contains(r.Text, "groups % 64") }) {
			t.Errorf("%s: the contract repeats its `where`: %v", c.Name, c.Requires)
		}
	}
}

func TestContractsSayWhereAnImageIs(t *testing.T) {
	v := verdictOn(t, `
block g(act: block, e: int) [N, C, H, W] -> [N, _, _, _] where e >= 1 {
  act -> channel_shuffle(e)
}`)
	c := v.Contract()
	if len(c.Requires) != 1 || c.Requires[0].Text != "C % e == 0 for what `act` gives in line 3" {
		t.Errorf("got %v", c.Requires)
	}
}

// A counterexample has the values of the text where these fail, and no 0 where another
// value fails too.
func TestCounterexamplesAreNatural(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"net f(classes = 1000) [N, 3, H = 32, W = 32] -> [N, classes] { conv(8, 3x3) -> gap -> flatten -> linear(1000) }", "classes = 1, H = 32, W = 32"},
		{"block f(n = 3) [N, C, H, W] -> [N, 5, H, W] { repeat n conv(5, 1x1) }", "n = 0, C = 1, H = 1, W = 1"},
	} {
		v := verdictOn(t, test.text)
		if v.Status != Refuted || v.Counterexample.String() != test.want {
			t.Errorf("%s: %s, %v, want %s", test.text, v.Status, v.Counterexample, test.want)
		}
	}
}

// What a called block requires in some iteration, and cannot have there, is no proof.
func TestCallsThatFailInSomeIteration(t *testing.T) {
	v := verdictOn(t, `
block b0(a: int) [N, C, H, W] -> [N, C, H, W] where a != 1, H >= a { repeat a+a { if W % 2 == 0 { repeat 4-a id } } }
block f(n = 4) [N, 3, H, W] -> [N, _, _, _] { repeat i of n+n { repeat n//2 { relu is [N, 3, _, _]
  b0(n+i) } } }`)
	assign := map[string]int64{"N": 1, "n": 2, "H": 6, "W": 6}
	if v.Status == Proved && v.way(assign) != nil {
		t.Errorf("%v fails and is allowed by %v", assign, v.Contract().Requires)
	}
	if v = verdictOn(t, `
block f(n = 3, m = 3) [N, 3, H, W] -> [N, _, _, _] { repeat i of m { if n % m == 0 { repeat i conv(4, 3x3, pad=1) } } }`); v.Status == Proved {
		t.Errorf("proved %v, and [N, 4, H, W] where m divides n", v.Contract().Signature)
	}
}

// A way that ends since it contradicts itself, after it has forked, is one that fails.
func TestWaysThatContradictThemselves(t *testing.T) {
	v := verdictOn(t, `
block f(n = 3) [N, 3, H, W] -> [N, _, _, _] where n <= 1 {
  repeat n*n conv(n+1, 3x3, pad=1, groups=3)
  if n <= 0 { id } else { relu }
}`)
	if c := v.Contract(); v.Status != Proved || !containsClause(c.Requires, Clause{Text: "n*n == 0"}) {
		t.Errorf("%s, requires %v; n = 1 fails", v.Status, c.Requires)
	}
}

// The sizes of a tensor parameter are called what its type calls them. By hand: K kernels of
// C*K weights and one bias each.
func TestSizesOfTensorsAreNamedByTheirType(t *testing.T) {
	for _, test := range []struct{ block, signature, requires, parameters string }{
		{"(t: [N, K, h, w]) [N, C, H, W] -> [N, K, H//K, W] { conv(K, [K, 1], stride=[K, 1]) }",
			"f(t): [N, C, H, W] -> [N, K, H//K, W]", "H >= K", "K + C*K*K"},
		{"(t: [N, K, h, w]) [N, C, H, W] -> [N, _, _, _] { conv(K, [K, 1]) }",
			"f(t): [N, C, H, W] -> [N, K, H - K + 1, W]", "H >= K", "K + C*K*K"},
		{"(t: [N, K, ...]) [N, C, H, W] -> [N, _, _, _] { conv(K, [K, 1]) }",
			"f(t): [N, C, H, W] -> [N, K, H - K + 1, W]", "H >= K", "K + C*K*K"},
		{"(t: [N, K, h, w], u: [N, K, _, _]) [N, C, H, W] -> [N, _, _, _] { conv(K, [K, 1]) }",
			"f(t, u): [N, C, H, W] -> [N, K, H - K + 1, W]", "H >= K", "K + C*K*K"},
		{"(t: [N, C, _, w]) [N, C, H, W] -> [N, _, _, _] { resize([H, w]) -> conv(C, 1x1, groups=w) }",
			"f(t): [N, C, H, W] -> [N, C, H, w]", "C % w == 0", "C*C/w + C"},
	} {
		c := verdictOn(t, "block f"+test.block).Contract()
		if c.Status != Proved || c.Signature != test.signature || !slices.Equal(c.Requires, []Clause{{Text: test.requires}}) ||
			!slices.Equal(c.Parameters, []Clause{{Text: test.parameters}}) {
			t.Errorf("%s\n got %v %s, requires %v, parameters %v; want %+v", test.block, c.Status, c.Signature, c.Requires, c.Parameters, test)
		}
	}
}

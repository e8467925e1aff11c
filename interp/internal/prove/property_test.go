package prove

import (
	"io/fs"
	"maps"
	"math/rand"
	"slices"
	"testing"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove/provetest"
	"cnnlang/lang"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/nets"
	"cnnlang/ops/dim"
	"cnnlang/stdlib"
)

// libraryBlocks loads every block and net that is shipped.
func libraryBlocks(t testing.TB) []*resolve.Object {
	t.Helper()
	var blocks []*resolve.Object
	std := lang.NewLibrary(stdlib.FS)
	for _, root := range []fs.FS{stdlib.FS, nets.FS} {
		entries, err := fs.ReadDir(root, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() == "prelude.cnn" {
				continue
			}
			p, list, err := lang.Load(root, e.Name(), "", std)
			if err != nil || list.HasErrors() {
				t.Fatalf("%s: %v %v", e.Name(), err, list.Err())
			}
			blocks = append(blocks, p.Main.Blocks()...)
		}
	}
	return blocks
}

// Every block and net that is shipped is proved for all values but for a few that are
// bounded, the recursive U-Net and the nets over unknown lists and blocks among them.
func TestTheLibraryIsProved(t *testing.T) {
	p := New()
	for _, o := range libraryBlocks(t) {
		v := p.Block(o)
		want := Proved
		if slices.Contains(provetest.Bounded, o.Name) {
			want = Bounded
		}
		if v.Status != want {
			t.Errorf("%s: %s: %s", o.Name, v.Status, v.Reason)
		}
		if len(v.Others) > 0 {
			t.Errorf("%s: %v", o.Name, v.Others)
		}
		if len(v.Results) == 0 && !v.base.IsValue() {
			t.Errorf("%s: proved without a case that comes to an end", o.Name)
		}
	}
}

// What is proved holds: at random values that a case allows, the block evaluates
// at known sizes without an error, to exactly the shape and the number of
// parameters that the case found.
func TestProofsHoldAtRandomValues(t *testing.T) {
	const wanted = 10_000
	random := rand.New(rand.NewSource(7))
	p := New()
	var samples []sampler
	for _, o := range libraryBlocks(t) {
		v := p.Block(o)
		for _, r := range v.Results {
			if s, ok := newSampler(v, r); ok {
				samples = append(samples, s)
			}
		}
	}
	// Whole networks are costly to evaluate, so most cases are blocks.
	checked, blocks := 0, slices.DeleteFunc(slices.Clone(samples), func(s sampler) bool { return s.verdict.Block.Block.Kind == "net" })
	for _, s := range samples {
		checked += s.check(t, random, 2)
	}
	for checked < wanted && !t.Failed() {
		before := checked
		for _, s := range blocks {
			checked += s.check(t, random, 25)
		}
		if checked == before {
			t.Fatal("no sample meets what the cases require")
		}
	}
	t.Logf("%d values on %d cases of %d blocks and nets", checked, len(samples), len(p.verdicts))
}

// A sampler tries one case of a proof at known sizes.
type sampler struct {
	verdict *Verdict
	result  Result
	x       *exploration
	vars    map[string]int64
	rounded map[string]ast.Expr // the variables that stand for what make_divisible gives
}

// newSampler reports false for cases over unknown lists, blocks and tensors,
// which have no values to try.
func newSampler(v *Verdict, r Result) (sampler, bool) {
	for _, a := range v.args {
		if a.kind == "list" || a.kind == "fractions" || a.kind == "block" || a.kind == "tensor" {
			return sampler{}, false
		}
	}
	if r.of.approximate {
		return sampler{}, false
	}
	x := r.of.exploration
	return sampler{v, r, x, r.of.mentioned(x), v.rounded()}, true
}

// check tries up to n random values and returns how many met what the case
// supposes.
func (s sampler) check(t *testing.T, random *rand.Rand, n int) (met int) {
	for try := 0; try < 20*n && met < n; try++ {
		most := int64(2 + random.Intn(40))
		assign := map[string]int64{}
		for _, name := range slices.Sorted(maps.Keys(s.vars)) {
			assign[name] = s.vars[name] + random.Int63n(most)
		}
		if s.round(assign); !s.result.of.allows(assign) {
			continue
		}
		original, ok := s.result.of.original(s.x, assign)
		if !ok || !s.isRounded(original) {
			continue
		}
		met++
		s.compare(t, original)
	}
	return met
}

// round gives what stands for roundings the values that these have.
func (s sampler) round(assign map[string]int64) {
	original, _ := s.result.of.original(s.x, assign)
	for name, x := range s.rounded {
		if n, ok := number(x, original).Int(); ok {
			assign[name] = int64(n)
		}
	}
}

// isRounded reports whether they still have them, once all others have theirs.
func (s sampler) isRounded(original map[string]int64) bool {
	for name, x := range s.rounded {
		if n, ok := number(x, original).Int(); ok && int64(n) != original[name] {
			return false
		}
	}
	return true
}

func (s sampler) compare(t *testing.T, values map[string]int64) {
	t.Helper()
	o := s.verdict.Block
	args := map[string]elab.Value{}
	for _, a := range s.verdict.args {
		args[a.name], _ = a.given(values, s.result.of.modes[a.name])
	}
	a := elab.Apply(o, args, func(name string) dim.Size { return dim.Int(int(values[name])) }, nil, nil)
	at := (&Counterexample{Values: values, Names: s.x.names(s.result.of, values, nil)}).String()
	for _, d := range a.Problems {
		if d.Severity == diag.Error && !d.Code.IsLimit() {
			t.Errorf("%s is proved and fails at %s: %v", o.Name, at, d)
			return
		}
	}
	if a.Output == nil {
		return // beyond a limit on sizes
	}
	for i, size := range s.result.Output {
		n, err := size.Eval(values)
		if err != nil || n != a.Output[i] {
			t.Errorf("%s at %s: axis %d is %v, proved was %v, which is %v (%v)", o.Name, at, i, a.Output[i], size, n, err)
		}
	}
	if formula := s.result.Count.Params; formula.IsValid() {
		if n, err := formula.Eval(values); err != nil || n != a.Count.Params {
			t.Errorf("%s at %s: %v parameters, proved was %v, which is %v (%v)", o.Name, at, a.Count.Params, formula, n, err)
		}
	}
}

func BenchmarkLibrary(b *testing.B) {
	blocks := libraryBlocks(b)
	for b.Loop() {
		p := New()
		for _, o := range blocks {
			p.Block(o)
		}
	}
	b.ReportMetric(float64(len(blocks)), "blocks")
}

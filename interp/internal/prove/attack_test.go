package prove

import (
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"cnnlang/interp/internal/elab"
	"cnnlang/lang"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
	"cnnlang/stdlib"
)

var (
	programs = flag.Int("programs", 600, "how many random programs are proved and tried")
	seed     = flag.Int64("seed", 1, "of the first random program")
	minutes  = flag.Duration("for", 0, "go on for so long instead")
)

const (
	mostValue = 8    // of a parameter
	mostSize  = 6    // of H and W
	mostBound = 3    // of what else a signature binds
	mostNodes = 1500 // at one value: repeats in repeats of n*n are as many at others
)

// A tally counts what an attack saw.
type tally struct {
	programs, broken                        atomic.Int64
	proved, bounded, refuted, unproved      atomic.Int64
	values, allowed, forbidden, beyond, bad atomic.Int64
	unending                                atomic.Int64 // proofs of lists of any length
}

func TestNoProofIsWrong(t *testing.T) {
	attackAll(t, *programs, randomProgram)
}

// Side heads are attacked by themselves: what is in them depends on parameters and sizes.
func TestNoProofOfSideHeadsIsWrong(t *testing.T) {
	count := attackAll(t, *programs/4, randomHeadProgram)
	if count.proved.Load() < int64(*programs/24) || count.allowed.Load() < count.proved.Load() {
		t.Errorf("%d proofs of side heads, and %d values allowed: they are hardly tried", count.proved.Load(), count.allowed.Load())
	}
}

// Lists of any length are attacked by themselves, with more that is proved.
func TestNoProofOfAnyLengthIsWrong(t *testing.T) {
	count := attackAll(t, *programs, randomListProgram)
	if unending := count.unending.Load(); unending < int64(*programs/15) || count.allowed.Load() < unending {
		t.Errorf("%d proofs of lists of any length, and %d values allowed: they are hardly tried", unending, count.allowed.Load())
	}
}

// attackAll proves so many random programs and tries values on what is proved.
func attackAll(t *testing.T, programs int, write func(*rand.Rand) program) *tally {
	var count tally
	var next atomic.Int64
	var mu sync.Mutex
	reasons := map[string]int{}
	begin := time.Now()
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			std := lang.NewLibrary(stdlib.FS)
			for {
				i := next.Add(1) - 1
				if *minutes > 0 && time.Since(begin) > *minutes || *minutes == 0 && i >= int64(programs) || count.bad.Load() > 20 {
					return
				}
				a := attack{t: t, count: &count, program: write(rand.New(rand.NewSource(*seed + i))), seed: *seed + i}
				if reason := a.run(std); reason != "" {
					mu.Lock()
					reasons[reason]++
					mu.Unlock()
				}
			}
		}()
	}
	wait.Wait()
	t.Logf("%d programs (%d with mistakes of another kind): %d proved, %d bounded, %d refuted, %d not proved; %d values, %d allowed, %d forbidden, %d beyond; %d proved of lists of any length",
		count.programs.Load(), count.broken.Load(), count.proved.Load(), count.bounded.Load(), count.refuted.Load(), count.unproved.Load(), count.values.Load(), count.allowed.Load(), count.forbidden.Load(), count.beyond.Load(), count.unending.Load())
	for r, n := range reasons {
		if n > int(count.programs.Load()/500) {
			t.Logf("%6d %s", n, r)
		}
	}
	return &count
}

// An attack tries every small value on one program.
type attack struct {
	t       *testing.T
	count   *tally
	program program
	seed    int64
	verdict *Verdict
	wrong   int
	// How many values its `where` admits, and how many of them are on a way of the proof.
	admitted, followed int
	// What the contract says, as it is written out.
	conditions []condition
	complete   bool
	rounded    map[string]ast.Expr
}

// rounded gives the expressions that variables of the verdict stand for which are what
// make_divisible gives.
func (v *Verdict) rounded() map[string]ast.Expr {
	found := map[string]ast.Expr{}
	note := func(name string) {
		if strings.HasPrefix(name, "(make_divisible(") && !strings.Contains(name, "the iteration of") {
			found[name] = expression(name)
		}
	}
	look := func(sizes ...dim.Size) {
		for _, size := range sizes {
			for _, x := range size.Vars() {
				note(x.Name)
			}
		}
	}
	for _, r := range v.Results {
		look(r.Count.Params)
		look(r.Output...)
		for _, q := range r.requires {
			look(q.Size)
		}
		for _, l := range r.of.literals() {
			note(l.x.Name)
			look(l.value, l.fact.size)
		}
	}
	return found
}

// counterexample makes a refuted block fail, at values that it does not exclude itself.
func (a *attack) counterexample() {
	values := a.verdict.Counterexample.Values
	got := a.apply(values)
	for _, d := range got.Problems {
		if d.Severity == diag.Error {
			if d.Code == diag.WhereFails && len(d.Trace) <= 1 {
				break
			}
			return
		}
	}
	a.fail(values, "is the counterexample, and no failure of the block")
}

func (a *attack) apply(assign map[string]int64) elab.Application {
	args := map[string]elab.Value{}
	for _, name := range a.program.params {
		args[name] = dim.Int(int(assign[name]))
	}
	budget := elab.Budget{Nodes: mostNodes, Steps: elab.MaxSteps}
	return elab.Apply(a.verdict.Block, args, func(name string) dim.Size { return dim.Int(int(assign[name])) }, nil, &budget)
}

func (a *attack) run(std *lang.Library) string {
	defer func() {
		if x := recover(); x != nil {
			a.count.bad.Add(1)
			a.t.Errorf("seed %d: %v\n%s\n%s", a.seed, x, a.program.text, debug.Stack())
		}
	}()
	files := fstest.MapFS{"t.cnn": {Data: []byte(a.program.text)}}
	p, list, err := lang.Load(files, "t.cnn", "", std)
	a.count.programs.Add(1)
	if err != nil || list.HasErrors() {
		a.count.broken.Add(1)
		if a.count.broken.Load() < 4 {
			a.t.Logf("seed %d: %v %v\n%s", a.seed, err, list.Err(), a.program.text)
		}
		return ""
	}
	blocks := p.Main.Blocks()
	o := blocks[len(blocks)-1]
	prover := New()
	prover.Allow()
	a.verdict = prover.Block(o)
	reason := ""
	switch a.verdict.Status {
	case Proved:
		a.count.proved.Add(1)
		if slices.ContainsFunc(a.verdict.Results, func(r Result) bool { return r.of.exploration.lists.metOne() }) {
			a.count.unending.Add(1)
		}
	case Bounded:
		a.count.bounded.Add(1)
	case Refuted:
		a.count.refuted.Add(1)
		a.counterexample()
		return ""
	default:
		a.count.unproved.Add(1)
		return a.verdict.Reason
	}
	a.conditions, a.complete = conditionsOf(a.verdict.Contract())
	a.rounded = a.verdict.rounded()
	assign := map[string]int64{"N": 1, "C": 3}
	a.each(slices.Concat(a.program.params, a.program.sizes), assign)
	if a.verdict.Status == Bounded && a.admitted > 0 && a.followed == 0 {
		a.fail(nil, fmt.Sprintf("and %d values that are admitted, none of which it has followed", a.admitted))
	}
	return reason
}

// each tries every value of the parameters that are left, and every size.
func (a *attack) each(left []string, assign map[string]int64) {
	if a.wrong > 0 {
		return
	}
	if len(left) > 0 {
		most := int64(mostValue)
		if len(a.program.sizes) > 0 { // there are more values already
			most = mostSize - 1
		}
		if slices.Contains(a.program.sizes, left[0]) {
			most = mostBound
			if left[0] == "k" { // how many values it takes, of which a proof follows up to 3
				most++
			}
		}
		for v := range most + 1 {
			assign[left[0]] = v
			a.each(left[1:], assign)
		}
		return
	}
	highest := int64(mostSize)
	if len(a.program.sizes) > 0 {
		highest -= 2
	}
	for h := range highest {
		for w := range highest {
			if a.program.square && h != w {
				continue
			}
			assign["H"], assign["W"] = h+1, w+1
			a.try(assign)
		}
	}
}

// excludesZero reports whether the `where` keeps a parameter from 0 that is.
func (a *attack) excludesZero(assign map[string]int64) bool {
	for name := range nonzero(a.verdict.base.Block) {
		if v, ok := assign[name]; ok && v == 0 {
			return true
		}
	}
	return false
}

func (a *attack) try(assign map[string]int64) {
	for name, x := range a.rounded {
		delete(assign, name)
		if n, ok := number(x, assign).Int(); ok {
			assign[name] = int64(n)
		}
	}
	a.program.openSizes(assign)
	a.count.values.Add(1)
	got := a.apply(assign)
	var failed *diag.Diagnostic
	for _, d := range got.Problems {
		if d.Severity == diag.Error && d.Code.IsLimit() {
			return
		}
		if d.Severity == diag.Error && failed == nil {
			failed = d
		}
	}
	if failed != nil && failed.Code == diag.WhereFails && len(failed.Trace) <= 1 {
		return // the block excludes them itself
	}
	if failed != nil && failed.Code == diag.DivisionByZero && len(failed.Trace) <= 1 && a.excludesZero(assign) {
		return // in its `where`, which says further on that this is not 0
	}
	if failed == nil && got.Output == nil {
		return // there is no such input
	}
	way := a.verdict.way(assign)
	a.admitted++
	if slices.ContainsFunc(a.verdict.Results, func(r Result) bool { r.requires = nil; return r.admits(assign) }) {
		a.followed++
	}
	if a.verdict.Status == Proved {
		a.read(assign, way)
	}
	switch {
	case way == nil && a.verdict.withoutSides(assign):
		a.count.beyond.Add(1) // it fails, or is whole without the head
	case way == nil && a.verdict.Status == Bounded:
		a.count.beyond.Add(1)
	case way == nil && failed == nil:
		a.fail(assign, "is forbidden, and works")
	case way == nil:
		a.count.forbidden.Add(1)
	case failed != nil:
		a.fail(assign, "is allowed, and fails: "+failed.Message)
	default:
		a.count.allowed.Add(1)
		if wrong := way.gives(assign, got.Output); wrong != "" {
			a.fail(assign, wrong)
			return
		}
		if formula := way.Count.Params; formula.IsValid() {
			for name := range a.rounded {
				if _, ok := assign[name]; !ok {
					return // a quotient by 0, which has no part in what nobody makes
				}
			}
			if n, err := evaluate(formula, assign); err != nil || n != got.Count.Params {
				a.fail(assign, fmt.Sprintf("%v parameters, proved was %v (%v)", got.Count.Params, formula, err))
			}
		}
	}
}

// read holds the contract as it is written out to what the proof means by it.
func (a *attack) read(assign map[string]int64, way *Result) {
	allowed := true
	for _, c := range a.conditions {
		allowed = allowed && c.holds(assign)
	}
	switch {
	case allowed && way == nil && a.complete:
		a.fail(assign, "is allowed by the text of the contract, and forbidden by the proof")
	case !allowed && way != nil:
		a.fail(assign, "is forbidden by the text of the contract, and allowed by the proof")
	}
}

func (a *attack) fail(assign map[string]int64, what string) {
	if a.wrong++; a.wrong > 1 {
		return
	}
	a.count.bad.Add(1)
	a.t.Errorf("seed %d: %v at %v %s\n%s%+v\n%s", a.seed, a.verdict.Status, assign, what, a.program.text, a.verdict.Contract(), a.verdict.ways())
}

// ways lists what the ways through a block suppose and require.
func (v *Verdict) ways() string {
	var b strings.Builder
	for _, r := range v.Results {
		fmt.Fprintf(&b, "  way %q requires", texts(r.of.literals()))
		for _, q := range r.requires {
			fmt.Fprintf(&b, " %q", q.String())
		}
		fmt.Fprintf(&b, " gives %v\n", r.Output)
	}
	return b.String()
}

// way is the way through the block that the values take, nil where the contract
// forbids them.
func (v *Verdict) way(assign map[string]int64) *Result {
	for i, r := range v.Results {
		if r.admits(assign) {
			return &v.Results[i]
		}
	}
	return nil
}

// withoutSides reports whether only side heads require what is not so.
func (v *Verdict) withoutSides(assign map[string]int64) bool {
	return slices.ContainsFunc(v.Results, func(r Result) bool {
		r.requires = slices.DeleteFunc(slices.Clone(r.requires), func(q Requirement) bool { return q.Side != "" })
		return r.admits(assign)
	})
}

func (r Result) admits(assign map[string]int64) bool {
	for _, l := range r.of.literals() {
		var holds bool
		switch {
		case l.isMode:
			continue
		case l.isValue:
			holds = isSo(l.x.Size().Sub(l.value), dim.Zero, true, assign)
		case l.x.Name != "":
			holds = isSo(l.x.Size().Sub(dim.Int(int(l.low))), dim.NonNegative, true, assign)
		default:
			holds = isSo(l.fact.size, l.fact.relation, l.fact.holds, assign)
		}
		if !holds {
			return false
		}
	}
	for _, q := range r.requires {
		if !isSo(q.Size, q.Relation, q.Holds, assign) {
			return false
		}
	}
	return true
}

// Programs whose proofs once missed a requirement, each with what it requires, worked out
// by hand, in the order of the text.
func TestRepeatsThatMayBeEmpty(t *testing.T) {
	for _, test := range []struct{ text, requires string }{
		{"block f(n: int) [N, 3, H, W] -> [N, 3, H, W] { repeat n relu\n repeat n-1 relu }", "n >= 1"},
		{"block f(n: int) [N, 3, H, W] -> [N, _, _, _] { repeat 3-n relu\n repeat n-2 relu }", "3 >= n; n >= 2"},
		{"block f(n: int) [N, 3, H, W] -> [N, _, _, _] { repeat 2*n-3 relu\n maxpool(3x3, stride=1, pad=n-1) }", "n >= 2; 3 >= n"},
		{"block f(n: int) [N, 3, H, W] -> [N, 3, H, W] { if n > 2 { repeat 3-n relu } else { repeat i of n+1 { repeat i relu } } }", "3 >= n"},
		{"block f(n: int) [N, 3, H, W] -> [N, 3, H, W] { repeat n conv(3, 3x3, pad=1, groups=n) }", "3 % n == 0 when n >= 1"},
		{"block f(n: int) [N, 3, H, W] -> [N, 3, H - 2*n, _] { repeat n conv(3, 3x3) }", "H >= 3 when n >= 1; W >= 3 when n >= 1; H >= 2*n + 1 when n >= 1; W >= 2*n + 1 when n >= 1"},
		{"block f(n: int) [N, 3, H, W] -> [N, 3, H, W] { repeat i of n { repeat 4-i relu } }", "5 >= n when n >= 1"},
		{"block f(n: int, m: int) [N, 3, H, W] -> [N, _, _, _] { if m != n { conv(m**2, 1x1) -> pixel_shuffle(n) } }", "m >= 1 when m != n; n >= 1 when m != n; m*m % (n*n) == 0 when m != n"},
	} {
		v := verdictOn(t, test.text)
		var got []string
		for _, c := range v.Contract().Requires {
			if c.When != "" {
				c.Text += " when " + c.When
			}
			got = append(got, c.Text)
		}
		if v.Status != Proved || strings.Join(got, "; ") != test.requires {
			t.Errorf("%s\n got %s (%s), requires %q; want proved, %q", test.text, v.Status, v.Reason, strings.Join(got, "; "), test.requires)
		}
	}
}

package dim_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"cnnlang/ops/dim"
)

// Properties are checked on 10,000 random expressions each, 1,000 in short
// mode; -rapid.checks overrides that.
func TestMain(m *testing.M) {
	flag.Parse()
	checks, given := "10000", false
	if testing.Short() {
		checks = "1000"
	}
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// expression is a tree that is built both as a Size and over math/big.
type expression struct {
	op   string // an operator, "var" or "const"
	name string
	n    int64 // the constant's numerator, or the exponent
	den  int64
	args []*expression
}

// lows are the variables of the properties and their bounds.
var lows = map[string]int64{"H": 1, "C": 1, "stride": 1, "pad": 0, "low": -3, "eps": -10}

var symbols = map[string]dim.Size{
	"H": dim.Var("H"), "C": dim.Var("C"), "stride": dim.Var("stride"),
	"pad": dim.VarFrom("pad", 0), "low": dim.VarFrom("low", -3), "eps": dim.Real("eps").Size(),
}

var names = []string{"H", "C", "stride", "pad", "low", "eps"}

func drawExpression(t *rapid.T, depth int) *expression {
	if depth == 0 || rapid.IntRange(0, 5).Draw(t, "leaf") == 5 {
		if rapid.Bool().Draw(t, "constant") {
			den := rapid.SampledFrom([]int64{1, 1, 1, 1, 2, 3}).Draw(t, "den")
			return &expression{op: "const", n: rapid.Int64Range(-9, 9).Draw(t, "n"), den: den}
		}
		// eps and low are rarer, as few rules hold for them.
		of := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5}).Draw(t, "variable")
		return &expression{op: "var", name: names[of]}
	}
	ops := []string{"+", "+", "-", "*", "/", "//", "//", "ceildiv", "ceildiv", "%", "floor", "ceil", "neg", "pow"}
	e := &expression{op: rapid.SampledFrom(ops).Draw(t, "op")}
	e.args = append(e.args, drawExpression(t, depth-1))
	switch e.op {
	case "floor", "ceil", "neg":
	case "pow":
		e.n = rapid.Int64Range(-2, 3).Draw(t, "power")
	default:
		e.args = append(e.args, drawExpression(t, depth-1))
	}
	return e
}

// size builds e; leaf gives the variables.
func (e *expression) size(leaf func(string) dim.Size) dim.Size {
	var a, b dim.Size
	if len(e.args) > 0 {
		a = e.args[0].size(leaf)
	}
	if len(e.args) > 1 {
		b = e.args[1].size(leaf)
	}
	switch e.op {
	case "const":
		return dim.Ratio(e.n, e.den)
	case "var":
		return leaf(e.name)
	case "+":
		return a.Add(b)
	case "-":
		return a.Sub(b)
	case "*":
		return a.Mul(b)
	case "/":
		return a.Quo(b)
	case "//":
		return a.FloorDiv(b)
	case "ceildiv":
		return a.CeilDiv(b)
	case "%":
		return a.Mod(b)
	case "floor":
		return a.Floor()
	case "ceil":
		return a.Ceil()
	case "neg":
		return a.Neg()
	case "pow":
		return a.Pow(int(e.n))
	}
	panic(e.op)
}

func (e *expression) symbolic() dim.Size {
	return e.size(func(name string) dim.Size { return symbols[name] })
}

// exact computes e over math/big; it is nil where e divides by 0.
func (e *expression) exact(at map[string]int64) *big.Rat {
	var args []*big.Rat
	for _, arg := range e.args {
		x := arg.exact(at)
		if x == nil {
			return nil
		}
		args = append(args, x)
	}
	switch e.op {
	case "const":
		return big.NewRat(e.n, e.den)
	case "var":
		return big.NewRat(at[e.name], 1)
	case "pow":
		return powRat(args[0], e.n)
	}
	if len(args) == 1 {
		args = append(args, nil)
	}
	return apply(e.op, args[0], args[1])
}

// apply is one operation over math/big, nil for a quotient by 0.
func apply(op string, a, b *big.Rat) *big.Rat {
	if b != nil && b.Sign() == 0 && (op == "/" || op == "//" || op == "%" || op == "ceildiv") {
		return nil
	}
	r := new(big.Rat)
	switch op {
	case "+":
		return r.Add(a, b)
	case "-":
		return r.Sub(a, b)
	case "*":
		return r.Mul(a, b)
	case "/":
		return r.Quo(a, b)
	case "//":
		return floorRat(r.Quo(a, b))
	case "%":
		return r.Sub(a, r.Mul(b, floorRat(r.Quo(a, b))))
	case "ceildiv":
		return apply("ceil", r.Quo(a, b), nil)
	case "floor":
		return floorRat(a)
	case "ceil":
		return r.Neg(floorRat(r.Neg(a)))
	case "neg":
		return r.Neg(a)
	}
	panic(op)
}

func powRat(a *big.Rat, n int64) *big.Rat {
	r := big.NewRat(1, 1)
	for range max(n, -n) {
		r.Mul(r, a)
	}
	if n >= 0 {
		return r
	}
	return apply("/", big.NewRat(1, 1), r)
}

func (e *expression) String() string {
	switch {
	case e.op == "const":
		return fmt.Sprintf("(%d/%d)", e.n, e.den)
	case e.op == "var":
		return e.name
	case e.op == "pow":
		return fmt.Sprintf("%v**%d", e.args[0], e.n)
	case len(e.args) == 1:
		return fmt.Sprintf("%s(%v)", e.op, e.args[0])
	}
	return fmt.Sprintf("(%v %s %v)", e.args[0], e.op, e.args[1])
}

// drawPoint assigns values within the bounds.
func drawPoint(t *rapid.T, name string) map[string]int64 {
	at := map[string]int64{}
	for _, v := range names {
		at[v] = rapid.Int64Range(lows[v], lows[v]+rapid.SampledFrom([]int64{3, 40}).Draw(t, name+" span")).Draw(t, name+" "+v)
	}
	return at
}

// drawCase draws an expression and 5 points.
func drawCase(t *rapid.T) (e *expression, points []map[string]int64) {
	e = drawExpression(t, rapid.SampledFrom([]int{4, 3, 2, 1}).Draw(t, "depth"))
	for i := range 5 {
		points = append(points, drawPoint(t, fmt.Sprint("at ", i)))
	}
	return e, points
}

// A tally counts what became of the points, lest a property hold because it was never
// tested.
type tally struct{ compared, undefined, outOfRange int }

func (c *tally) check(t *testing.T) {
	t.Helper()
	t.Logf("%+v", *c)
	if c.compared < 10*c.outOfRange || c.compared < c.undefined {
		t.Errorf("too few points compared: %+v", *c)
	}
}

// agrees compares a symbolic size at a point with the exact value.
func (c *tally) agrees(t *rapid.T, what string, a dim.Size, at map[string]int64, want *big.Rat) {
	if want == nil {
		c.undefined++ // the symbolic size may well have cancelled the 0
		return
	}
	got, err := a.Eval(at)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !got.IsValid() {
		c.outOfRange++
		return
	}
	c.compared++
	if rat(got).Cmp(want) != 0 {
		t.Fatalf("%s: %s is %s at %v, want %s", what, a, got, at, want.RatString())
	}
}

func TestSymbolicAgreesWithExact(t *testing.T) {
	var c tally
	rapid.Check(t, func(t *rapid.T) {
		e, points := drawCase(t)
		a := e.symbolic()
		for _, at := range points {
			c.agrees(t, e.String(), a, at, e.exact(at))
		}
	})
	c.check(t)
}

func TestKnownAgreesWithExact(t *testing.T) {
	var c tally
	rapid.Check(t, func(t *rapid.T) {
		e, points := drawCase(t)
		for _, at := range points {
			known := e.size(func(name string) dim.Size { return dim.Int(int(at[name])) })
			want := e.exact(at)
			if want == nil && known.IsValid() {
				t.Fatalf("%v is %s at %v", e, known, at)
			}
			c.agrees(t, e.String(), known, at, want)
		}
	})
	c.check(t)
}

func TestPrintedAgreesWithExact(t *testing.T) {
	var c tally
	rapid.Check(t, func(t *rapid.T) {
		e, points := drawCase(t)
		a := e.symbolic()
		if !a.IsValid() {
			return
		}
		printed := a.String()
		for _, at := range points {
			value, err := a.Eval(at)
			if err != nil || !value.IsValid() {
				continue
			}
			got, err := evaluate(printed, at)
			if err != nil {
				t.Fatalf("%s: %v", printed, err)
			}
			if got == nil {
				c.undefined++ // e.g. a % b for a 0 below another floor
				continue
			}
			c.compared++
			if got.Cmp(rat(value)) != 0 {
				t.Fatalf("%s is %s at %v, want %s", printed, got.RatString(), at, value)
			}
		}
	})
	c.check(t)
}

func TestSubstituteCommutesWithEval(t *testing.T) {
	var c tally
	by := []dim.Size{
		dim.Int(1), dim.Int(2), dim.Int(7), symbols["C"].Mul(dim.Int(4)), symbols["H"].Mul(dim.Int(16)).Add(dim.Int(5)),
		symbols["C"].Mul(symbols["stride"]), symbols["H"].FloorDiv(symbols["stride"]).Add(dim.Int(1)),
		symbols["C"].Sub(symbols["H"]), symbols["pad"].Mul(dim.Int(3)).Add(symbols["low"]), symbols["H"].CeilDiv(dim.Int(2)),
	}
	rapid.Check(t, func(t *rapid.T) {
		e, points := drawCase(t)
		name := rapid.SampledFrom(names).Draw(t, "name")
		value := rapid.SampledFrom(by).Draw(t, "by")
		a := e.symbolic().Substitute(name, value)
		for _, at := range points {
			v, err := value.Eval(at)
			if err != nil {
				t.Fatal(err)
			}
			moved := map[string]int64{}
			for k, n := range at {
				moved[k] = n
			}
			moved[name] = int64(v.MustInt())
			if moved[name] < lows[name] {
				continue
			}
			c.agrees(t, fmt.Sprintf("%v with %s = %s", e, name, value), a, at, e.exact(moved))
		}
	})
	c.check(t)
}

// Pairs of small expressions, and rewritings of one, that are found equivalent are equal at
// 50 points.
func TestEquivalentIsEqual(t *testing.T) {
	var c tally
	equivalent, rewritten := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpression(t, 2)
		other := rapid.OneOf(rapid.Custom(func(t *rapid.T) *expression { return drawExpression(t, 2) }),
			rapid.Custom(func(t *rapid.T) *expression { rewritten++; return rewrite(t, e) })).Draw(t, "other")
		a, b := e.symbolic(), other.symbolic()
		if !dim.Equivalent(a, b) {
			return
		}
		equivalent++
		if !dim.Equivalent(b, a) {
			t.Fatalf("%s = %s but not the other way round", a, b)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 50 {
			at := map[string]int64{}
			for _, v := range names {
				at[v] = lows[v] + random.Int64N(40)
			}
			if want := other.exact(at); want != nil && e.exact(at) != nil {
				c.agrees(t, e.String(), a, at, want)
			}
		}
	})
	c.check(t)
	t.Logf("%d equivalent, %d rewritten", equivalent, rewritten)
	if equivalent < rewritten/2 || rewritten == 0 {
		t.Errorf("only %d pairs found equivalent, %d were rewritten", equivalent, rewritten)
	}
}

// rewrite returns an expression equal to e, wherever both are defined.
func rewrite(t *rapid.T, e *expression) *expression {
	x := &expression{op: "var", name: rapid.SampledFrom(names).Draw(t, "x")}
	op := func(op string, args ...*expression) *expression { return &expression{op: op, args: args} }
	one, two := &expression{op: "const", n: 1, den: 1}, &expression{op: "const", n: 2, den: 1}
	h, s := &expression{op: "var", name: "H"}, &expression{op: "var", name: "stride"}
	ways := []*expression{
		op("-", op("+", e, x), x),
		op("/", op("*", x, e), x),
		op("+", op("*", e, op("/", x, op("+", x, one))), op("/", e, op("+", x, one))),
		op("+", op("-", e, op("//", op("//", h, s), two)), op("//", h, op("*", s, two))),
		op("-", op("+", e, op("ceildiv", h, s)), op("+", op("//", op("-", h, one), s), one)),
		op("+", op("-", e, op("//", h, two)), op("-", h, op("ceildiv", h, two))),
		op("neg", op("neg", e)),
	}
	return rapid.SampledFrom(ways).Draw(t, "way")
}

func TestShownSignsHold(t *testing.T) {
	asked, shown := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		asked++
		e, points := drawCase(t)
		a := e.symbolic()
		nonNegative, positive, whole := a.ProvablyNonNegative(), a.ProvablyPositive(), a.IsWhole()
		if nonNegative {
			shown++
		}
		for _, at := range points {
			v := e.exact(at)
			if v == nil {
				continue
			}
			if nonNegative && v.Sign() < 0 || positive && v.Sign() <= 0 || whole && !v.IsInt() {
				t.Fatalf("%s is %s at %v, but >= 0: %t, > 0: %t, whole: %t", a, v.RatString(), at, nonNegative, positive, whole)
			}
		}
	})
	t.Logf("%d of %d shown to be >= 0", shown, asked)
	if shown < asked/5 {
		t.Errorf("only %d of %d shown to be >= 0", shown, asked)
	}
}

func TestSolutionsSolve(t *testing.T) {
	asked, solved := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		asked++
		e := drawExpression(t, rapid.IntRange(1, 3).Draw(t, "depth"))
		a := e.symbolic()
		x, value, ok := a.Solve()
		name := x.Name
		if !ok {
			return
		}
		solved++
		if value.Has(name) {
			t.Fatalf("%s == 0: %s = %s", a, name, value)
		}
		low := dim.Int(int(lows[name]))
		if value.Known() && name != "eps" && (value.Cmp(low) < 0 || !value.IsWhole()) {
			return // no value of the variable solves it
		}
		if got := a.Substitute(name, value); got.IsValid() && !got.IsZero() {
			t.Fatalf("%s == 0: %s = %s leaves %s", a, name, value, got)
		}
	})
	t.Logf("%d of %d solved", solved, asked)
	if solved < asked/5 {
		t.Errorf("only %d of %d solved", solved, asked)
	}
}

package interp_test

import (
	"fmt"
	"math/big"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/pass"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/resolve"
	"cnnlang/ops/dim"
)

// A family answers what docs/family.md asks of the nets of docs/family and of
// the library, and of their blocks.
type family struct {
	own    map[string]*resolve.Object // nets of docs/family
	blocks map[string][]*resolve.Object
	nets   map[string]*interp.Net // made so far
	prover *prove.Prover
}

func newFamily(t testing.TB) *family {
	t.Helper()
	f := &family{
		own: map[string]*resolve.Object{}, blocks: map[string][]*resolve.Object{},
		nets: map[string]*interp.Net{}, prover: prove.New(),
	}
	modules, err := interp.Shelf()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(familyFolder + "/*.cnn")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		p, err := interp.Open(file, nil)
		if err != nil || p.Problems.HasErrors() {
			t.Fatal(file, err, p.Problems.Err())
		}
		modules = append(modules, p.Main)
		for _, o := range p.Main.Nets() {
			if other := f.own[o.Name]; other != nil {
				t.Fatalf("%s: net %s is in %s too", file, o.Name, other.Module.Name())
			}
			f.own[o.Name] = o
		}
	}
	for _, m := range modules {
		for _, o := range m.Blocks() {
			full := strings.TrimSuffix(path.Base(m.Name()), ".cnn") + "." + o.Name
			f.blocks[o.Name] = append(f.blocks[o.Name], o)
			f.blocks[full] = append(f.blocks[full], o)
		}
	}
	return f
}

// net makes a net of docs/family, or else of the library, at its defaults.
func (f *family) net(name string) (*interp.Net, error) {
	if n := f.nets[name]; n != nil {
		return n, nil
	}
	o := f.own[name]
	if o == nil {
		p, err := interp.Open(name, nil)
		if err != nil {
			return nil, err
		}
		if o, err = p.Select(""); err != nil {
			return nil, err
		}
	}
	n, list := interp.Instantiate(o, elab.Options{})
	if n == nil {
		return nil, list.Err()
	}
	f.nets[name] = n
	return n, nil
}

// familyFunctions is what an expression of the text can call, by name and number
// of arguments. The first argument is a net unless the name is formula.
var familyFunctions = map[string]func(n *interp.Net, args []string) (familyValue, error){
	"params 1":      func(n *interp.Net, _ []string) (familyValue, error) { return sizeValue(n.Main.Params) },
	"macs 1":        func(n *interp.Net, _ []string) (familyValue, error) { return sizeValue(n.Main.MACs) },
	"params_side 1": func(n *interp.Net, _ []string) (familyValue, error) { return sizeValue(n.Sides.Params) },
	"macs_side 1":   func(n *interp.Net, _ []string) (familyValue, error) { return sizeValue(n.Sides.MACs) },
	"params 2": func(n *interp.Net, args []string) (familyValue, error) {
		count, err := countBelow(n, args[1])
		return wholeValue(count.Params, err)
	},
	"macs 2": func(n *interp.Net, args []string) (familyValue, error) {
		count, err := countBelow(n, args[1])
		return wholeValue(count.MACs, err)
	},
	"shape 2": func(n *interp.Net, args []string) (familyValue, error) {
		s, err := shapeAt(n, args[1])
		return familyValue{text: s.String()}, err
	},
	"channels 2": func(n *interp.Net, args []string) (familyValue, error) {
		s, err := imageAt(n, args[1])
		return intValue(s[1]), err
	},
	"values 2": func(n *interp.Net, args []string) (familyValue, error) {
		s, err := shapeAt(n, args[1])
		return intValue(s.Elements()), err
	},
	"seen 2":        seen,
	"after 2":       after,
	"halves 1":      halves,
	"narrows 1":     narrows,
	"projections 1": projections,
	"norms 1": func(n *interp.Net, _ []string) (familyValue, error) {
		return intValue(countNorms(n.Graph)), nil
	},
	"norms_left 1": func(n *interp.Net, _ []string) (familyValue, error) {
		g, _ := pass.Run(n.Graph, pass.Options{})
		return intValue(countNorms(g)), nil
	},
}

func (f *family) call(name string, args []string) (familyValue, error) {
	if name == "formula" {
		return f.formula(args[0], strings.Join(args[1:], ", "))
	}
	function := familyFunctions[fmt.Sprint(name, " ", len(args))]
	if function == nil {
		return familyValue{}, fmt.Errorf("there is no %s of %d arguments", name, len(args))
	}
	n, err := f.net(args[0])
	if err != nil {
		return familyValue{}, err
	}
	return function(n, args)
}

func intValue(x int) familyValue { return familyValue{number: big.NewRat(int64(x), 1)} }

func sizeValue(x dim.Size) (familyValue, error) { return wholeValue(x, nil) }

func wholeValue(x dim.Size, err error) (familyValue, error) {
	if err != nil {
		return familyValue{}, err
	}
	n, ok := x.Int()
	if !ok {
		return familyValue{}, fmt.Errorf("%v is no number", x)
	}
	return intValue(n), nil
}

// formula is what the prover counts for a block with unknown parameters on an
// unknown input. Where there are several ways through the block, condition is
// that of one.
func (f *family) formula(name, condition string) (familyValue, error) {
	found := f.blocks[name]
	if len(found) != 1 {
		return familyValue{}, fmt.Errorf("%d blocks are called %s", len(found), name)
	}
	verdict := f.prover.Block(found[0])
	if verdict.Status != prove.Proved {
		return familyValue{}, fmt.Errorf("%s is %s: %s", name, verdict.Status, verdict.Reason)
	}
	formulas := map[string]bool{}
	for _, r := range verdict.Results {
		have := strings.Join(r.Condition, ", ")
		if condition == "" || condition == have {
			formulas[r.Count.Params.String()] = true
		}
	}
	if len(formulas) != 1 {
		return familyValue{}, fmt.Errorf("%s has %d formulas there: %v", name, len(formulas), verdict.Results)
	}
	for text := range formulas {
		return familyValue{text: text}, nil
	}
	panic("unreachable")
}

package weights

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp/graph"
)

// Groups of the same shapes are told apart by what the names say, and not by chance.
func TestPairsOfSortedNames(t *testing.T) {
	for name, c := range map[string]struct {
		net, file []string // names and shapes
		want      string   // pairs, or what is unclear
	}{
		"numbers":          {[]string{"l.0.weight 1", "l.1.weight 1", "l.2.weight 1"}, []string{"c1.k 1", "c10.k 1", "c2.k 1"}, "[{l.0.weight c1.k} {l.1.weight c2.k} {l.2.weight c10.k}]"},
		"letters":          {[]string{"l.0.weight 1", "l.1.weight 1"}, []string{"r2a.k 1", "r2b.k 1"}, "[{l.0.weight r2a.k} {l.1.weight r2b.k}]"},
		"words":            {[]string{"l.0.weight 1", "l.1.weight 1"}, []string{"first.k 1", "second.k 1"}, "which of first.k and second.k is which of l.0.weight and l.1.weight"},
		"shapes":           {[]string{"l.0.weight 1", "l.1.weight 2"}, []string{"first.k 2", "second.k 1"}, "[{l.0.weight second.k} {l.1.weight first.k}]"},
		"the same number":  {[]string{"l.0.weight 1", "l.1.weight 1"}, []string{"c01.k 1", "c1.k 1"}, "which of"},
		"one is named":     {[]string{"a.weight 3", "b.weight 3"}, []string{"b.weight 3", "x.weight 3"}, "[{a. x.}]"},
		"leaves":           {[]string{"n.weight 3", "n.bias 3", "c.weight 4"}, []string{"m.beta 3", "m.gamma 3", "n.k 4"}, "[{n.weight m.gamma} {n.bias m.beta} {c.weight n.k}]"},
		"leaves of Flax":   {[]string{"n.weight 3", "n.bias 3", "n.running_mean 3", "n.running_var 3"}, []string{"m.bias 3", "m.mean 3", "m.scale 3", "m.var 3"}, "[{n.weight m.scale} {n.bias m.bias} {n.running_mean m.mean} {n.running_var m.var}]"},
		"leaves of both":   {[]string{"n.weight 3", "n.scale 3"}, []string{"m.scale 3", "m.weight 3"}, "[{n. m.}]"},
		"dashes":           {[]string{"l.0.weight 1", "l.1.weight 1"}, []string{"a.k 1", "a-b.k 1"}, "which of"},
		"leaves unknown":   {[]string{"n.weight 3", "n.bias 3", "c.weight 4"}, []string{"m.one 3", "m.two 3", "n.k 4"}, "which of"},
		"fewer axes":       {[]string{"a.weight 3,1,1,2"}, []string{"b.k 3,2"}, "[{a.weight b.k}]"},
		"turned axes":      {[]string{"a.weight 3,1,2,1", "b.weight 7"}, []string{"c.k 2,3,1,1", "d.k 7"}, "[]"},
		"groups by shape":  {[]string{"s.0.a.weight 1", "s.0.b.weight 2", "s.1.a.weight 1", "s.1.b.weight 3"}, []string{"m.w 1", "m.x 3", "n.w 1", "n.x 2"}, "[{s.0.a.weight n.w} {s.0.b.weight n.x} {s.1.a.weight m.w} {s.1.b.weight m.x}]"},
		"one more":         {[]string{"a.weight 1"}, []string{"b.k 1", "c.k 1"}, "[]"},
		"too deep":         {[]string{"a.weight 1", "b.weight 2"}, []string{"c" + strings.Repeat(".c", 100_000) + " 2", "d.k 1"}, "[{a.weight d.k} {b.weight c.c"},
		"a name in a name": {[]string{"a.weight 1", "b.weight 2"}, []string{"c 2", "c.k 1"}, "[{a.weight c.k} {b.weight c}]"},
	} {
		var entries []Entry
		for _, p := range params(c.file...) {
			entries = append(entries, Entry{Name: p.Path, DType: "F32", Shape: p.Shape})
		}
		pairs, unclear := Pairs(params(c.net...), entries, false)
		got := fmt.Sprint(Compact(pairs))
		if unclear != nil {
			got = unclear.String()
		}
		if !strings.HasPrefix(got, c.want) || pairs != nil && unclear != nil {
			t.Errorf("%s: got %.300s, want %s", name, got, c.want)
		}
	}
}

// The order of a file that has one counts.
func TestPairsInTheOrderOfTheFile(t *testing.T) {
	net := params("l.0.weight 1", "l.1.weight 1")
	for _, ordered := range []bool{false, true} {
		for _, names := range [][]string{{"second.k", "first.k"}, {"first.k", "second.k"}} {
			entries := []Entry{{Name: names[0], DType: "F32", Shape: net[0].Shape}, {Name: names[1], DType: "F32", Shape: net[0].Shape}}
			pairs, _ := Pairs(net, entries, ordered)
			if known := ordered || names[0] > names[1]; known != (len(pairs) == 2 && pairs[0].There == names[0]) || !known && pairs != nil {
				t.Errorf("%v, ordered %v: got %v", names, ordered, pairs)
			}
		}
	}
}

// The order of a file does not count against what its names say.
func TestPairsOfWordsInAnotherOrder(t *testing.T) {
	for name, c := range map[string]struct {
		net, file []string
		want      string
	}{
		"words":            {[]string{"n.weight 3", "n.bias 3"}, []string{"m.beta 3", "m.gamma 3"}, "[{n.weight m.gamma} {n.bias m.beta}]"},
		"no words":         {[]string{"n.weight 3", "n.bias 3"}, []string{"m.z 3", "m.a 3"}, "[{n.weight m.z} {n.bias m.a}]"},
		"no modules":       {[]string{"l.0.weight 3", "l.1.weight 3"}, []string{"z_weight 3", "a_weight 3"}, "[{l.0.weight z_weight} {l.1.weight a_weight}]"},
		"another division": {[]string{"l.0.weight 3", "l.0.bias 3", "l.1.weight 3", "l.1.bias 3"}, []string{"m.weight 3", "m.bias 3", "n.a.weight 3", "n.b.bias 3"}, "[{l.0. m.} {l.1.weight n.a.weight} {l.1.bias n.b.bias}]"},
		"words elsewhere":  {[]string{"l.0.weight 3", "l.0.bias 3", "l.1.weight 3", "l.1.bias 3"}, []string{"m.bias 3", "m.weight 3", "n.a.weight 3", "n.b.bias 3"}, "[{l.0. m.} {l.1.weight n.a.weight} {l.1.bias n.b.bias}]"},
		"words in a row":   {[]string{"l.0.weight 3", "l.0.bias 3"}, []string{"m.running_var 3", "n.bias 3"}, "[]"},
	} {
		var entries []Entry
		for _, p := range params(c.file...) {
			entries = append(entries, Entry{Name: p.Path, DType: "F32", Shape: p.Shape})
		}
		if pairs, _ := Pairs(params(c.net...), entries, true); fmt.Sprint(Compact(pairs)) != c.want {
			t.Errorf("%s: got %v, want %s", name, pairs, c.want)
		}
	}
}

// As many groups as tensors take no more than a few steps each.
func TestPairsOfManyNames(t *testing.T) {
	var net []graph.Param
	var entries []Entry
	for i := range 20_000 {
		p := graph.Param{Path: fmt.Sprintf("l.%d.weight", i), Shape: []int{3}}
		net = append(net, p)
		entries = append(entries, Entry{Name: fmt.Sprintf("c%05d.k", i), DType: "F32", Shape: p.Shape})
	}
	if pairs, unclear := Pairs(net, entries, false); len(pairs) != len(net) || unclear != nil {
		t.Errorf("got %d pairs", len(pairs))
	}
}

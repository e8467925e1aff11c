package elab

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/train/recipe"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
)

// RecipeOptions choose a recipe, and change it from outside the program.
type RecipeOptions struct {
	Name string // FineTune of a net that has none is the usual one
	Set  []*ast.Setting
	// Module has the names that Set may use.
	Module *resolve.Module
	// Usual are the settings of the recipe for a net that has weights and no recipe of its own.
	Usual []*ast.Setting
}

// FineTune is the name of the recipe by which a net is trained on from weights.
const FineTune = "finetune"

// FineTuning is the text of the recipe for a net that has weights and no recipe of its own.
func FineTuning() string { return fineTuning }

// recipes holds what a net says of training to its tensors and side heads, at its own size and
// arguments or where a recipe is asked for, and makes that recipe.
func (m *machine) recipes(r *Result, all []*training, opts *RecipeOptions) {
	if opts == nil && len(all) == 0 {
		return
	}
	names := tensorNames(r.Graph)
	for _, t := range all {
		if m.defaults && opts == nil {
			m.fitTraining(t, r.Graph, names)
		}
		r.Recipes = append(r.Recipes, t.stated(r.Graph, names))
	}
	if opts == nil {
		return
	}
	t := &training{name: opts.Name, items: map[string]trainItem{}}
	if i := slices.IndexFunc(all, func(t *training) bool { return t.name == opts.Name }); i >= 0 {
		t = all[i]
	}
	for _, settings := range [][]*ast.Setting{opts.Usual, opts.Set} {
		reader := trainReader{machine: m, e: &env{module: opts.Module, frame: &frame{}}, seen: map[string]map[string]*ast.Name{}}
		reader.read(settings, t)
	}
	if m.found.List.HasErrors() {
		return
	}
	m.fitTraining(t, r.Graph, names)
	made := t.recipe(untrained())
	if len(made.Sides) == 1 {
		made.Sides = slices.Repeat(made.Sides, len(r.Graph.Sides))
	}
	r.Recipe = &made
}

// A StatedRecipe is a recipe, and which of its settings the net's text states. Of paths
// and side heads it has those that there are, at other arguments than the net's own too.
type StatedRecipe struct {
	recipe.Recipe
	Keys []string
}

func (t *training) stated(g *graph.Graph, names *allTensors) StatedRecipe {
	s := StatedRecipe{t.recipe(untrained()), slices.Sorted(maps.Keys(t.items))}
	if list, isList := t.items["sides"].value.([]float64); isList {
		s.Sides = nil // where there are others than it was written for, nothing says whose each is
		for i, side := range g.Sides {
			if len(list) == len(g.Sides) && side.Output != nil {
				s.Sides = append(s.Sides, list[i])
			}
		}
	}
	s.Freeze = slices.DeleteFunc(slices.Clone(s.Freeze), func(path string) bool { return !names.match(path) })
	s.NoDecay = slices.DeleteFunc(slices.Clone(s.NoDecay), func(path string) bool { return !names.match(path) && !names.kind(path) })
	s.Rates = slices.DeleteFunc(slices.Clone(s.Rates), func(r recipe.Rate) bool { return !names.match(r.Path) })
	return s
}

// fitTraining holds a recipe to the tensors and the side heads of a net, and its keys to each
// other.
func (m *machine) fitTraining(t *training, g *graph.Graph, names *allTensors) {
	made := t.recipe(recipe.Recipe{Batch: untrained().Batch})
	if made.Batch%made.Pass() != 0 {
		item, stated := t.items["micro"]
		if !stated {
			item = t.items["batch"]
		}
		m.fail(microApart(item.expr.Span(), made.Micro, made.Batch))
	}
	if item, stated := t.items["sides"]; stated {
		if list, isList := item.value.([]float64); isList && len(list) != len(g.Sides) {
			m.fail(sidesBeyond(item.expr.Span(), len(list), len(g.Sides), g.Name))
		}
	}
	for _, key := range []string{"freeze", "no_decay"} {
		list, _ := t.items[key].value.([]string)
		for i, path := range list {
			at := itemSpan(t.items[key].expr, i, len(list))
			if !m.step(at) {
				return
			}
			if names.match(path) || key == "no_decay" && names.kind(path) {
				continue
			}
			if m.fail(names.unmatched(at, key, path, g.Name)); at == t.items[key].expr.Span() {
				break // of many at one place, one is told
			}
		}
	}
	rates, _ := t.items["rates"].value.([]formValue)
	for _, f := range rates {
		if !names.match(f.text("path")) {
			m.fail(names.unmatched(f.spans["path"], "rates", f.text("path"), g.Name))
		}
	}
}

// itemSpan is where an item of a list stands, which is the whole where that is not written item by
// item.
func itemSpan(x ast.Expr, i, of int) source.Span {
	if list, ok := x.(*ast.List); ok && len(list.Items) == of {
		return list.Items[i].Span()
	}
	return x.Span()
}

// allTensors are the names of a net's tensors in order.
type allTensors struct {
	names []string
	kinds map[string]bool // how tensors may be called by their leaf or operation
	steps []string        // the paths of tensors and of the steps around them, once somebody asks
}

func tensorNames(g *graph.Graph) *allTensors {
	all := &allTensors{kinds: map[string]bool{}}
	for _, name := range append(untrained().NoDecay, "weight") {
		all.kinds[name] = true // whether the net has any or not
	}
	for _, op := range ops.Builtins {
		all.kinds[op.Name()] = true
	}
	for _, p := range g.Params(true) {
		all.names = append(all.names, p.Path)
		all.kinds[p.Path[strings.LastIndexByte(p.Path, '.')+1:]] = true
	}
	sort.Strings(all.names)
	return all
}

// kind reports whether a word is the last part of names of tensors, or an operation.
func (all *allTensors) kind(word string) bool { return all.kinds[word] }

// match reports whether a path is that of a tensor, or of a step around some.
func (all *allTensors) match(path string) bool {
	if _, is := slices.BinarySearch(all.names, path); is {
		return true
	}
	at, _ := slices.BinarySearch(all.names, path+".")
	return path != "" && at < len(all.names) && strings.HasPrefix(all.names[at], path+".")
}

// unmatched is about a path that no tensor has.
func (all *allTensors) unmatched(at source.Span, key, path, net string) *diag.Diagnostic {
	d := noTensors(at, key, path, net)
	candidates := all.around()
	if key == "no_decay" {
		candidates = append(slices.Sorted(maps.Keys(all.kinds)), candidates...)
	}
	if near := diag.Nearest(path, candidates); near != "" {
		return d.WithHelp("did you mean `\"%s\"`?", near).Write(show(near))
	}
	return d
}

// around are the paths of tensors and of the steps around them.
func (all *allTensors) around() []string {
	if all.steps != nil {
		return all.steps
	}
	seen := map[string]bool{}
	for _, name := range all.names {
		for i := len(name); i > 0; i = strings.LastIndexByte(name[:i], '.') {
			if seen[name[:i]] {
				break // and so are those around it
			}
			seen[name[:i]], all.steps = true, append(all.steps, name[:i])
		}
	}
	return all.steps
}

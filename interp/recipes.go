package interp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/train/recipe"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A Recipe is how a net is trained: what a section `train { … }` of its text says, with all that it
// leaves out.
type Recipe = recipe.Recipe

// FineTune is the name of the recipe by which a net is trained on from weights. Every net has it:
// where the text has no section of this name it is one that goes with most.
const FineTune = elab.FineTune

// Unnamed is what asks for the section without a name, which can be no section's own.
const Unnamed = "train"

// RecipeOptions choose a recipe of a net and change it.
type RecipeOptions struct {
	// Name is that of a section, FineTune or Unnamed. "" is FineTune with Weights, and Unnamed
	// without.
	Name    string
	Weights bool // training starts from weights
	// Set holds texts of settings, as in `optimizer = adamw(lr=3e-4); epochs = 5`, which replace
	// those of the section. They know the names of the net's file. Its Name is what diagnostics call them,
	// "train" if empty.
	Set Settings
}

// Recipes lists the names of the recipes that the net's text has, "" being the section without a
// name.
func (n *Net) Recipes() (names []string) {
	for _, r := range n.result.Recipes {
		names = append(names, r.Name)
	}
	return names
}

// Recipe is a recipe of the net. Its error is a *NoRecipeError, or a *ProgramError where what options say has
// mistakes or what the net's text says does not fit its tensors and side heads.
func (n *Net) Recipe(opts RecipeOptions) (Recipe, error) {
	name := opts.Name
	if name == "" && opts.Weights {
		name = FineTune
	}
	if name == Unnamed {
		name = ""
	}
	all := n.Recipes()
	chosen := &elab.RecipeOptions{Name: name, Module: n.program.Main}
	switch has := slices.Contains(all, name); {
	case !has && name == FineTune:
		chosen.Usual, _ = parse.Settings(source.NewFile(FineTune, elab.FineTuning()))
	case !has && name != "":
		if all = append([]string{""}, slices.DeleteFunc(all, func(s string) bool { return s == "" })...); !slices.Contains(all, FineTune) {
			all = append(all, FineTune)
		}
		return Recipe{}, &NoRecipeError{n.Name, name, all}
	}
	file := source.NewFile(cmp.Or(opts.Set.Name, "train"), strings.Join(opts.Set.Texts, "\n"))
	items, list := parse.Settings(file)
	resolve.CheckSettings(n.program.Main, items, func(d *diag.Diagnostic) { list.Add(d) })
	fail := func(list diag.List) (Recipe, error) {
		return Recipe{}, &ProgramError{list, n.program.filesWith(append(slices.Clone(n.set), file)...)}
	}
	if list.HasErrors() {
		return fail(list)
	}
	chosen.Set = items
	r, list := n.again(elab.Options{Recipe: chosen})
	if r == nil || r.Recipe == nil {
		return fail(list)
	}
	return *r.Recipe, nil
}

// A NoRecipeError says that a net has no recipe of a name.
type NoRecipeError struct {
	Net, Name string
	Recipes   []string // those that there are, "" being Unnamed
}

func (e *NoRecipeError) Error() string {
	names := slices.Clone(e.Recipes)
	for i, name := range names {
		names[i] = cmp.Or(name, Unnamed)
	}
	near := ""
	if word := diag.Nearest(e.Name, names); word != "" {
		near = fmt.Sprintf("; did you mean %s?", word)
	}
	return fmt.Sprintf("interp: %s has no recipe %.100q, want one of %s%s", e.Net, e.Name, strings.Join(names, ", "), near)
}

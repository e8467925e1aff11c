package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
)

// A trainingDiff is how the recipes of two nets differ, with all that they leave out.
type trainingDiff struct {
	recipes []diffRecipe // that differ
	rest    int          // recipes that were not compared
}

// A diffRecipe is a recipe that differs.
type diffRecipe struct {
	Name     string         `json:"name"` // "" of the section without one
	Kind     string         `json:"kind"`
	Settings []diffArgument `json:"settings"`
}

// trainingChange compares the recipes of two nets, only the first ones, as for each the nets are made anew.
func trainingChange(a, b *interp.Net) (d trainingDiff) {
	const most = 16
	before, after := setOf(a.Recipes()), setOf(b.Recipes())
	all := union(a.Recipes(), b.Recipes())
	d.rest = max(0, len(all)-most)
	for _, name := range all[:len(all)-d.rest] {
		r := diffRecipe{Name: name, Kind: "changed", Settings: []diffArgument{}}
		switch {
		case !after[name]:
			r.Kind = "removed"
		case !before[name]:
			r.Kind = "added"
		default:
			if r.Settings = settingsChange(settingsOfRecipe(a, name), settingsOfRecipe(b, name)); len(r.Settings) == 0 {
				continue
			}
		}
		d.recipes = append(d.recipes, r)
	}
	return d
}

// lines says it to people, a line for each recipe.
func (d trainingDiff) lines() (lines []string) {
	for _, r := range d.recipes {
		title := strings.TrimSpace("train " + r.Name)
		switch r.Kind {
		case "removed":
			lines = append(lines, title+" is gone")
		case "added":
			lines = append(lines, title+" is new")
		default:
			var changes []string
			for _, s := range r.Settings {
				changes = append(changes, fmt.Sprintf("%s %s → %s", s.Name, cmp.Or(s.A, "none"), cmp.Or(s.B, "none")))
			}
			lines = append(lines, title+": "+strings.Join(changes, "; "))
		}
	}
	if d.rest > 0 {
		lines = append(lines, fmt.Sprintf("%d more recipes are not compared", d.rest))
	}
	return lines
}

// A recipeSetting is a key with its value as a text has it.
type recipeSetting struct{ key, value string }

// settingsOfRecipe are those of a recipe, nil where it does not fit its net.
func settingsOfRecipe(n *interp.Net, name string) (all []recipeSetting) {
	if name == "" {
		name = interp.Unnamed
	}
	r, err := n.Recipe(interp.RecipeOptions{Name: name})
	if err != nil {
		return nil
	}
	for line := range strings.Lines(r.Settings()) {
		key, value, _ := strings.Cut(line, "=")
		all = append(all, recipeSetting{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return all
}

// settingsChange are the keys whose values differ; one that does nothing has none.
func settingsChange(a, b []recipeSetting) []diffArgument {
	value := func(list []recipeSetting, key string) string {
		if i := slices.IndexFunc(list, func(s recipeSetting) bool { return s.key == key }); i >= 0 {
			return list[i].value
		}
		return ""
	}
	var keys [2][]string
	for side, list := range [][]recipeSetting{a, b} {
		for _, s := range list {
			keys[side] = append(keys[side], s.key)
		}
	}
	changes := []diffArgument{}
	for _, key := range union(keys[0], keys[1]) {
		if x, y := value(a, key), value(b, key); x != y {
			changes = append(changes, diffArgument{key, x, y})
		}
	}
	return changes
}

// union has the items of the first list, then those of the second that are not in it.
func union(a, b []string) []string {
	known := setOf(a)
	return append(slices.Clone(a), slices.DeleteFunc(slices.Clone(b), func(s string) bool { return known[s] })...)
}

func setOf(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}

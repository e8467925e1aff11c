package main

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
)

// trainingChange says how the recipes of two nets differ, with all that they leave out: a line for each recipe, of the
// first ones, as for each the nets are made anew.
func trainingChange(a, b *interp.Net) (lines []string) {
	const most = 16
	before, after := setOf(a.Recipes()), setOf(b.Recipes())
	all := union(a.Recipes(), b.Recipes())
	for _, name := range all[:min(most, len(all))] {
		title := strings.TrimSpace("train " + name)
		switch {
		case !after[name]:
			lines = append(lines, title+" is gone")
		case !before[name]:
			lines = append(lines, title+" is new")
		default:
			if changes := settingsChange(settingsOfRecipe(a, name), settingsOfRecipe(b, name)); len(changes) > 0 {
				lines = append(lines, title+": "+strings.Join(changes, "; "))
			}
		}
	}
	if rest := len(all) - most; rest > 0 {
		lines = append(lines, fmt.Sprintf("%d more recipes are not compared", rest))
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

// settingsChange are the keys whose values differ; one that does nothing is not there.
func settingsChange(a, b []recipeSetting) (changes []string) {
	value := func(list []recipeSetting, key string) string {
		if i := slices.IndexFunc(list, func(s recipeSetting) bool { return s.key == key }); i >= 0 {
			return list[i].value
		}
		return "none"
	}
	var keys [2][]string
	for side, list := range [][]recipeSetting{a, b} {
		for _, s := range list {
			keys[side] = append(keys[side], s.key)
		}
	}
	for _, key := range union(keys[0], keys[1]) {
		if x, y := value(a, key), value(b, key); x != y {
			changes = append(changes, fmt.Sprintf("%s %s → %s", key, x, y))
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

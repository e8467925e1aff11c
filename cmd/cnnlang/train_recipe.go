package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// A recipeFlags is the flags that choose a recipe and change it.
type recipeFlags struct {
	name       *option[string]
	settings   *option[[]string]
	lr         *option[float64]
	epochs     *option[int]
	batch      *option[[]int]
	seed       *option[uint64]
	freeze     *option[[]string]
	views      *option[int]
	showRecipe bool
}

// recipeName is what diagnostics call the values of --train and of the flags that are short for it.
const recipeName = "--train"

// flags adds the flags to a command.
func (r *recipeFlags) flags(cmd *cobra.Command) {
	r.name, r.settings = textOf("NAME"), manyOf("SETTINGS", parseSettings)
	r.lr = &option[float64]{what: "RATE", parse: parseRate, write: func(v float64) string {
		if v == 0 {
			return ""
		}
		return fmt.Sprint(v)
	}}
	r.epochs = numberOf(0, 1, 1<<20)
	r.epochs.write = func(n int) string { return strings.TrimPrefix(strconv.Itoa(n), "0") }
	r.views = numberOf(0, 0, 1<<16)
	r.views.write = r.epochs.write
	r.batch = listOf[int]("N", 1, numberFrom(1, 1<<16))
	r.seed = &option[uint64]{what: "N", parse: parseRecipeSeed}
	r.freeze = listOf[string]("PATHS", 1000, parsePath)
	f := cmd.Flags()
	f.Var(r.name, "recipe", "the section train of the net's text to follow, by its name; "+interp.Unnamed+" is the one without, and every net has "+interp.FineTune+" (default "+interp.FineTune+" with --weights)")
	f.Var(r.settings, "train", "settings in place of the recipe's, as in 'optimizer = adamw(lr=3e-4); epochs = 5'; may be repeated")
	f.Var(r.lr, "lr", "the learning rate, in place of that of the recipe's optimizer")
	f.Var(r.epochs, "epochs", "how often all pictures are learned from, in place of what the recipe says")
	f.Var(r.batch, "batch", batchUsage)
	f.Var(r.seed, "seed", seedUsage)
	f.Var(r.views, "views", "in how many versions pictures come while the first parts of the net do not learn, 0 for other ones in every epoch (default 2 while the new tensors learn alone)")
	f.Var(r.freeze, "freeze", "parts of the net that stay as they are, by their paths, as in conv1,layer1")
	f.BoolVar(&r.showRecipe, "show-recipe", false, "print the whole recipe, with what flags change and what it leaves out, and end")
	complete(cmd, "recipe", completeRecipes)
}

// completeRecipes offers the recipes of the net that is the first argument.
func completeRecipes(_ *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
	names = []cobra.Completion{interp.FineTune, interp.Unnamed}
	if len(args) > 0 && args[0] != "-" {
		if p, err := interp.Open(args[0]); err == nil {
			if n, err := p.Net(interp.Options{}); err == nil {
				for _, name := range n.Recipes() {
					if name != "" && name != interp.FineTune {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// parseSettings wants some text, which interp parses.
func parseSettings(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errors.New("want settings, as in 'epochs = 5; batch = 16'")
	}
	return text, nil
}

// parseRecipeSeed wants a seed that the text of a recipe can say.
func parseRecipeSeed(text string) (uint64, error) {
	const most = 1 << 53
	v, err := parseSeed(text)
	if err != nil || v > most {
		return 0, fmt.Errorf("want a whole number from 0 to %d", uint64(most))
	}
	return v, nil
}

func parseRate(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0) || math.IsInf(v, 1) {
		return 0, errors.New("want a positive number, as in 0.01")
	}
	return v, nil
}

// parsePath wants what can be a path, which interp compares with those of the net.
func parsePath(text string) (string, error) {
	if text == "" || strings.ContainsAny(text, "\"\\{}\n\r\t ") {
		return "", errors.New("want paths of the net with commas between them, as in conv1,layer1")
	}
	return text, nil
}

// recipe is what the flags say, of a training that begins with weights or without.
func (r *recipeFlags) recipe(weights bool) interp.RecipeOptions {
	texts := append([]string{}, r.settings.value...)
	add := func(given bool, format string, args ...any) {
		if given {
			texts = append(texts, fmt.Sprintf(format, args...))
		}
	}
	add(r.epochs.given, "epochs = %d", r.epochs.value)
	if r.batch.given {
		add(true, "batch = %d", r.batch.value[0])
	}
	add(r.seed.given, "seed = %d", r.seed.value)
	add(r.views.given, "views = %d", r.views.value)
	add(r.freeze.given, `freeze = ["%s"]`, strings.Join(r.freeze.value, `", "`))
	return interp.RecipeOptions{Name: r.name.value, Weights: weights, Set: interp.Settings{Texts: texts, Name: recipeName}}
}

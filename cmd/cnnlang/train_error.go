package main

import (
	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
)

// trainingHelp says what to do about an error of training, "" where its words say it.
func trainingHelp(err error) string {
	switch {
	case is[*dataset.BadError](err):
		return "--skip-bad goes on without them"
	case is[*interp.NoRecipeError](err):
		return "--show-recipe prints the recipe that is followed"
	case is[*train.StateError](err):
		return "--resume needs only --output; another training has another --output"
	case is[*train.NotFiniteError](err):
		return "--resume --on-nan backoff goes on with half the rate; or begin anew with a smaller --lr, or with --train 'clip_norm = 1'"
	}
	return ""
}

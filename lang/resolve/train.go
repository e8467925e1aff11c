package resolve

import (
	"maps"
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// TrainKeys are what a recipe may set.
var TrainKeys = []string{"loss", "sides", "optimizer", "schedule", "warmup", "weight_decay", "no_decay", "clip_norm", "clip_value",
	"rates", "head_rate", "freeze", "head_epochs", "bn", "bn_momentum", "recompute_bn", "ema", "batch", "micro", "epochs", "seed",
	"stop_after", "augment", "views", "shrink", "class_weights", "balance", "init", "zero_last_bn"}

// Forms are, for each key of `train` that has any, the words that stand for a rule there, with
// arguments or without. They come before other names.
var Forms = map[string][]string{
	"loss":      {"cross_entropy", "bce", "mse", "l1", "smooth_l1"},
	"optimizer": {"sgd", "rmsprop", "adam", "adamw"},
	"schedule":  {"constant", "step", "exponential", "cosine", "linear", "poly", "one_cycle"},
	"ema":       {"ema"},
	"rates":     {"rate"},
	"augment": {"random_resized_crop", "pad_crop", "flip", "flip_rows", "rotate", "affine", "color_jitter", "grey", "invert",
		"blur", "dilate", "erode", "noise", "random_erase", "mixup", "cutmix"},
	"init": {"he_uniform", "he_normal_out", "truncated"},
}

// allForms are those of all keys.
func allForms() (all []string) {
	for _, key := range slices.Sorted(maps.Keys(Forms)) {
		all = append(all, Forms[key]...)
	}
	return all
}

// train checks the names of a recipe. What is set by an unknown key may be any form, as the key
// alone is the mistake.
func (c *checker) train(t *ast.Train, s *scope) {
	for _, item := range t.Items {
		forms := Forms[item.Key.Text]
		if !slices.Contains(TrainKeys, item.Key.Text) {
			forms = allForms()
		}
		c.formOrValue(item.Value, forms, item.Key, s)
	}
}

// formOrValue checks the names of a value where forms may stand: a form, a list of forms, or one
// of two by a condition.
func (c *checker) formOrValue(x ast.Expr, forms []string, key *ast.Name, s *scope) {
	switch x := x.(type) {
	case *ast.List:
		for _, item := range x.Items {
			if _, isList := item.(*ast.List); isList {
				c.expr(item, s) // forms are in no list of lists
			} else {
				c.formOrValue(item, forms, key, s)
			}
		}
		return
	case *ast.Cond:
		c.expr(x.If, s)
		c.formOrValue(x.Then, forms, key, s)
		c.formOrValue(x.Else, forms, key, s)
		return
	case *ast.Ref:
		switch name := x.Path[0].Text; {
		case c.reported >= maxReported || len(x.Path) > 1 || len(forms) == 0:
		case slices.Contains(forms, name):
			c.args(x, s)
			return
		case !c.isValue(x, s):
			c.args(x, s)
			c.report(unknownForm(x, key.Text, forms))
			return
		}
	}
	c.expr(x, s)
}

// formsElsewhere are what other frameworks call them, in lower case and without underscores.
var formsElsewhere = map[string]string{
	"crossentropyloss": "cross_entropy", "categoricalcrossentropy": "cross_entropy", "softmaxcrossentropy": "cross_entropy", "nll": "cross_entropy",
	"bcewithlogits": "bce", "bcewithlogitsloss": "bce", "binarycrossentropy": "bce", "mseloss": "mse", "l2": "mse", "l1loss": "l1", "mae": "l1",
	"smoothl1loss": "smooth_l1", "huber": "smooth_l1", "momentum": "sgd", "nesterov": "sgd", "rmsproptf": "rmsprop",
	"steplr": "step", "multistep": "step", "multisteplr": "step", "exponentiallr": "exponential", "cosineannealing": "cosine",
	"cosineannealinglr": "cosine", "cosinedecay": "cosine", "linearlr": "linear", "polynomial": "poly", "polynomiallr": "poly", "onecyclelr": "one_cycle",
	"randomresizedcrop": "random_resized_crop", "randomcrop": "pad_crop", "crop": "pad_crop", "hflip": "flip", "horizontalflip": "flip",
	"randomhorizontalflip": "flip", "mirror": "flip", "vflip": "flip_rows", "verticalflip": "flip_rows", "randomverticalflip": "flip_rows",
	"rotation": "rotate", "randomrotation": "rotate", "randomaffine": "affine", "colorjitter": "color_jitter", "grayscale": "grey", "gray": "grey",
	"randomgrayscale": "grey", "randominvert": "invert", "gaussianblur": "blur", "gaussiannoise": "noise", "dilation": "dilate", "maxfilter": "dilate", "erosion": "erode", "minfilter": "erode", "randomerasing": "random_erase",
	"cutout": "random_erase", "kaiminguniform": "he_uniform", "heuniform": "he_uniform", "kaimingnormal": "he_normal_out", "truncnormal": "truncated",
	"truncatednormal": "truncated",
}

// unknownForm is for `optimizer = sdg(lr=0.1)`.
func unknownForm(r *ast.Ref, key string, forms []string) *diag.Diagnostic {
	d := diag.New(diag.UnknownName, nameOf(r), "`%s` is nothing that `%s` can be", r.Text(), key)
	ours := formsElsewhere[strings.ToLower(strings.ReplaceAll(r.Path[len(r.Path)-1].Text, "_", ""))]
	if slices.Contains(forms, ours) {
		return d.WithHelp("it is called `%s` here", ours).Write(ours)
	}
	if d.DidYouMean(r.Text(), forms) {
		return d
	}
	return d.WithHelp("it can be %s", diag.Names(forms))
}

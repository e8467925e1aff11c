package elab

import (
	"slices"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// trainElsewhere are what other programs call keys of `train`, without underscores, and what is
// to be written.
var trainElsewhere = map[string]string{
	"lr": rateOfOptimizer, "learningrate": rateOfOptimizer, "baselr": rateOfOptimizer, "momentum": rateOfOptimizer, "nesterov": rateOfOptimizer,
	"labelsmoothing": "write `loss = cross_entropy(smoothing=0.1)`", "smoothing": "write `loss = cross_entropy(smoothing=0.1)`",
	"batchsize": "`batch`", "batchsz": "`batch`", "minibatch": "`batch`", "epoch": "`epochs`", "numepochs": "`epochs`", "maxepochs": "`epochs`",
	"scheduler": "`schedule`", "lrschedule": "`schedule`", "lrscheduler": "`schedule`", "warmupepochs": "`warmup`", "burnin": "`warmup`",
	"wd": "`weight_decay`", "decay": "`weight_decay`", "l2": "`weight_decay`", "opt": "`optimizer`", "criterion": "`loss`", "lossfn": "`loss`",
	"augmentation": "`augment`", "augmentations": "`augment`", "transforms": "`augment`", "transform": "`augment`", "aug": "`augment`",
	"gradientclip": "`clip_norm`", "gradclip": "`clip_norm`", "clipgrad": "`clip_norm`", "clipgradnorm": "`clip_norm`", "clip": "`clip_norm`", "clipnorm": "`clip_norm`",
	"patience": "`stop_after`", "earlystopping": "`stop_after`", "modelema": "`ema`", "bnmomentum": "`bn_momentum`", "randomseed": "`seed`",
	"auxweight": "`sides`", "aux": "`sides`", "initializer": "`init`", "frozen": "`freeze`", "classweight": "`class_weights`", "zeroinitresidual": "`zero_last_bn`",
	"steps": "epochs are counted here, not steps: `epochs`", "iterations": "epochs are counted here, not steps: `epochs`",
}

const rateOfOptimizer = "it is an argument of the optimizer: `optimizer = sgd(lr=0.1, momentum=0.9)`"

func unknownTrain(n *ast.Name) *diag.Diagnostic {
	d := diag.New(diag.UnknownTrain, n.Span(), "train has no key `%s`", n.Text)
	switch ours := trainElsewhere[plainName(n.Text)]; {
	case ours != "" && strings.HasPrefix(ours, "`"):
		return d.WithHelp("it is called %s here", ours).Write(strings.Trim(ours, "`"))
	case ours != "":
		return d.WithHelp("%s", ours)
	case d.DidYouMean(n.Text, resolve.TrainKeys):
		return d
	}
	return d.WithHelp("the keys are %s", diag.Names(resolve.TrainKeys))
}

func unknownInTrain(name *ast.Name) *diag.Diagnostic {
	return diag.New(diag.UnknownName, name.Span(), "`%s` has no value in `train`", name.Text).
		WithHelp("a recipe may use the net's parameters and what the file defines outside it")
}

// wrongTrain is about the value of a key that takes no form, or may be something else too.
func wrongTrain(code diag.Code, name *ast.Name, takes setting, x ast.Expr, got Value) *diag.Diagnostic {
	want := takes.want()
	if forms := resolve.Forms[name.Text]; len(forms) > 0 {
		want += ", or " + alternatives(forms)
	}
	d := diag.New(code, x.Span(), "`%s` must be %s, got %s", name.Text, want, gotOf(got))
	return wordsFor(d, takes, got)
}

func wrongInForm(code diag.Code, form string, s setting, x ast.Expr, got Value) *diag.Diagnostic {
	d := diag.New(code, x.Span(), "`%s` of `%s` must be %s, got %s", s.name, form, s.want(), gotOf(got))
	return wordsFor(d, s, got)
}

// gotOf shows a value, and its kind where the value alone does not tell.
func gotOf(v Value) string {
	switch v.(type) {
	case string, bool, []Value:
		return show(v)
	}
	return described(v)
}

// wordsFor corrects a misspelt word, and a text or number where a list of them belongs.
func wordsFor(d *diag.Diagnostic, s setting, got Value) *diag.Diagnostic {
	text, isText := got.(string)
	switch {
	case isText && len(s.words) > 0:
		if word := diag.Nearest(text, s.words); word != "" {
			d.WithHelp("did you mean `\"%s\"`?", word).Write(`"` + word + `"`)
		}
	case isText && s.kind == someTexts:
		d.WithHelp("write a list: `[%s]`", show(got)).Write("[" + show(got) + "]")
	}
	return d
}

func alternatives(forms []string) string {
	if len(forms) == 1 {
		return "`" + forms[0] + "(…)`"
	}
	return diag.Names(forms[:len(forms)-1]) + " or `" + forms[len(forms)-1] + "`"
}

// noForm is for `optimizer = 3`.
func noForm(name *ast.Name, key trainKey, x ast.Expr, got string) *diag.Diagnostic {
	forms, list := resolve.Forms[name.Text], ""
	if key.several {
		list = "a list of "
	}
	d := diag.New(diag.WrongType, x.Span(), "`%s` must be %s%s, got %s", name.Text, list, alternatives(forms), got)
	if text := strings.Trim(got, `"`); slices.Contains(forms, text) {
		return d.WithHelp("write it without quotation marks: `%s`", text).Write(text)
	}
	return d
}

// formAlone is for `augment = flip`.
func formAlone(name *ast.Name, x *ast.Ref) *diag.Diagnostic {
	text := ast.Text(x)
	d := diag.New(diag.WrongType, x.Span(), "`%s` must be a list", name.Text)
	if len(text) > maxShown {
		return d
	}
	return d.WithHelp("write `[%s]`", text).Write("[" + text + "]")
}

// formElsewhere are what others call arguments of forms.
var formElsewhere = map[string]string{
	"learningrate": "lr", "rate": "lr", "labelsmoothing": "smoothing", "posweight": "positive_weights", "delta": "beta",
	"alpha": "decay", "rho": "decay", "epsilon": "eps", "b1": "beta1", "b2": "beta2",
	"gamma": "factor", "decayrate": "factor", "milestones": "at", "stepsize": "every", "etamin": "floor", "minlr": "floor", "pctstart": "rise",
	"padding": "pixels", "pad": "pixels", "prob": "p", "probability": "p", "angle": "degrees", "translate": "shift",
}

func unknownInForm(form string, n *ast.Name, takes []setting) *diag.Diagnostic {
	d := diag.New(diag.UnknownArgument, n.Span(), "`%s` has no argument `%s`", form, n.Text)
	var names []string
	for _, s := range takes {
		names = append(names, s.name)
	}
	switch ours := formElsewhere[plainName(n.Text)]; {
	case slices.Contains(names, ours):
		return d.WithHelp("it is called `%s` here", ours).Write(ours)
	case n.Text == "betas" && slices.Contains(names, "beta1"):
		return d.WithHelp("they are two: `beta1=0.9, beta2=0.999`")
	case n.Text == "size" && slices.Contains(resolve.Forms["augment"], form):
		return d.WithHelp("leave it out: pictures become as large as the input of the net")
	case slices.Contains(resolve.TrainKeys, n.Text):
		return d.WithHelp("it is a key of its own: `%s = …`", n.Text)
	case d.DidYouMean(n.Text, names):
		return d
	case len(names) == 0:
		return d.WithHelp("it takes no arguments")
	}
	return d.WithHelp("it takes %s", diag.Names(names))
}

func tooManyInForm(form string, a *ast.Arg, takes []setting) *diag.Diagnostic {
	if len(takes) == 0 {
		return diag.New(diag.TooManyArguments, a.Span(), "`%s` takes no arguments", form).WithHelp("leave the parentheses out")
	}
	var names []string
	for _, s := range takes {
		names = append(names, s.name)
	}
	return diag.New(diag.TooManyArguments, a.Span(), "`%s` takes %d argument%s, this is one more", form, len(takes), plural(len(takes))).
		WithHelp("it takes %s", diag.Names(names))
}

func missingInForm(f formValue, s setting, x *ast.Ref) *diag.Diagnostic {
	d := diag.New(diag.MissingArgument, x.Span(), "`%s` needs the argument `%s`", f.name, s.name)
	switch s.name {
	case "variant":
		return d.WithHelp("programs differ in what they call RMSProp: write `variant=\"torch\"`, `\"tensorflow\"` or `\"keras\"`")
	case "eps":
		return d.WithHelp("it depends on the variant: 1e-8 in torch, 1e-7 in Keras; in TensorFlow Inception v3 was trained with 1.0 and EfficientNet with 1e-3")
	}
	return d.WithHelp("it must be %s, as in `%s(%s=%s)`", s.want(), f.name, s.name, s.sample())
}

// sample is an example of what may be written.
func (s setting) sample() string {
	switch s.name {
	case "path":
		return `"layer4"`
	case "pixels":
		return "4"
	case "degrees":
		return "15"
	case "decay":
		return "0.9999"
	case "eps":
		return "1e-3"
	case "factor":
		return "0.9"
	case "power":
		return "2"
	case "std":
		return "0.02"
	}
	return "0.1"
}

func stepsOfSchedule(f formValue) *diag.Diagnostic {
	const help = "write `step(every=30)` for a change each 30 epochs, or `step(at=[80, 120])` for these"
	if f.has("every") {
		return diag.New(diag.BadValue, f.spans["at"], "`step` takes `every` or `at`, not both").At(f.spans["every"], "`every` is given here").WithHelp("%s", help)
	}
	return diag.New(diag.MissingArgument, f.at, "`step` needs the argument `every` or `at`").WithHelp("%s", help)
}

func nesterovWithout(f formValue) *diag.Diagnostic {
	return diag.New(diag.BadValue, f.spans["nesterov"], "`nesterov` of `sgd` needs a momentum above 0 and no dampening").
		WithHelp("leave it out, or write `momentum=0.9`")
}

// microApart is for a batch that cannot be split into parts of that size.
func microApart(at source.Span, micro, batch int) *diag.Diagnostic {
	return diag.New(diag.BadValue, at, "`micro` is %d, and a batch has %d", micro, batch).
		WithHelp("`micro` is how many images of a batch are computed at once: a divisor of `batch`, or 0 for all")
}

// noTensors is about a path of a recipe that no tensor has.
func noTensors(at source.Span, key, path, net string) *diag.Diagnostic {
	d := diag.New(diag.TrainUnfit, at, "`%s` of `%s` matches no tensor of `%s`", diag.Clip(path), key, net)
	if key == "no_decay" {
		return d.WithHelp("name a step, the last part of tensors' names such as `bias`, or an operation such as `bn`")
	}
	return d.WithHelp("name a step with tensors, by its label and those around it, as in `layer4.0.conv1`, or a tensor; `params --tensors` lists them")
}

func sidesBeyond(at source.Span, weights, heads int, net string) *diag.Diagnostic {
	d := diag.New(diag.TrainUnfit, at, "`sides` has %d weight%s, and `%s` has %d side head%s", weights, plural(weights), net, heads, plural(heads))
	if heads == 0 {
		return d.WithHelp("leave it out; one number is for all heads, however many there are")
	}
	return d.WithHelp("give one for each head, in the order of the text, or one number for all")
}

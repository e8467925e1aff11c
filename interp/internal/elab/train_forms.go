package elab

import (
	"maps"

	"cnnlang/interp/train/recipe"
	"cnnlang/lang/source"
)

// A formValue is a form with its arguments, all of them once the defaults are filled in, and where
// those are written that are.
type formValue struct {
	name  string
	args  map[string]any
	at    source.Span
	spans map[string]source.Span
}

// trainForms are the forms with their parameters, in the order in which arguments without a name
// are taken. Which key takes which is in resolve.Forms.
var trainForms = map[string][]setting{
	"cross_entropy": {share.called("smoothing", 0.0)},
	"bce":           {share.called("smoothing", 0.0), setting{kind: someNumbers, above: true, most: inf}.called("positive_weights", []float64(nil))},
	"mse":           nil,
	"l1":            nil,
	"smooth_l1":     {factor.called("beta", 1.0)},

	"sgd": {rate, share.called("momentum", 0.9), yes.called("nesterov", false), setting{kind: aNumber, most: 1}.called("dampening", 0.0)},
	"rmsprop": {rate, share.called("decay", 0.9), share.called("momentum", 0.0), factor.called("eps", nil), yes.called("centered", false),
		setting{kind: aWord, words: []string{"torch", "tensorflow", "keras"}}.called("variant", nil)},
	"adam":  adamArguments,
	"adamw": adamArguments,

	"constant": nil,
	"step": {factor.called("every", 0.0), setting{kind: rising, above: true, most: inf}.called("at", []float64(nil)),
		factor.called("factor", 0.1)},
	"exponential": {factor.called("factor", nil), factor.called("every", 1.0), yes.called("smooth", false)},
	"cosine":      {share.called("floor", 0.0)},
	"linear":      nil,
	"poly":        {factor.called("power", nil)},
	"one_cycle":   {setting{kind: aNumber, above: true, most: 1, below: true}.called("rise", 0.3)},

	"ema":  {setting{kind: aNumber, above: true, most: 1, below: true}.called("decay", nil), yes.called("warm", false)},
	"rate": {setting{kind: aText}.called("path", nil), factor.called("factor", nil)},

	"random_resized_crop": {between(1e-6, 1).called("scale", []float64{0.08, 1}), between(1e-3, 1e3).called("ratio", []float64{3. / 4, 4. / 3})},
	"pad_crop":            {setting{kind: aCount, most: 1 << 16}.called("pixels", nil)},
	"flip":                {chance(0.5)},
	"flip_rows":           {chance(0.5)},
	"rotate":              {between(-360, 360).called("degrees", nil)},
	"affine": {between(-360, 360).called("rotate", []float64{0}), between(0, 1e3).called("scale", []float64{1, 1}),
		between(-10, 10).called("shear", []float64{0}), between(-1, 1).called("shift", []float64{0}),
		between(0.01, 100).called("aspect", []float64{1, 1})},
	"color_jitter": {between(0, 100).called("brightness", []float64{0}), between(0, 100).called("contrast", []float64{0}),
		between(0, 100).called("saturation", []float64{0}), between(-0.5, 0.5).called("hue", []float64{0})},
	"grey":         {chance(0.1)},
	"invert":       {chance(0.5)},
	"blur":         {between(0, 100).called("sigma", []float64{0.1, 2})},
	"dilate":       {chance(0.5)},
	"erode":        {chance(0.5)},
	"noise":        {between(0, 1e6).called("sigma", []float64{0.05})},
	"random_erase": {chance(0.5), between(0, 1).called("area", []float64{0.02, 1. / 3})},
	"mixup":        {setting{kind: aNumber, least: 1e-3, most: 1e3}.called("alpha", 0.2)},
	"cutmix":       {setting{kind: aNumber, least: 1e-3, most: 1e3}.called("alpha", 1.0)},

	"he_uniform":    nil,
	"he_normal_out": nil,
	"truncated":     {factor.called("std", nil)},
}

var (
	rate          = factor.called("lr", nil)
	adamArguments = []setting{rate, share.called("beta1", 0.9), share.called("beta2", 0.999), factor.called("eps", 1e-8), yes.called("amsgrad", false)}
)

// called is a setting with a name and its value where it is not given, nil where it has to be.
func (s setting) called(name string, standard any) setting {
	s.name, s.standard = name, standard
	return s
}

func between(least, most float64) setting { return setting{kind: aRange, least: least, most: most} }

// chance is the probability of a change.
func chance(standard float64) setting {
	return setting{kind: aNumber, most: 1}.called("p", standard)
}

// withDefaults is a form with all its arguments.
func (f formValue) withDefaults() formValue {
	args := map[string]any{}
	for _, s := range trainForms[f.name] {
		args[s.name] = s.standard
	}
	maps.Copy(args, f.args)
	f.args = args
	return f
}

// An argument that the form does not have is 0, "" or false.
func (f formValue) number(name string) float64 { x, _ := f.args[name].(float64); return x }
func (f formValue) list(name string) []float64 { x, _ := f.args[name].([]float64); return x }
func (f formValue) text(name string) string    { x, _ := f.args[name].(string); return x }
func (f formValue) flag(name string) bool      { x, _ := f.args[name].(bool); return x }

func (f formValue) loss() recipe.Loss {
	return recipe.Loss{Kind: recipe.LossKind(f.name), Smoothing: f.number("smoothing"), PositiveWeights: none(f.list("positive_weights")), Beta: f.number("beta")}
}

func (f formValue) optimizer() recipe.Optimizer {
	return recipe.Optimizer{
		Kind: recipe.OptimizerKind(f.name), LR: f.number("lr"),
		Momentum: f.number("momentum"), Dampening: f.number("dampening"), Nesterov: f.flag("nesterov"),
		Decay: f.number("decay"), Centered: f.flag("centered"), Variant: recipe.Variant(f.text("variant")),
		Beta1: f.number("beta1"), Beta2: f.number("beta2"), Eps: f.number("eps"), AMSGrad: f.flag("amsgrad"),
	}
}

func (f formValue) schedule() recipe.Schedule {
	return recipe.Schedule{
		Kind: recipe.ScheduleKind(f.name), Every: f.number("every"), At: none(f.list("at")), Factor: f.number("factor"),
		Smooth: f.flag("smooth"), Floor: f.number("floor"), Power: f.number("power"), Rise: f.number("rise"),
	}
}

func (f formValue) init() recipe.Init {
	return recipe.Init{Kind: recipe.InitKind(f.name), Std: f.number("std")}
}

func (f formValue) augmentation() recipe.Augmentation {
	a := recipe.Augmentation{Name: f.name, Args: map[string][]float64{}}
	for name, x := range f.args {
		switch x := x.(type) {
		case float64:
			a.Args[name] = []float64{x}
		case int:
			a.Args[name] = []float64{float64(x)}
		case []float64:
			a.Args[name] = x
		}
	}
	return a
}

package elab

import (
	"fmt"
	"maps"
	"strings"

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
var trainForms = withAugmentations(map[string][]setting{
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

	"he_uniform":    nil,
	"he_normal_out": nil,
	"truncated":     {factor.called("std", nil)},
})

var (
	rate          = factor.called("lr", nil)
	adamArguments = []setting{rate, share.called("beta1", 0.9), share.called("beta2", 0.999), factor.called("eps", 1e-8), yes.called("amsgrad", false)}
)

// called is a setting with a name and its value where it is not given, nil where it has to be.
func (s setting) called(name string, standard any) setting {
	s.name, s.standard = name, standard
	return s
}

// withAugmentations are forms and those of changes of pictures.
func withAugmentations(forms map[string][]setting) map[string][]setting {
	for name, arguments := range recipe.Augmentations {
		var all []setting
		for _, a := range arguments {
			kind := aNumber
			switch {
			case a.Whole:
				kind = aCount
			case a.Range:
				kind = aRange
			}
			s := setting{name: a.Name, kind: kind, least: a.Least, most: a.Most}
			switch {
			case a.Range && a.Standard != nil:
				s.standard = a.Standard
			case a.Standard != nil:
				s.standard = a.Standard[0]
			}
			all = append(all, s)
		}
		forms[name] = all
	}
	return forms
}

// A FormParameter is an argument that a form takes: what it must be, in words, and its value as it is written, "" where it has to
// be given or where nothing stands for leaving it out.
type FormParameter struct{ Name, Want, Default string }

// FormParameters are those of a form, in the order in which arguments without a name are taken.
func FormParameters(form string) (list []FormParameter) {
	for _, s := range trainForms[form] {
		p := FormParameter{Name: s.name, Want: s.want()}
		switch v := s.standard.(type) {
		case nil:
		case []float64:
			if len(v) == 1 {
				p.Default = fmt.Sprint(v[0])
			} else if len(v) > 1 {
				p.Default = strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
			}
		case float64:
			if !s.above || v > s.least {
				p.Default = fmt.Sprint(v)
			}
		default:
			p.Default = fmt.Sprint(v)
		}
		list = append(list, p)
	}
	return list
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

package elab

import (
	"math"

	"cnnlang/interp/train/recipe"
)

// A trainKey is one key of `train`: what it takes besides the forms that resolve.Forms has for it,
// and where its value goes: a formValue, or a list of them, where it is made of forms.
type trainKey struct {
	takes   setting
	only    bool // it takes forms, and nothing else
	several bool // in a list
	set     func(r *recipe.Recipe, value any)
}

// manyPictures is the largest number of pictures, epochs and the like: more is a slip.
const manyPictures = 1_000_000

var (
	inf      = math.Inf(1)
	fromNone = setting{kind: aNumber, most: inf}
	factor   = setting{kind: aNumber, above: true, most: inf}
	share    = setting{kind: aNumber, most: 1, below: true}
	count    = setting{kind: aCount, most: manyPictures}
	yes      = setting{kind: aFlag}
	paths    = setting{kind: someTexts}
)

// trainKeys are the keys of `train`; what each has where it is not set is in untrained.
var trainKeys = map[string]trainKey{
	"loss":      {only: true, set: func(r *recipe.Recipe, v any) { r.Loss = v.(formValue).loss() }},
	"optimizer": {only: true, set: func(r *recipe.Recipe, v any) { r.Optimizer = v.(formValue).optimizer() }},
	"schedule":  {only: true, set: func(r *recipe.Recipe, v any) { r.Schedule = v.(formValue).schedule() }},
	"init":      {only: true, set: func(r *recipe.Recipe, v any) { r.Init = v.(formValue).init() }},
	"augment": {only: true, several: true, set: func(r *recipe.Recipe, v any) {
		r.Augment, r.UsualAugment = nil, false
		for _, f := range v.([]formValue) {
			r.Augment = append(r.Augment, f.augmentation())
		}
	}},
	"rates": {only: true, several: true, set: func(r *recipe.Recipe, v any) {
		r.Rates = nil
		for _, f := range v.([]formValue) {
			r.Rates = append(r.Rates, recipe.Rate{Path: f.text("path"), Factor: f.number("factor")})
		}
	}},
	"ema": {takes: share, set: func(r *recipe.Recipe, v any) {
		if f, isForm := v.(formValue); isForm {
			r.EMA, r.WarmEMA = f.number("decay"), f.flag("warm")
			return
		}
		r.EMA, r.WarmEMA = v.(float64), false
	}},
	"sides": {takes: setting{kind: oneOrMore, most: inf}, set: func(r *recipe.Recipe, v any) {
		if one, isOne := v.(float64); isOne {
			v = []float64{one} // which is for all heads
		}
		r.Sides = v.([]float64)
	}},
	"class_weights": {takes: setting{kind: someNumbers, most: inf, words: []string{"auto"}}, set: func(r *recipe.Recipe, v any) {
		list, _ := v.([]float64)
		r.ClassWeights = recipe.Weights{Auto: v == "auto", List: none(list)}
	}},
	"bn": {takes: setting{kind: aWord, words: []string{"batch", "stored"}}, set: func(r *recipe.Recipe, v any) {
		r.BatchStatistics = v == "batch"
	}},
	"seed": {takes: setting{kind: aCount, most: 1 << 53}, set: func(r *recipe.Recipe, v any) { r.Seed = uint64(v.(int)) }},

	"warmup":       {takes: fromNone, set: to(func(r *recipe.Recipe) *float64 { return &r.Warmup })},
	"weight_decay": {takes: fromNone, set: to(func(r *recipe.Recipe) *float64 { return &r.WeightDecay })},
	"clip_norm":    {takes: fromNone, set: to(func(r *recipe.Recipe) *float64 { return &r.ClipNorm })},
	"clip_value":   {takes: fromNone, set: to(func(r *recipe.Recipe) *float64 { return &r.ClipValue })},
	"head_rate":    {takes: factor, set: to(func(r *recipe.Recipe) *float64 { return &r.HeadRate })},
	"bn_momentum":  {takes: setting{kind: aNumber, above: true, most: 1}, set: to(func(r *recipe.Recipe) *float64 { return &r.BNMomentum })},
	"shrink":       {takes: setting{kind: aNumber, least: 1, most: 100}, set: to(func(r *recipe.Recipe) *float64 { return &r.Shrink })},
	"head_epochs":  {takes: count, set: to(func(r *recipe.Recipe) *int { return &r.HeadEpochs })},
	"recompute_bn": {takes: count, set: to(func(r *recipe.Recipe) *int { return &r.RecomputeBN })},
	"batch":        {takes: positiveCount(), set: to(func(r *recipe.Recipe) *int { return &r.Batch })},
	"micro":        {takes: count, set: to(func(r *recipe.Recipe) *int { return &r.Micro })},
	"views":        {takes: count, set: to(func(r *recipe.Recipe) *int { return &r.Views })},
	"epochs":       {takes: positiveCount(), set: to(func(r *recipe.Recipe) *int { return &r.Epochs })},
	"stop_after":   {takes: count, set: to(func(r *recipe.Recipe) *int { return &r.StopAfter })},
	"balance":      {takes: yes, set: to(func(r *recipe.Recipe) *bool { return &r.Balance })},
	"zero_last_bn": {takes: yes, set: to(func(r *recipe.Recipe) *bool { return &r.ZeroLastBN })},
	"freeze":       {takes: paths, set: to(func(r *recipe.Recipe) *[]string { return &r.Freeze })},
	"no_decay":     {takes: paths, set: to(func(r *recipe.Recipe) *[]string { return &r.NoDecay })},
}

func to[T any](field func(*recipe.Recipe) *T) func(*recipe.Recipe, any) {
	return func(r *recipe.Recipe, v any) { *field(r) = v.(T) }
}

func positiveCount() setting { return setting{kind: aCount, least: 1, most: manyPictures} }

// none is nil for a list without items, as what is not set has it.
func none(list []float64) []float64 {
	if len(list) == 0 {
		return nil
	}
	return list
}

// untrained are the settings of a net that says nothing of training.
func untrained() recipe.Recipe {
	return recipe.Recipe{
		Sides:     []float64{0.3},
		Optimizer: formValue{name: "sgd", args: map[string]any{"lr": 0.1}}.withDefaults().optimizer(),
		Schedule:  formValue{name: "cosine"}.withDefaults().schedule(), WeightDecay: 1e-4,
		NoDecay: []string{"bias", "bn", "layer_norm", "layer_scale"}, HeadRate: 1, BatchStatistics: true, BNMomentum: 0.1,
		Batch: 32, Epochs: 30, UsualAugment: true, Views: -1, Shrink: 1.15, Init: recipe.Init{Kind: recipe.HeUniform},
	}
}

// fineTuning is the recipe for a net that has none, and weights to start from.
const fineTuning = `optimizer = adamw(lr=1e-3); schedule = cosine; warmup = 1; head_epochs = 3; epochs = 12; batch = 32
bn = "stored"; head_rate = 10; loss = cross_entropy(smoothing=0.1)`

package interp_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/train/recipe"
	"cnnlang/lang/format"
	"cnnlang/lang/source"
)

// trained is a net with a stem, a side head, and a section.
func trained(t testing.TB, section string) *interp.Net {
	t.Helper()
	return netReadFrom(t, `net n(width = 8) [N, 3, H = 8, W = 8] -> [N, 3] {
`+section+`
  stem: { conv: conv(width, 3x3, pad=1) -> bn: bn -> relu }
  side aux: { gap -> flatten -> fc: linear(3) }
  gap -> flatten -> fc: linear(3)
}`, "n")
}

func netReadFrom(t testing.TB, text, name string) *interp.Net {
	t.Helper()
	p, err := interp.Read("n.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{Net: name})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return n
}

func recipeOf(t testing.TB, n *interp.Net, opts interp.RecipeOptions) interp.Recipe {
	t.Helper()
	r, err := n.Recipe(opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The defaults are those of the specification's table, written out here.
func TestRecipeOfANetThatHasNone(t *testing.T) {
	want := recipe.Recipe{
		Sides:     []float64{0.3},
		Optimizer: recipe.Optimizer{Kind: "sgd", LR: 0.1, Momentum: 0.9}, Schedule: recipe.Schedule{Kind: "cosine"},
		WeightDecay: 1e-4, NoDecay: []string{"bias", "bn", "layer_norm", "layer_scale"}, HeadRate: 1,
		BatchStatistics: true, BNMomentum: 0.1, Batch: 32, Epochs: 30, UsualAugment: true, Shrink: 1.15, Views: -1,
		Init: recipe.Init{Kind: "he_uniform"},
	}
	n := trained(t, "")
	if diff := cmp.Diff(want, recipeOf(t, n, interp.RecipeOptions{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(n.Recipes()) != 0 {
		t.Errorf("recipes: %q", n.Recipes())
	}
	want.Name, want.Loss = "finetune", recipe.Loss{Kind: "cross_entropy", Smoothing: 0.1}
	want.Optimizer = recipe.Optimizer{Kind: "adamw", LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	want.Warmup, want.HeadEpochs, want.Epochs, want.BatchStatistics, want.HeadRate = 1, 3, 12, false, 10
	for _, opts := range []interp.RecipeOptions{{Weights: true}, {Name: interp.FineTune}} {
		if diff := cmp.Diff(want, recipeOf(t, n, opts)); diff != "" {
			t.Errorf("%+v: (-want +got)\n%s", opts, diff)
		}
	}
}

func TestWhichRecipe(t *testing.T) {
	n := trained(t, "train { epochs = 4 }\ntrain finetune { epochs = 5 }\ntrain long { epochs = 6; optimizer = adam(0.01) }")
	if got := n.Recipes(); !slices.Equal(got, []string{"", "finetune", "long"}) {
		t.Errorf("recipes: %q", got)
	}
	for _, c := range []struct {
		opts         interp.RecipeOptions
		name         string
		epochs, warm int
	}{
		{interp.RecipeOptions{}, "", 4, 0},
		{interp.RecipeOptions{Name: "train", Weights: true}, "", 4, 0},
		{interp.RecipeOptions{Weights: true}, "finetune", 5, 0}, // nothing of the usual one
		{interp.RecipeOptions{Name: "long"}, "long", 6, 0},
		{interp.RecipeOptions{Name: "long", Set: interp.Set("epochs = 7; warmup = 2", "batch = 1")}, "long", 7, 2},
	} {
		r := recipeOf(t, n, c.opts)
		if r.Name != c.name || r.Epochs != c.epochs || r.Warmup != float64(c.warm) {
			t.Errorf("%+v: got %q with %d epochs, %v of them warm-up", c.opts, r.Name, r.Epochs, r.Warmup)
		}
	}
	_, err := n.Recipe(interp.RecipeOptions{Name: "lnog"})
	if want := `interp: n has no recipe "lnog", want one of train, finetune, long; did you mean long?`; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if _, err = trained(t, "").Recipe(interp.RecipeOptions{Name: "long"}); err == nil || !strings.Contains(err.Error(), "want one of train, finetune") {
		t.Errorf("got %v", err)
	}
}

func TestPresetsReplaceKeysOfTheirRecipes(t *testing.T) {
	const text = `
net n(width = 8) [N, 3, H = 8, W = 8] -> [N, 3] {
  train { epochs = 3 * width; batch = 8; optimizer = sgd(lr=0.2, nesterov=true) }
  train finetune { epochs = 5 }
  stem: conv(width, 3x3, pad=1) -> gap -> flatten -> fc: linear(3)
}
net small = n(4) { train { optimizer = sgd(lr=0.3); warmup = 1 }; train other { batch = 2 } }
net less = small { train other { batch = 3 } }
`
	n := netReadFrom(t, text, "less")
	if got := n.Recipes(); !slices.Equal(got, []string{"", "finetune", "other"}) {
		t.Errorf("recipes: %q", got)
	}
	r := recipeOf(t, n, interp.RecipeOptions{})
	if r.Epochs != 12 || r.Batch != 8 || r.Warmup != 1 || r.Optimizer.LR != 0.3 || r.Optimizer.Nesterov {
		t.Errorf("got %s", r.Text())
	}
	if r = recipeOf(t, n, interp.RecipeOptions{Name: "other"}); r.Batch != 3 || r.Epochs != 30 {
		t.Errorf("got %s", r.Text())
	}
}

// What options say is checked like a section, at its own place.
func TestSettingsOfARecipe(t *testing.T) {
	n := trained(t, "train { micro = 16; batch = 16 }")
	for text, want := range map[string]string{
		"epohcs = 3":                     "--train:1:1: error[E0324]: train has no key `epohcs`",
		"epochs = 3; optimizer = sdg":    "--train:1:25: error[E0201]: `sdg` is nothing that `optimizer` can be",
		"epochs = x":                     "--train:1:10: error[E0201]: there is no `x` here",
		"epochs = 3.5":                   "--train:1:10: error[E0303]: `epochs` must be a whole number from 1 to 1000000, got 3.5",
		"optimizer = adamw(lr=-1)":       "--train:1:22: error[E0305]: `lr` of `adamw` must be a number above 0, got -1",
		"freeze = [\"stam\"]":            "--train:1:11: error[E0508]: `stam` of `freeze` matches no tensor of `n`",
		"epochs = 3\nfreeze = [\"fcc\"]": "--train:2:11: error[E0508]: `fcc` of `freeze` matches no tensor of `n`",
		"sides = [1, 2]":                 "--train:1:9: error[E0508]: `sides` has 2 weights, and `n` has 1 side head",
		"batch = 8":                      "n.cnn:2:17: error[E0305]: `micro` is 16, and a batch has 8",
		"batch = 8; micro = 9":           "--train:1:20: error[E0305]: `micro` is 9, and a batch has 8",
		"epochs = 3; epochs = 4":         "--train:1:13: error[E0202]: `epochs` is set twice",
		"epochs":                         "--train:1:7: error[E0101]: expected `=` after `epochs`, found the end",
	} {
		set := interp.Set(text)
		set.Name = "--train"
		_, err := n.Recipe(interp.RecipeOptions{Set: set})
		problems, ok := err.(*interp.ProgramError)
		if !ok {
			t.Errorf("%s: got %v", text, err)
			continue
		}
		if got := problems.Problems[0]; got.String() != want || problems.Files(got.Span.Start.Filename) == nil {
			t.Errorf("%s: got\n%v, want\n%s", text, got, want)
		}
	}
}

// A recipe that is written and read again is the same.
func TestRecipesAreReadAsTheyAreWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 1))
	for range 500 {
		want := randomRecipe(random)
		text := want.Text()
		n := trained(t, text)
		got := recipeOf(t, n, interp.RecipeOptions{Name: want.Name})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s\n%s", diff, text)
		}
		got = recipeOf(t, trained(t, ""), interp.RecipeOptions{Set: interp.Set(want.Settings())})
		want.Name = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("as an option (-want +got)\n%s\n%s", diff, text)
		}
		section := "net n {\n  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n}\n"
		if diff := cmp.Diff(section, format.Format(source.NewFile("a", section))); diff != "" {
			t.Fatalf("the formatter writes it otherwise (-want +got):\n%s", diff)
		}
	}
}

// A chooser makes random settings.
type chooser struct{ *rand.Rand }

func (c chooser) pick(list ...string) string { return list[c.IntN(len(list))] }
func (c chooser) flag() bool                 { return c.IntN(2) == 0 }

// number is a positive one: a short decimal, a small one, or a quotient, which has no short decimal.
func (c chooser) number() float64 {
	a, b := float64(1+c.IntN(99999)), float64(1+c.IntN(9999))
	switch c.IntN(4) {
	case 0:
		return a
	case 1:
		return a / 1e10
	case 2:
		return a / b
	}
	return a / 1e4
}

// below1 is one of six digits.
func (c chooser) below1() float64         { return float64(c.IntN(1e6)) / 1e6 }
func (c chooser) maybe(x float64) float64 { return x * float64(c.IntN(2)) }

func (c chooser) list(n int) (all []float64) {
	for range n {
		all = append(all, c.number())
	}
	return all
}

func randomRecipe(random *rand.Rand) interp.Recipe {
	c := chooser{random}
	r := interp.Recipe{
		Name: c.pick("", "finetune", "other"), Sides: []float64{c.maybe(c.number())}, Warmup: c.maybe(c.number()), WeightDecay: c.maybe(c.number()),
		NoDecay: []string{"bias", "stem.bn"}[:c.IntN(3)], ClipNorm: c.maybe(c.number()), ClipValue: c.maybe(c.number()), HeadRate: c.number(),
		HeadEpochs: c.IntN(3), BatchStatistics: c.flag(), BNMomentum: c.below1()/2 + 1e-3, RecomputeBN: c.IntN(2) * 1000,
		Batch: 12 * (1 + c.IntN(9)), Micro: []int{0, 1, 4, 12}[c.IntN(4)], Epochs: 1 + c.IntN(100), Seed: c.Uint64N(1<<53 + 1), StopAfter: c.IntN(4),
		Balance: c.flag(), ZeroLastBN: c.flag(), Shrink: 1 + c.below1(), UsualAugment: true, Views: c.IntN(4) - 1,
		Loss: c.loss(), Optimizer: c.optimizer(), Schedule: c.schedule(),
	}
	if r.Init.Kind = recipe.InitKind(c.pick("he_uniform", "he_normal_out", "truncated")); r.Init.Kind == "truncated" {
		r.Init.Std = c.number()
	}
	if c.flag() {
		r.EMA, r.WarmEMA = 0.5+c.below1()/4, c.flag()
	}
	for range c.IntN(3) {
		r.Rates = append(r.Rates, recipe.Rate{Path: c.pick("fc", "stem.conv", "stem.conv.weight"), Factor: c.number()})
		r.Freeze = append(r.Freeze, c.pick("stem", "stem.bn"))
	}
	switch c.IntN(3) {
	case 0:
		r.ClassWeights.Auto = true
	case 1:
		r.ClassWeights.List = c.list(1 + c.IntN(3))
	}
	if c.flag() {
		r.UsualAugment = false
		for range c.IntN(4) {
			r.Augment = append(r.Augment, []recipe.Augmentation{
				{Name: "flip", Args: map[string][]float64{"p": {c.below1()}}},
				{Name: "pad_crop", Args: map[string][]float64{"pixels": {4}}},
				{Name: "random_resized_crop", Args: map[string][]float64{"scale": {0.08, 1}, "ratio": {3. / 4, 4. / 3}}},
				{Name: "rotate", Args: map[string][]float64{"degrees": {-c.below1() * 7, 4}}},
				{Name: "affine", Args: map[string][]float64{"rotate": {12}, "scale": {0.75, 1.25}, "shear": {-0.2, 0.2}, "shift": {1. / 3}, "aspect": {0.87, 1.15}}},
			}[c.IntN(5)])
		}
	}
	return r
}

func (c chooser) loss() (l recipe.Loss) {
	switch l.Kind = recipe.LossKind(c.pick("", "cross_entropy", "bce", "mse", "l1", "smooth_l1")); l.Kind {
	case "cross_entropy":
		l.Smoothing = c.below1()
	case "bce":
		l.PositiveWeights = c.list(c.IntN(3))
	case "smooth_l1":
		l.Beta = c.number()
	}
	return l
}

func (c chooser) optimizer() recipe.Optimizer {
	o := recipe.Optimizer{Kind: recipe.OptimizerKind(c.pick("sgd", "rmsprop", "adam", "adamw")), LR: c.number()}
	switch o.Kind {
	case "sgd":
		o.Momentum, o.Nesterov = 0.5+c.below1()/4, c.flag()
	case "rmsprop":
		o.Decay, o.Momentum, o.Eps, o.Centered, o.Variant = c.below1(), c.maybe(0.9), c.number(), c.flag(), recipe.Variant(c.pick("torch", "tensorflow", "keras"))
	default:
		o.Beta1, o.Beta2, o.Eps, o.AMSGrad = c.below1(), 0.999, c.number(), c.flag()
	}
	return o
}

func (c chooser) schedule() recipe.Schedule {
	s := recipe.Schedule{Kind: recipe.ScheduleKind(c.pick("constant", "step", "exponential", "cosine", "linear", "poly", "one_cycle"))}
	switch s.Kind {
	case "step":
		if s.Factor = c.number(); c.flag() {
			s.Every = c.number()
		} else {
			s.At = []float64{1, 1.5, 1e6}[:1+c.IntN(3)]
		}
	case "exponential":
		s.Factor, s.Every, s.Smooth = c.number(), c.number(), c.flag()
	case "cosine":
		s.Floor = c.below1()
	case "poly":
		s.Power = c.number()
	case "one_cycle":
		s.Rise = 0.01 + c.below1()/2
	}
	return s
}

// The text of an expanded net trains it in the same way; what other arguments leave without a tensor
// goes.
func TestExpandKeepsRecipes(t *testing.T) {
	const text = `
let longer = 3
net n(deep = true) [N, 3, H = 8, W = 8] -> [N, 3] {
  train { epochs = 4 * longer; optimizer = if deep then adam(lr=1/3) else sgd(lr=0.1); augment = []; sides = 0.4 }
  train finetune { freeze = ["stem", "more"]; rates = [rate("more", 0.5), rate("fc", 2)]; no_decay = ["bias", "more.weight"]; ema = ema(0.9, warm=true) }
  stem: conv(4, 3x3, pad=1)
  if deep { more: conv(4, 3x3, pad=1) }
  side aux: { gap -> flatten -> fc: linear(3) }
  gap -> flatten -> fc: linear(3)
}`
	for _, set := range []string{"deep=true", "deep=false"} {
		p, err := interp.Read("n.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Set: interp.Set(set)})
		if err != nil {
			t.Fatal(err)
		}
		expanded, err := n.Expand()
		if err != nil {
			t.Fatal(err)
		}
		again := netReadFrom(t, expanded, "n")
		for _, name := range []string{"train", "finetune"} {
			want, err := n.Recipe(interp.RecipeOptions{Name: name})
			if name == "finetune" && set == "deep=false" {
				if err == nil || !strings.Contains(err.Error(), "matches no tensor") {
					t.Errorf("%s: got %v", set, err)
				}
				want.Name, want.Freeze, want.Rates, want.NoDecay = name, []string{"stem"}, []recipe.Rate{{Path: "fc", Factor: 2}}, []string{"bias"}
				got := recipeOf(t, again, interp.RecipeOptions{Name: name})
				if !slices.Equal(got.Freeze, want.Freeze) || !slices.Equal(got.Rates, want.Rates) || !slices.Equal(got.NoDecay, want.NoDecay) || !got.WarmEMA {
					t.Errorf("%s: got\n%s", set, got.Text())
				}
				continue
			}
			if diff := cmp.Diff(want, recipeOf(t, again, interp.RecipeOptions{Name: name})); diff != "" || err != nil {
				t.Errorf("%s %s: %v (-want +got)\n%s\n%s", set, name, err, diff, expanded)
			}
		}
		if !strings.Contains(expanded, "  train {\n    sides     = 0.4\n") {
			t.Errorf("%s: got\n%s", set, expanded)
		}
	}
}

// Weights of side heads that are listed stay with their heads, and go where there are others.
func TestExpandKeepsWeightsOfSides(t *testing.T) {
	const text = `
net n(aux = true) [N, 3, H = 8, W = 8] -> [N, 3] {
  train { sides = [0.25, 0.5]; epochs = 4 }
  conv(4, 3x3, pad=1)
  if aux { side low: { gap -> flatten -> fc: linear(3) } }
  side high: { avgpool(8x8) -> flatten -> fc: linear(3) }
  gap -> flatten -> fc: linear(3)
}`
	for _, c := range []struct {
		opts interp.Options
		want string
	}{
		{interp.Options{}, "    sides  = [0.25, 0.5]\n    epochs = 4\n"},
		{interp.Options{Set: interp.Set("aux=false")}, "  train {\n    epochs = 4\n"},
		{interp.Options{Shape: []int{1, 3, 4, 4}}, "    sides  = 0.25\n    epochs = 4\n"}, // the other does not fit
	} {
		p, err := interp.Read("n.cnn", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(c.opts)
		if err != nil {
			t.Fatal(err)
		}
		expanded, err := n.Expand()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(expanded, c.want) {
			t.Errorf("%+v: got\n%s\nwant %q", c.opts, expanded, c.want)
		}
		netReadFrom(t, expanded, "n")
	}
}

// What the papers say of training: their numbers, written out here.
func TestRecipesOfThePapers(t *testing.T) {
	rmsprop := func(lr, eps float64) recipe.Optimizer {
		return recipe.Optimizer{Kind: "rmsprop", LR: lr, Decay: 0.9, Momentum: 0.9, Eps: eps, Variant: "tensorflow"}
	}
	type numbers struct {
		smoothing     float64
		optimizer     recipe.Optimizer
		every, factor float64
		decay         float64
		batch, epochs int
		ema, clip     float64
		sides         int
		momentum      float64 // of statistics
		warmup        float64
		init          recipe.Init
		noDecay       string
	}
	const usual = "bias bn layer_norm layer_scale"
	outputs := recipe.Init{Kind: "he_normal_out"}
	inception := numbers{0.1, rmsprop(0.045, 1), 2, 0.94, 4e-5, 32, 100, 0.9999, 2, 1, 3e-4, 0, recipe.Init{Kind: "he_uniform"}, usual}
	resnet := numbers{0, recipe.Optimizer{Kind: "sgd", LR: 0.1, Momentum: 0.9}, 30, 0.1, 1e-4, 256, 90, 0, 0, 0, 0.1, 0, outputs, ""}
	senet := resnet
	senet.optimizer.LR, senet.batch, senet.epochs = 0.6, 1024, 100
	v2, keras, v4 := inception, inception, inception
	v2.smoothing, keras.sides, v4.sides, v4.clip = 0, 0, 0, 0
	faces := v4 // with an embedding beside
	faces.sides = 1
	for name, want := range map[string]numbers{
		"inception_v3": inception, "inception_v3_keras": keras, "inception_v2": v2, "inception_v4": v4, "inception_resnet_v1": faces, "inception_resnet_v2": v4, "resnet18": resnet, "resnet50": resnet,
		"cbam_resnet18": resnet, "seresnext101_32x4d": senet, "legacy_seresnext50_32x4d": senet,
		"mobilenet_v2":    {0, rmsprop(0.045, 1), 1, 0.98, 4e-5, 96, 300, 0, 0, 0, 3e-3, 0, recipe.Init{Kind: "truncated", Std: 0.09}, usual},
		"efficientnet_b0": {0.1, rmsprop(0.256, 1e-3), 2.4, 0.97, 1e-5, 4096, 350, 0.9999, 0, 0, 0.01, 5, outputs, "bn"},
	} {
		p, err := interp.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := recipeOf(t, n, interp.RecipeOptions{})
		got := numbers{r.Loss.Smoothing, r.Optimizer, r.Schedule.Every, r.Schedule.Factor, r.WeightDecay, r.Batch, r.Epochs, r.EMA, r.ClipNorm, len(r.Sides),
			r.BNMomentum, r.Warmup, r.Init, strings.Join(r.NoDecay, " ")}
		if got != want {
			t.Errorf("%s: got\n%+v, want\n%+v", name, got, want)
		}
		if r := recipeOf(t, n, interp.RecipeOptions{Weights: true}); r.Name != interp.FineTune || r.Epochs != 12 {
			t.Errorf("%s: from weights\n%s", name, r.Text())
		}
	}
}

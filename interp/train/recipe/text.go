package recipe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Text is the whole section in the language, every setting that does something on a line of its
// own. A net that holds it has this recipe, if the seed is at most 2^53.
func (r Recipe) Text() string { return r.section(r.settings()) }

// TextOf is the section with these settings alone, of those that do something.
func (r Recipe) TextOf(keys []string) string {
	return r.section(slices.DeleteFunc(r.settings(), func(l [2]string) bool { return !slices.Contains(keys, l[0]) }))
}

// Settings are the lines between the braces of Text.
func (r Recipe) Settings() string { return aligned(r.settings(), "") }

func (r Recipe) section(lines [][2]string) string {
	name := ""
	if r.Name != "" {
		name = " " + r.Name
	}
	return "train" + name + " {\n" + aligned(lines, "  ") + "}\n"
}

func aligned(lines [][2]string, indentation string) string {
	longest := 0
	for _, l := range lines {
		longest = max(longest, len(l[0]))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s%-*s = %s\n", indentation, longest, l[0], l[1])
	}
	return b.String()
}

// settings are the keys that do something, with their values.
func (r Recipe) settings() (lines [][2]string) {
	add := func(key, value string, says bool) {
		if says {
			lines = append(lines, [2]string{key, value})
		}
	}
	add("loss", r.Loss.text(), r.Loss.Kind != FromData)
	add("sides", r.sides(), len(r.Sides) > 0)
	add("optimizer", r.Optimizer.text(), true)
	add("schedule", r.Schedule.text(), true)
	add("warmup", number(r.Warmup), r.Warmup != 0)
	add("weight_decay", number(r.WeightDecay), true)
	add("no_decay", texts(r.NoDecay), true)
	add("clip_norm", number(r.ClipNorm), r.ClipNorm != 0)
	add("clip_value", number(r.ClipValue), r.ClipValue != 0)
	add("rates", listOf(r.Rates, Rate.text), len(r.Rates) > 0)
	add("head_rate", number(r.HeadRate), true)
	add("freeze", texts(r.Freeze), len(r.Freeze) > 0)
	add("head_epochs", strconv.Itoa(r.HeadEpochs), r.HeadEpochs != 0)
	add("bn", map[bool]string{true: `"batch"`, false: `"stored"`}[r.BatchStatistics], true)
	add("bn_momentum", number(r.BNMomentum), true)
	add("recompute_bn", strconv.Itoa(r.RecomputeBN), r.RecomputeBN != 0)
	if r.WarmEMA {
		add("ema", form("ema", "decay", number(r.EMA), "warm", "true"), true)
	} else {
		add("ema", number(r.EMA), r.EMA != 0)
	}
	add("batch", strconv.Itoa(r.Batch), true)
	add("micro", strconv.Itoa(r.Micro), r.Micro != 0)
	add("epochs", strconv.Itoa(r.Epochs), true)
	add("seed", strconv.FormatUint(r.Seed, 10), true)
	add("stop_after", strconv.Itoa(r.StopAfter), r.StopAfter != 0)
	add("augment", listOf(r.Augment, Augmentation.text), !r.UsualAugment)
	add("views", strconv.Itoa(r.Views), r.Views >= 0)
	add("shrink", number(r.Shrink), true)
	add("class_weights", r.ClassWeights.text(), r.ClassWeights.Auto || r.ClassWeights.List != nil)
	add("balance", "true", r.Balance)
	add("init", r.Init.text(), true)
	add("zero_last_bn", "true", r.ZeroLastBN)
	return lines
}

// sides are the weights of the side heads, one number where they are equal.
func (r Recipe) sides() string {
	if len(r.Sides) == 0 {
		return ""
	}
	if slices.ContainsFunc(r.Sides, func(x float64) bool { return x != r.Sides[0] }) {
		return numbers(r.Sides)
	}
	return number(r.Sides[0])
}

func (l Loss) text() string {
	switch l.Kind {
	case CrossEntropy:
		return form(string(l.Kind), "smoothing", number(l.Smoothing))
	case BCE:
		if l.PositiveWeights != nil {
			return form(string(l.Kind), "smoothing", number(l.Smoothing), "positive_weights", numbers(l.PositiveWeights))
		}
		return form(string(l.Kind), "smoothing", number(l.Smoothing))
	case SmoothL1:
		return form(string(l.Kind), "beta", number(l.Beta))
	}
	return form(string(l.Kind))
}

func (o Optimizer) text() string {
	args := []string{"lr", number(o.LR)}
	switch o.Kind {
	case SGD:
		args = append(args, "momentum", number(o.Momentum), "nesterov", strconv.FormatBool(o.Nesterov), "dampening", number(o.Dampening))
	case RMSProp:
		args = append(args, "decay", number(o.Decay), "momentum", number(o.Momentum), "eps", number(o.Eps),
			"centered", strconv.FormatBool(o.Centered), "variant", quoted(string(o.Variant)))
	case Adam, AdamW:
		args = append(args, "beta1", number(o.Beta1), "beta2", number(o.Beta2), "eps", number(o.Eps), "amsgrad", strconv.FormatBool(o.AMSGrad))
	}
	return form(string(o.Kind), args...)
}

func (s Schedule) text() string {
	var args []string
	switch s.Kind {
	case Step:
		if args = []string{"every", number(s.Every)}; s.At != nil {
			args = []string{"at", numbers(s.At)}
		}
		args = append(args, "factor", number(s.Factor))
	case Exponential:
		args = []string{"factor", number(s.Factor), "every", number(s.Every), "smooth", strconv.FormatBool(s.Smooth)}
	case Cosine:
		args = []string{"floor", number(s.Floor)}
	case Poly:
		args = []string{"power", number(s.Power)}
	case OneCycle:
		args = []string{"rise", number(s.Rise)}
	}
	return form(string(s.Kind), args...)
}

func (r Rate) text() string { return form("rate", "path", quoted(r.Path), "factor", number(r.Factor)) }

func (a Augmentation) text() string {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(a.Args)) {
		if list := a.Args[name]; len(list) == 1 {
			args = append(args, name, number(list[0]))
		} else {
			args = append(args, name, numbers(list))
		}
	}
	return form(a.Name, args...)
}

func (w Weights) text() string {
	if w.Auto {
		return `"auto"`
	}
	return numbers(w.List)
}

func (i Init) text() string {
	if i.Kind == Truncated {
		return form(string(i.Kind), "std", number(i.Std))
	}
	return form(string(i.Kind))
}

// form writes a form with its arguments, names and values by turns.
func form(name string, args ...string) string {
	if len(args) == 0 {
		return name
	}
	var all []string
	for i := 0; i < len(args); i += 2 {
		all = append(all, args[i]+"="+args[i+1])
	}
	return name + "(" + strings.Join(all, ", ") + ")"
}

func listOf[T any](list []T, text func(T) string) string {
	var all []string
	for _, x := range list {
		all = append(all, text(x))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func texts(list []string) string    { return listOf(list, quoted) }
func numbers(list []float64) string { return listOf(list, number) }

// quoted is a text as the language writes it.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `{`, `\{`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}

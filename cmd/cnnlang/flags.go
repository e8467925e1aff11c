package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/ops/exec/layout"
)

// An option is the value of a flag. The functions below make the kinds of flags.
type option[T any] struct {
	value T
	given bool     // whether the command line sets it
	texts []string // that it was set to
	what  string   // its name in help
	parse func(text string) (T, error)
	write func(T) string // the inverse of parse; nil for what fmt writes
}

func (o *option[T]) String() string {
	if o.write != nil {
		return o.write(o.value)
	}
	return fmt.Sprint(o.value)
}

// Type names the value in help.
func (o *option[T]) Type() string { return o.what }

// Set parses a text, and keeps the value if that fails.
func (o *option[T]) Set(text string) error {
	v, err := o.parse(text)
	if err == nil {
		o.value, o.given, o.texts = v, true, append(o.texts, text)
	}
	return err
}

// written are the texts that it was set to.
func (o *option[T]) written() []string { return o.texts }

// textOf is any text except -, which is a stream.
func textOf(what string) *option[string] {
	return &option[string]{what: what, parse: func(text string) (string, error) {
		switch text {
		case "":
			return "", fmt.Errorf("want %s", what)
		case "-":
			return "", fmt.Errorf("want %s, not a stream; ./- is a file of that name", what)
		}
		return text, nil
	}}
}

// writtenAs is a file that is written in one format, by which its name ends: another name is likely to be of another file.
func writtenAs(ending string) *option[string] {
	o := textOf("FILE")
	parse := o.parse
	o.parse = func(text string) (string, error) {
		text, err := parse(text)
		if err == nil && !strings.EqualFold(filepath.Ext(text), ending) {
			err = fmt.Errorf("want a name that ends in %s", ending)
		}
		return text, err
	}
	return o
}

// onceOf is an option that is not given twice with different values, of which one would be lost.
func onceOf(o *option[string]) *option[string] {
	parse := o.parse
	o.parse = func(text string) (string, error) {
		if o.given && o.value != text {
			return "", fmt.Errorf("it is %q already, and takes one value", o.value)
		}
		return parse(text)
	}
	return o
}

// choiceOf is one of a few names, the first by default.
func choiceOf(names ...string) *option[string] {
	return &option[string]{value: names[0], what: "NAME", parse: func(text string) (string, error) {
		return text, known(text, names)
	}}
}

// known wants one of a few names.
func known(text string, names []string) error {
	if slices.Contains(names, text) {
		return nil
	}
	err := "want one of " + strings.Join(names, ", ")
	if near := diag.Nearest(text, names); near != "" {
		err += "; did you mean " + near + "?"
	}
	return errors.New(err)
}

// manyOf is a flag that may be repeated; each adds a value.
func manyOf[T any](what string, parse func(string) (T, error)) *option[[]T] {
	o := &option[[]T]{what: what, write: func([]T) string { return "" }}
	o.parse = func(text string) ([]T, error) {
		one, err := parse(text)
		return append(o.value, one), err
	}
	return o
}

// listOf is at most so many values separated by commas; repeated values count once.
func listOf[T comparable](what string, most int, parse func(string) (T, error), value ...T) *option[[]T] {
	return &option[[]T]{value: value, what: what,
		parse: func(text string) (list []T, err error) {
			parts := strings.Split(text, ",")
			if most == 1 {
				parts = []string{text}
			}
			for _, part := range parts {
				one, err := parse(part)
				switch {
				case err != nil && len(parts) > 1:
					return nil, fmt.Errorf("%q: %w", part, err)
				case err != nil:
					return nil, err
				case !slices.Contains(list, one):
					list = append(list, one)
				}
			}
			if len(list) > most {
				return nil, fmt.Errorf("want at most %d", most)
			}
			return list, nil
		},
		write: func(list []T) string { return joined(list, ",") },
	}
}

func joined[T any](list []T, separator string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = fmt.Sprint(x)
	}
	return strings.Join(parts, separator)
}

// numberFrom parses a whole number in a range.
func numberFrom(least, most int) func(string) (int, error) {
	return func(text string) (int, error) {
		v, err := strconv.Atoi(text)
		if err != nil || v < least || v > most {
			return 0, fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		return v, nil
	}
}

// numberOf is a whole number in a range.
func numberOf(value, least, most int) *option[int] {
	return &option[int]{value: value, what: "N", parse: numberFrom(least, most)}
}

func parsePrecision(text string) (layout.Precision, error) {
	if err := known(text, layout.Precisions()); err != nil {
		return layout.F32, err
	}
	return layout.ParsePrecision(text)
}

// parseSetting wants a parameter and its value, which interp parses.
func parseSetting(text string) (string, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
		return "", errors.New("want NAME=VALUE, as in classes=10")
	}
	return text, nil
}

// parseExpression wants some text, which interp parses.
func parseExpression(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errors.New("want an expression, as in caffe(fit=\"squash\")")
	}
	return text, nil
}

// parseConditions wants some text, which interp parses.
func parseConditions(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errors.New("want conditions, as in params <= 30M")
	}
	return text, nil
}

func parseSeed(text string) (uint64, error) {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("want a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	return v, nil
}

// shapeText writes a shape as parseShape takes it: 1x3x224x224.
func shapeText(shape []int) string { return joined(shape, "x") }

func parseShape(text string) ([]int, error) {
	const mostAxes = 8
	parts := strings.Split(text, "x")
	if len(parts) > mostAxes {
		return nil, fmt.Errorf("want at most %d axes", mostAxes)
	}
	var shape []int
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, errors.New("want sizes separated by x, as in 1x3x224x224")
		}
		if n < 1 || n > math.MaxInt32 {
			return nil, fmt.Errorf("the size %s is not from 1 to %d", part, math.MaxInt32)
		}
		shape = append(shape, n)
	}
	return shape, nil
}

const depthUsage = "how many levels of the net's parts to show, or all"

// depthOption is the number of parts of a path by which steps are summed.
func depthOption() *option[int] {
	return &option[int]{value: 1, what: "N|all",
		parse: func(text string) (int, error) {
			if text == "all" {
				return graph.AllDepths, nil
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return 0, errors.New("want a number from 1, or all")
			}
			return n, nil
		},
		write: func(n int) string {
			if n == graph.AllDepths {
				return "all"
			}
			return strconv.Itoa(n)
		},
	}
}

func parseDuration(text string) (time.Duration, error) {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 || v > time.Hour {
		return 0, errors.New("want a time with its unit, from 0s to 1h, such as 500ms or 10s")
	}
	return v, nil
}

func parseScale(text string) (float32, error) {
	v, err := strconv.ParseFloat(text, 32)
	if err != nil || !(v > 0) || math.IsInf(v, 1) {
		return 0, errors.New("want a positive number of at most 3e38, as float32 holds")
	}
	return float32(v), nil
}

// parseBytes takes an amount of memory: 500MiB, 1.5GiB as messages write it, or bytes.
func parseBytes(text string) (int64, error) {
	number, shift := text, 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			number, shift = strings.TrimSpace(rest), 10*(i+1)
		}
	}
	v, err := strconv.ParseInt(number, 10, 64)
	if units, rough := strconv.ParseFloat(number, 64); err != nil && rough == nil && shift > 0 && units >= 0 && units < 1<<20 {
		v, shift, err = int64(math.Ceil(units*float64(int64(1)<<shift))), 0, nil
	}
	if err != nil || v < 0 || v > math.MaxInt64>>shift {
		return 0, errors.New("want a size such as 2GiB, 500MiB or a number of bytes, or 0 for no limit")
	}
	return v << shift, nil
}

// countOption is a number of things, which may be in thousands, millions or more.
func countOption() *option[float64] {
	return &option[float64]{what: "NUMBER", write: func(float64) string { return "" }, parse: func(text string) (float64, error) {
		number, by := text, 1.0
		for i, unit := range []string{"K", "M", "G", "T"} {
			if rest, ok := strings.CutSuffix(text, unit); ok {
				number, by = rest, math.Pow10(3*(i+1))
			}
		}
		v, err := strconv.ParseFloat(strings.ReplaceAll(number, "_", ""), 64)
		if err != nil || !(v >= 0) || math.IsInf(v, 0) {
			return 0, errors.New("want a number such as 10M, 1.5G or 300K")
		}
		return v * by, nil
	}}
}

// parseRange takes two numbers, as in -1,1.
func parseRange(text string) ([]float64, error) {
	var list []float64
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("want two numbers, as in -1,1")
		}
		list = append(list, v)
	}
	if len(list) != 2 || list[0] >= list[1] {
		return nil, errors.New("want two numbers, first what is black and then, higher, what is full brightness, as in -1,1")
	}
	return list, nil
}

// A target is a value to write to a file: that of a side head or a step, or without a name
// the net's output.
type target struct{ name, file string }

func (t target) String() string {
	if t.name == "" {
		return "the output"
	}
	return t.name
}

// isPicture reports whether the file is to be a picture.
func (t target) isPicture() bool { return strings.EqualFold(filepath.Ext(t.file), ".png") }

// again reports whether a value is written twice in one form.
func (t target) again(other target) bool {
	return t.name == other.name && t.isPicture() == other.isPicture()
}

// perImage reports whether each image has a file of its own.
func (t target) perImage() bool { return strings.Contains(t.file, placeholder) }

// of is the file for an image, which has no folders and no extension in it.
func (t target) of(image string) string {
	name := filepath.Base(image)
	if image == stdinName {
		name = "stdin"
	}
	if stem := strings.TrimSuffix(name, filepath.Ext(name)); strings.Trim(stem, ".") != "" {
		name = stem
	}
	return strings.ReplaceAll(t.file, placeholder, name)
}

// placeholder stands for the name of an image in that of a file.
const placeholder = "{name}"

// targetsOption is the files to write and their values. Of those without a name, which may be names of outputs,
// choose decides once the net is known.
func targetsOption() *option[[]target] {
	const what = "[NAME=]FILE"
	o := manyOf(what, func(text string) (target, error) {
		name, file, named := strings.Cut(text, "=")
		if !named {
			name, file = "", text
		}
		switch {
		case named && name == "" || file == "":
			return target{}, fmt.Errorf("want %s", what)
		case file == "-":
			return target{}, fmt.Errorf("want %s, not a stream; ./- is a file of that name", what)
		case slices.Contains(extensions, strings.ToLower(filepath.Ext(file))) && !strings.EqualFold(filepath.Ext(file), ".png"):
			return target{}, errors.New("pictures are written as PNG: give the file the extension .png, or .npy for an array of NumPy")
		}
		return target{name, file}, nil
	})
	parse := o.parse
	o.parse = func(text string) ([]target, error) {
		all, err := parse(text)
		if err != nil {
			return nil, err
		}
		last := all[len(all)-1]
		for _, other := range o.value {
			if last.name != "" && other.again(last) {
				return nil, fmt.Errorf("%v is given twice", other)
			}
		}
		return all, nil
	}
	return o
}

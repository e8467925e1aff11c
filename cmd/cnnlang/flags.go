package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// A choice is a flag with a few values.
type choice struct {
	value   string
	options []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "name" }
func (c *choice) list() string   { return strings.Join(c.options, ", ") }

// Set takes one of the options.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.options, text) {
		if near := diag.Nearest(text, c.options); near != "" {
			return fmt.Errorf("want one of %s; did you mean %s?", c.list(), near)
		}
		return fmt.Errorf("want one of %s", c.list())
	}
	c.value = text
	return nil
}

// A textFlag is any text; what says in help what it stands for.
type textFlag struct{ value, what string }

func (t *textFlag) String() string { return t.value }
func (t *textFlag) Type() string   { return t.what }

// Set takes anything but nothing.
func (t *textFlag) Set(text string) error {
	switch text {
	case "":
		return fmt.Errorf("want %s", t.what)
	case "-":
		return fmt.Errorf("want %s, and a stream is none; ./- is a file of that name", t.what)
	}
	t.value = text
	return nil
}

// An optionalText may be left out: its value follows a `=`, so help has no word for it
// behind a blank.
type optionalText struct{ textFlag }

func (*optionalText) Type() string { return "" }

// A settingsFlag is NAME=VALUE, any number of times.
type settingsFlag []string

func (s *settingsFlag) String() string { return "" }
func (s *settingsFlag) Type() string   { return "NAME=VALUE" }

// Set adds one.
func (s *settingsFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
		return errors.New("want NAME=VALUE, as in classes=10")
	}
	*s = append(*s, text)
	return nil
}

// A seedFlag is any 64-bit number.
type seedFlag uint64

func (s *seedFlag) String() string { return strconv.FormatUint(uint64(*s), 10) }
func (s *seedFlag) Type() string   { return "N" }

// Set takes a number without a sign.
func (s *seedFlag) Set(text string) error {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("want a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	*s = seedFlag(v)
	return nil
}

// A shapeFlag is a shape as 1x3x224x224.
type shapeFlag []int

func (s *shapeFlag) String() string {
	parts := make([]string, len(*s))
	for i, n := range *s {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, "x")
}

// Type names the value in help.
func (s *shapeFlag) Type() string { return "NxCxHxW" }

// Set takes sizes of at least 1.
func (s *shapeFlag) Set(text string) error {
	const mostAxes = 8
	parts := strings.Split(text, "x")
	if len(parts) > mostAxes {
		return fmt.Errorf("want at most %d axes", mostAxes)
	}
	var shape []int
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return errors.New("want sizes with an x between them, as in 1x3x224x224")
		}
		if n < 1 || n > math.MaxInt32 {
			return fmt.Errorf("the size %s is not from 1 to %d", part, math.MaxInt32)
		}
		shape = append(shape, n)
	}
	*s = shape
	return nil
}

// A depthFlag says after how many parts of their paths steps are summed.
type depthFlag int

func (d *depthFlag) String() string {
	if int(*d) == interp.AllDepths {
		return "all"
	}
	return strconv.Itoa(int(*d))
}

// Type names the value in help.
func (d *depthFlag) Type() string { return "N|all" }

// Set takes a number or all.
func (d *depthFlag) Set(text string) error {
	if text == "all" {
		*d = interp.AllDepths
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("want a number from 1, or all")
	}
	*d = depthFlag(n)
	return nil
}

// A numberFlag is a number in a range.
type numberFlag struct{ value, least, most int }

func (n *numberFlag) String() string { return strconv.Itoa(n.value) }
func (n *numberFlag) Type() string   { return "N" }

// Set takes a number in the range.
func (n *numberFlag) Set(text string) error {
	v, err := strconv.Atoi(text)
	if err != nil || v < n.least || v > n.most {
		return fmt.Errorf("want a whole number from %d to %d", n.least, n.most)
	}
	n.value = v
	return nil
}

// A countsFlag is a few whole numbers, each once, as 1,2,8.
type countsFlag struct {
	list        []int
	least, most int
}

func (c *countsFlag) String() string {
	parts := make([]string, len(c.list))
	for i, n := range c.list {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// Type names the value in help.
func (c *countsFlag) Type() string { return "N,..." }

// mostCounts is how many numbers a list may have.
const mostCounts = 32

// Set takes numbers in the range.
func (c *countsFlag) Set(text string) error {
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < c.least || n > c.most {
			return fmt.Errorf("want whole numbers from %d to %d with a comma between them", c.least, c.most)
		}
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	if len(list) > mostCounts {
		return fmt.Errorf("want at most %d numbers", mostCounts)
	}
	c.list = list
	return nil
}

// A durationFlag is a time of up to an hour.
type durationFlag time.Duration

func (d *durationFlag) String() string { return time.Duration(*d).String() }
func (d *durationFlag) Type() string   { return "TIME" }

// Set takes a number with a unit.
func (d *durationFlag) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 || v > time.Hour {
		return errors.New("want a time with its unit, from 0s to 1h, as 500ms or 10s")
	}
	*d = durationFlag(v)
	return nil
}

// A scaleFlag is a positive number.
type scaleFlag float32

func (s *scaleFlag) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 32) }
func (s *scaleFlag) Type() string   { return "S" }

// Set takes a number that is finite and not negative.
func (s *scaleFlag) Set(text string) error {
	v, err := strconv.ParseFloat(text, 32)
	if err != nil || !(v > 0) {
		return errors.New("want a positive number")
	}
	*s = scaleFlag(v)
	return nil
}

// A bytesFlag is an amount of memory: 500MiB, 2GiB, or bytes; 0 is no limit.
type bytesFlag struct {
	value int64
	set   bool
}

func (b *bytesFlag) String() string {
	if !b.set {
		return ""
	}
	return strconv.FormatInt(b.value, 10)
}

// Type names the value in help.
func (b *bytesFlag) Type() string { return "SIZE" }

// Set takes a whole number with a unit or none.
func (b *bytesFlag) Set(text string) error {
	number, shift := text, 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			number, shift = strings.TrimSpace(rest), 10*(i+1)
		}
	}
	v, err := strconv.ParseInt(number, 10, 64)
	if units, rough := strconv.ParseFloat(number, 64); err != nil && rough == nil && shift > 0 && units >= 0 && units < 1<<20 {
		v, shift, err = int64(math.Ceil(units*float64(int64(1)<<shift))), 0, nil // as messages write it: 1.5GiB
	}
	if err != nil || v < 0 || v > math.MaxInt64>>shift {
		return errors.New("want a size as 2GiB, 500MiB or a number of bytes, or 0 for no limit")
	}
	b.value, b.set = v<<shift, true
	return nil
}

// A target is a value to be written to a file.
type target struct{ name, file string }

// targetsFlag are NAME=FILE, any number of times.
type targetsFlag struct {
	what string // what NAME is
	list []target
}

func (t *targetsFlag) String() string { return "" }
func (t *targetsFlag) Type() string   { return t.what + "=FILE.npy" }

// Set adds one.
func (t *targetsFlag) Set(text string) error {
	name, file, ok := strings.Cut(text, "=")
	switch {
	case !ok || name == "" || file == "":
		return fmt.Errorf("want %s", t.Type())
	case file == "-":
		return fmt.Errorf("want %s, and a stream is not a file; ./- is a file of that name", t.Type())
	}
	for _, other := range t.list {
		if other.name == name {
			return fmt.Errorf("%s is asked for twice", name)
		}
	}
	t.list = append(t.list, target{name, file})
	return nil
}

func (t *targetsFlag) names() []string {
	var names []string
	for _, x := range t.list {
		names = append(names, x.name)
	}
	return names
}

package dataset

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// limits are how much of a folder is read.
type limits struct {
	entries int // files of a folder, and of all together
	classes int
	folders int // in the folders of classes, each as often as links lead to it
	depth   int // folders in each other
}

// usual are the limits outside of tests.
var usual = limits{entries: mostEntries, classes: mostClasses, folders: 1 << 17, depth: 64}

const (
	mostEntries = 1 << 24
	mostClasses = 1 << 16
)

// check reports an option with an invalid value.
func (o *Options) check() error {
	o.Threads = cmp.Or(o.Threads, runtime.GOMAXPROCS(0))
	if o.limits == (limits{}) {
		o.limits = usual
	}
	switch {
	case len(o.Input) != 3:
		return unfit("got an input of shape %v, want [C, H, W]", o.Input)
	case math.IsNaN(o.Split) || o.Split < 0 || o.Split >= 1:
		return unfit("got a share of %v to check with, want 0 to below 1", o.Split)
	case math.IsNaN(o.Shrink) || o.Shrink < 0 || o.Shrink > 100:
		return unfit("got pictures to shrink to %v times the input, want 1 to 100", o.Shrink)
	case o.Threads < 0:
		return unfit("got %d threads, want at least 1", o.Threads)
	}
	for _, d := range o.Input {
		if d < 1 {
			return unfit("got an input of shape %v, want sizes of at least 1", o.Input)
		}
	}
	if err := checkNames(o.Classes); err != nil {
		return unfit("%v", err)
	}
	return nil
}

// checkNames reports names of classes that are given twice or cannot be printed.
func checkNames(classes []string) error {
	seen := map[string]bool{}
	for _, name := range classes {
		if seen[name] {
			return fmt.Errorf("got the class %s twice, want each once", shown(name))
		}
		seen[name] = true
		if err := plain(name); err != "" {
			return fmt.Errorf("the class %q %s", name, err)
		}
	}
	return nil
}

// plain says why a name cannot be that of a class, "" if it can.
func plain(name string) string {
	switch {
	case name == "":
		return "has no name"
	case !utf8.ValidString(name):
		return "has a name that is not valid UTF-8; rename it"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "has control characters in its name; rename it"
	}
	return ""
}

// checkPictures reports an input that no picture can be prepared for.
func (o Options) checkPictures() error {
	want := 3
	if o.Prepare.Grey {
		want = 1
	}
	if o.Input[0] != want {
		return unfit("the net's input %v has %d channels, and pictures are prepared as %d; an array of float32 can have any number", o.Input, o.Input[0], want)
	}
	if err := o.Prepare.Check(); err != nil {
		return unfit("%s", strings.TrimPrefix(err.Error(), "picture: "))
	}
	return nil
}

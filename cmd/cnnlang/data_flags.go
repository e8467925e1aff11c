package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/train/dataset"
)

// A dataFlags is the flags for pictures with their classes, from which a net learns or with which it is
// checked.
type dataFlags struct {
	data    *option[string]
	val     *option[string]
	split   *option[float64]
	group   *option[*regexp.Regexp]
	classes *option[string]
	coarse  bool
	skipBad bool
}

// usualSplit is the share of pictures to check with.
const usualSplit = 0.15

// flags adds the flags to a command.
func (d *dataFlags) flags(cmd *cobra.Command) {
	d.data, d.val, d.classes = textOf("FOLDER"), textOf("FOLDER"), textOf("FILE|NAME")
	d.split = &option[float64]{value: usualSplit, what: "SHARE", parse: parseShare}
	d.group = &option[*regexp.Regexp]{what: "REGEX", parse: parseGroup, write: func(r *regexp.Regexp) string {
		if r == nil {
			return ""
		}
		return r.String()
	}}
	f := cmd.Flags()
	f.Var(d.data, "data", "a folder with a folder of pictures for each class, or with train and val that are such folders, or one of arrays: x.npy and y.npy, MNIST's or CIFAR's files; or a .npz file")
	f.Var(d.val, "val", "a folder like that of --data, with the pictures to check with")
	f.Var(d.split, "split", "the share of the pictures to check with where these have no folder, chosen by a hash of their content; 0 for none")
	f.Var(d.group, "group", "the part of a picture's path, by a regular expression, that keeps pictures on one side of the split, as in '^[^_]*'")
	f.Var(d.classes, "classes", "the classes in their order, in place of that of their names: a file as for --labels, or a list that --labels knows")
	f.BoolVar(&d.coarse, "coarse", false, "take the 20 coarse classes of CIFAR-100")
	f.BoolVar(&d.skipBad, "skip-bad", false, "leave out pictures that cannot be read")
	completeFolders(cmd, "data", "val")
}

// completeFolders completes flags with the names of folders.
func completeFolders(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		complete(cmd, name, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		})
	}
}

func parseShare(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v < 1) {
		return 0, errors.New("want a share from 0 to below 1, as in 0.15")
	}
	return v, nil
}

func parseGroup(text string) (*regexp.Regexp, error) {
	const most = 1000
	if len(text) > most {
		return nil, fmt.Errorf("want at most %d characters", most)
	}
	r, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("want a regular expression, as in '^[^_]*': %w", err)
	}
	return r, nil
}

// options are what the flags say, for a process that may use so much memory, 0 for no limit. What does not come from
// flags is left open.
func (d *dataFlags) options(maxMemory int64) (dataset.Options, error) {
	o := dataset.Options{
		Val: d.val.value, Split: d.split.value, Group: d.group.value, Coarse: d.coarse, SkipBad: d.skipBad,
		MaxPicture: maxMemory, MaxArray: maxMemory, Keep: maxMemory / 4,
	}
	if maxMemory == 0 {
		o.Keep = 1 << 40
	}
	switch {
	case !d.data.given:
		return o, usage("--data is missing").withHelp("name the pictures, as in `--data flowers`, a folder with a folder for each class")
	case d.val.given && d.split.given && d.split.value > 0:
		return o, usage("got --val and --split, want one of them").withHelp("the pictures to check with are those of --val, or a share of those of --data")
	case d.group.given && (d.val.given || d.split.value == 0):
		return o, usage("--group is for a split, and there is none").withHelp("leave it out")
	case !d.classes.given:
		return o, nil
	}
	labels, known := interp.NamedLabels(d.classes.value)
	if !known {
		var err error
		if labels, err = interp.ReadLabels(d.classes.value); err != nil {
			return o, err
		}
	}
	o.Classes = labels.Names
	return o, nil
}

// tellData says what is odd about the pictures.
func (a *app) tellData(d *dataset.Data) {
	for _, bad := range d.Bad {
		a.tell("warning", bad.String()+"; left out")
	}
	for _, note := range d.Notes {
		a.tell("note", note)
	}
	if n := d.Others.Count; n > 0 {
		a.tell("note", counted(int64(n), "file")+" that "+isAre(n)+" no picture: "+visibleName(joined(d.Others.Names, ", ")))
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cnnlang/interp/train"
)

// A request is what a command line asks for of a training, as its state keeps it.
type request struct {
	Folder string              `json:"folder"` // in which names of files are meant
	Net    string              `json:"net"`
	Flags  map[string][]string `json:"flags"` // the texts of those that were given
}

// keptFlags are those of a request: all on which the training depends.
var keptFlags = []string{
	"net", "set", "shape", "prepare", "exif", "weights", "names", "key", "rename", "layout", "data", "target", "val", "split", "group", "classes", "coarse", "skip-bad",
	"recipe", "train", "lr", "epochs", "batch", "seed", "freeze", "views", "precision",
}

// ofFiles are those of keptFlags that name files, whose content is compared, not their name.
var ofFiles = []string{"data", "target", "val", "classes"}

// writtenIn are the texts of a flag on the command line, nil if it was not given.
func writtenIn(f *pflag.Flag) []string {
	switch v := f.Value.(type) {
	case interface{ written() []string }:
		return v.written()
	default:
		if f.Changed {
			return []string{v.String()}
		}
	}
	return nil
}

// take takes in what the command line says.
func (r *request) take(cmd *cobra.Command, argument string) error {
	folder, err := os.Getwd()
	if err != nil {
		return &fs.PathError{Op: "open", Path: ".", Err: errors.New("the current folder is not known")}
	}
	r.Folder, r.Net, r.Flags = folder, argument, map[string][]string{}
	for _, name := range keptFlags {
		if texts := writtenIn(cmd.Flags().Lookup(name)); texts != nil {
			r.Flags[name] = texts
		}
	}
	return nil
}

// text is what the state keeps.
func (r *request) text() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic("cnnlang: " + err.Error()) // strings can be written
	}
	return string(text)
}

// restore sets the flags as the training of --output was asked for, and returns the arguments. What is asked for
// otherwise is an error, but more epochs, and other names of the same files.
func (f *trainFlags) restore(cmd *cobra.Command, args []string) (*request, []string, error) {
	state := train.StateOf(f.output.value)
	if _, err := os.Stat(state); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, usage("there is no training to go on with: no file %s", state).withHelp("leave out --resume to begin one")
	}
	text, err := train.AskedFor(state)
	if err != nil {
		return nil, nil, err
	}
	r := &request{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, nil, &train.StateError{Path: state, Problem: "does not say what was asked for"}
	}
	if len(args) == 0 && r.Net != "-" {
		args = []string{r.found(r.Net)}
		if !isFile(r.Net) {
			args = []string{r.Net}
		}
	}
	var other []string
	for _, name := range keptFlags {
		flag := cmd.Flags().Lookup(name)
		now, before := writtenIn(flag), r.Flags[name]
		switch {
		case now == nil:
			for _, text := range before {
				if slices.Contains(append(ofFiles, "weights"), name) {
					text = r.found(text)
				}
				if err := cmd.Flags().Set(name, text); err != nil {
					return nil, nil, &train.StateError{Path: state, Problem: fmt.Sprintf("asks for --%s %q: %v", name, text, err)}
				}
			}
		case name == "epochs" || slices.Contains(ofFiles, name) || slices.Equal(now, before):
		case before == nil:
			other = append(other, fmt.Sprintf("without --%s, and now it is %s", name, strings.Join(now, " ")))
		default:
			other = append(other, fmt.Sprintf("with --%s %s, and now it is %s", name, strings.Join(before, " "), strings.Join(now, " ")))
		}
	}
	if len(other) > 0 {
		return nil, nil, usage("the training of %s was begun otherwise:\n%s", f.output.value, strings.Join(other, "\n")).
			withHelp("--resume needs only --output; of the rest --epochs may become more; another training has another --output")
	}
	return r, args, nil
}

// found is a file as it is called from here: where it was when the training began, unless there is one of this name.
func (r *request) found(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	if _, err := os.Stat(file); err == nil {
		return file
	}
	return filepath.Join(r.Folder, file)
}

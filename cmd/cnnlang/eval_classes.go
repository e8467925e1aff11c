package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/diag"
)

// A folderNames finds out which of a net's outputs a folder of pictures, or a class of arrays, is for. They are called as the net's classes are, or
// by the numbers of outputs, or, where all 1,000 are there, by WordNet's synsets, in whose order ImageNet's are.
type folderNames struct {
	net, data string
	outputs   int
	names     []string // of the outputs, nil where they have none
	note      string   // what the folders are taken for
}

// synset is how WordNet numbers a noun.
var synset = regexp.MustCompile(`^n\d{8}$`)

// classes are the folders by output, and something else where an output has none.
func (f *folderNames) classes(folders []string) ([]string, error) {
	of := make(map[int]string, len(folders)) // by output
	var unknown []string
	for i, folder := range folders {
		at := f.output(folders, i)
		if at < 0 || of[at] != "" {
			unknown = append(unknown, folder)
			continue
		}
		of[at] = folder
	}
	if len(unknown) > 0 {
		return nil, f.problem(unknown, len(folders))
	}
	classes, taken := make([]string, f.outputs), map[string]bool{}
	for _, folder := range folders {
		taken[folder] = true
	}
	for i := range classes {
		name := of[i]
		if name == "" && len(f.names) > 0 && !taken[f.names[i]] {
			name = f.names[i]
		}
		if name == "" {
			name = fmt.Sprintf("class %d", i)
		}
		classes[i], taken[name] = name, true
	}
	return classes, nil
}

// output is the one that folder i of all is for, -1 for none.
func (f *folderNames) output(folders []string, i int) int {
	if at := slices.Index(f.names, folders[i]); at >= 0 {
		return at
	}
	all := func(is func(string) bool) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool { return !is(folder) })
	}
	switch {
	case all(isNumber):
		f.note = "the classes of the pictures are numbers, and are taken for those of the net's outputs, from 0"
		if n, err := strconv.Atoi(folders[i]); err == nil && n < f.outputs {
			return n
		}
	case len(folders) == 1000 && f.outputs == 1000 && all(synset.MatchString):
		f.note = "the classes of the pictures are synsets of WordNet, and are taken for the net's outputs in their order"
		return i
	case f.names == nil && len(folders) == f.outputs:
		f.note = "the net's outputs have no names, and the classes of the pictures are taken for them in the order of their names; --classes says another"
		return i
	}
	found := -1
	for at, name := range f.names {
		if plainName(name) == plainName(folders[i]) {
			if found >= 0 {
				return -1
			}
			found = at
		}
	}
	return found
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// plainName is a name as it may be that of a folder: without case, and with blanks for what is no letter or number.
func plainName(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" _-'./,", r) }), " ")
}

// problem is the error of folders that are no class of the net.
func (f *folderNames) problem(unknown []string, folders int) error {
	const most = 5
	list := joined(unknown[:min(most, len(unknown))], ", ")
	if more := len(unknown) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	e := usage("%s holds classes that %s does not have: %s", f.data, f.net, list)
	switch {
	case f.names == nil:
		return e.withHelp("the net's %d outputs have no names, and there are %d classes: name the outputs in their order with `--classes FILE`, a line each", f.outputs, folders)
	case synset.MatchString(unknown[0]):
		return e.withHelp("some synsets of WordNet need the list of all: `--classes FILE` with a line for each output")
	}
	if near := diag.Nearest(unknown[0], f.names); near != "" {
		return e.withHelp("did you mean %q? Rename the folder, or name the outputs in their order with `--classes FILE`", near)
	}
	return e.withHelp("the classes are %s, …; rename the folders, or name the outputs in their order with `--classes FILE`", joined(f.names[:min(most, len(f.names))], ", "))
}

// shown are the names of the classes for people: those of the outputs, where they have some.
func (f *folderNames) shown(classes []string) []string {
	if len(f.names) == len(classes) {
		return f.names
	}
	return classes
}

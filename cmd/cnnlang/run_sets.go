package main

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cnnlang/interp"
)

// Many images for inputs by name: `--input left=l/ --input right=r/`. Each result is of a set, one
// image for each input; those of folders go together by their names.

// isMany reports whether an input is a folder of images, or a pattern for some.
func (in inputOf) isMany() bool { return isPattern(in.file) || isDirectory(in.file) }

// manySets reports whether inputs by name are, or may be, more than one image each.
func (f *runFlags) manySets() bool {
	for i, in := range f.input.value {
		if in.name != "" && (in.isMany() || slices.ContainsFunc(f.input.value[:i], func(other inputOf) bool { return other.name == in.name })) {
			return true
		}
	}
	return len(f.input.value) > 0 && f.input.value[0].name != "" && (f.batch.given || f.format.value == "csv" || f.format.value == "jsonl") &&
		!slices.ContainsFunc(f.input.value, func(in inputOf) bool { return !in.isPicture() })
}

// consistentSets is consistent for them.
func (f *runFlags) consistentSets() error {
	for _, in := range f.input.value {
		if !in.isPicture() && !in.isMany() {
			what := "an array"
			if in.isRandom() {
				what = "generated"
			} else if _, err := os.Stat(in.file); err != nil {
				return err
			}
			return usage("%s is %s, and others are images, of which there may be many", in.what(), what).
				withHelp("many are computed where every input is images; for an array name one file for each input")
		}
	}
	return f.consistentMany()
}

// An imagesOf is the images of an input: where they come from, and all of them by the names that they go
// together by.
type imagesOf struct {
	inputOf
	list   []interp.Source
	names  []string
	listed bool // of a folder or a pattern, where nobody chose their order
}

// sets are the images of a net's inputs, one for each input: those of the first, with the others beside them.
func (f *runFlags) sets(n *interp.Net) (sets []interp.Source, note string, err error) {
	if _, err := f.sourcesOf(n); err != nil {
		return nil, "", err
	}
	inputs := make([]imagesOf, len(n.InputNames()))
	for i, name := range n.InputNames() {
		for _, in := range f.input.value {
			if in.name != name {
				continue
			}
			inputs[i].inputOf, inputs[i].listed = in, inputs[i].listed || in.isMany()
			if err := inputs[i].add(in.file, &f.sources); err != nil {
				return nil, "", err
			}
		}
	}
	return paired(inputs)
}

// add appends the images that an argument stands for; one that cannot be listed is an error.
func (in *imagesOf) add(argument string, s *sources) (err error) {
	isFolder := isDirectory(argument)
	s.argument(argument, func(source interp.Source) bool {
		if source.Open != nil {
			if _, err = source.Open(); is[linked](err) {
				err = nil
			}
			return err == nil
		}
		name := filepath.Base(source.Name)
		if inside, wrong := filepath.Rel(argument, source.Name); wrong == nil && isFolder {
			name = inside
		}
		in.list = append(in.list, source)
		in.names = append(in.names, filepath.ToSlash(strings.TrimSuffix(name, filepath.Ext(name))))
		return true
	})
	return err
}

// paired makes sets of the images of all inputs. An input for which one image is named has it in each set; a
// folder with one may lack the others. Those of folders and patterns go by their names, without extensions
// and the folders that are given, or where no two have a name in common by their order, of which the note
// tells; those that are named one by one go by it.
func paired(inputs []imagesOf) (sets []interp.Source, note string, err error) {
	most := slices.MaxFunc(inputs, func(a, b imagesOf) int { return len(a.list) - len(b.list) })
	ordered := !slices.ContainsFunc(inputs, func(in imagesOf) bool { return in.listed })
	sets = make([]interp.Source, len(most.list))
	for k, in := range inputs {
		order, byNames, err := in.beside(most, ordered)
		if err != nil {
			return nil, "", err
		}
		if !byNames && !ordered {
			note = "images go together by their order: " + visibleName(most.list[0].Name) + " with " + visibleName(in.list[0].Name) + ", and so on"
		}
		for i := range sets {
			if image := in.list[order[i]]; k == 0 {
				sets[i] = image
			} else {
				sets[i].Beside = append(sets[i].Beside, image)
			}
		}
	}
	return sets, note, nil
}

// beside is which image goes with each of another input, which has as many or more; ordered says
// that those of no input are from a folder or a pattern.
func (in imagesOf) beside(most imagesOf, ordered bool) (order []int, byNames bool, err error) {
	order = make([]int, len(most.list))
	if len(in.list) == 1 && !in.listed {
		return order, true, nil
	}
	at := map[string]int{}
	for i, name := range in.names {
		at[name] = i
	}
	without, shared := "", false
	for i, name := range most.names {
		j, there := at[name]
		if order[i], shared = j, shared || there; !there && without == "" {
			without = most.list[i].Name
		}
	}
	switch {
	case ordered && len(in.list) != len(most.list):
		return nil, false, usage("%s has %d images, and %s has %d", in.what(), len(in.list), most.what(), len(most.list)).
			withHelp("each goes with the one in its place: name as many, or one for all")
	case !ordered && len(at) < len(in.list):
		return nil, false, sameName(in)
	case !ordered && without == "":
		return order, true, nil
	case !ordered && (shared || len(in.list) != len(most.list)):
		return nil, false, usage("no image of %s is called like %s, which is one of %s", in.what(), visibleName(without), most.what()).
			withHelp("images of several inputs go together by their names, without folders and extensions; where no name is in both, by their order, if they are as many: here %d and %d", len(in.list), len(most.list))
	}
	for i := range order {
		order[i] = i
	}
	return order, false, nil
}

// sameName is the error of an input of which two images have a name.
func sameName(in imagesOf) error {
	seen := map[string]int{}
	for i, name := range in.names {
		if at, twice := seen[name]; twice {
			return usage("%s has two images of one name, %s and %s", in.what(), visibleName(in.list[at].Name), visibleName(in.list[i].Name)).
				withHelp("images of several inputs go together by their names, without folders and extensions")
		}
		seen[name] = i
	}
	return nil
}

// images are those that are computed, and how many, 0 where that is not known before they come.
func (f *runFlags) images(n *interp.Net, args []string, a *app) (all iter.Seq[interp.Source], count func() int, err error) {
	if !f.manySets() {
		return f.sources.pictures(args, a.stdin), func() int { return f.sources.count(args) }, nil
	}
	sets, note, err := f.sets(n)
	if err != nil {
		return nil, nil, err
	}
	if note != "" {
		a.tell("note", note)
	}
	if f.resumeAfter.given {
		at := f.sources.mark()
		for _, set := range sets {
			at.see(set.Name)
		}
		if err := at.err(); err != nil {
			return nil, nil, err
		}
		sets = sets[at.places[0]:]
	}
	return slices.Values(sets), func() int { return len(sets) }, nil
}

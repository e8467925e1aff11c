package dataset

import (
	"fmt"
	"slices"
	"strconv"
)

// name decides what the classes are, and in which order: that of a list, or of the code points of
// the folders' names.
func (d *Data) name(roots [2]string, lists [2][]class) error {
	names := [2][]string{}
	for side, list := range lists {
		for _, c := range list {
			names[side] = append(names[side], c.name)
		}
	}
	d.Classes = d.o.Classes
	if d.o.Named != nil {
		all := slices.Concat(names[0], names[1])
		slices.Sort(all)
		if err := d.named(slices.Compact(all)); err != nil {
			return err
		}
	}
	if d.Classes == nil {
		d.Classes = names[0]
		if roots[0] == "" {
			d.Classes = names[1]
		}
		d.noteNumbers()
	}
	known := map[string]bool{}
	for _, name := range d.Classes {
		known[name] = true
	}
	for side, list := range names {
		unknown := slices.DeleteFunc(slices.Clone(list), func(name string) bool { return known[name] })
		if len(unknown) > 0 {
			return problem(roots[side], "holds folders that are no class: %s; the classes are %s", some(unknown), some(d.Classes))
		}
	}
	if len(d.Classes) < 2 {
		root := roots[0]
		if root == "" {
			root = roots[1]
		}
		return problem(root, "holds %s, want a folder for each class, at least two", counted(len(d.Classes), "class", "classes"))
	}
	return nil
}

// named asks what the classes are.
func (d *Data) named(found []string) (err error) {
	if d.Classes, err = d.o.Named(found); err != nil {
		return err
	}
	if err := checkNames(d.Classes); err != nil {
		return unfit("%v", err)
	}
	return nil
}

// counted is a number with its noun.
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// noteNumbers tells of numbers that are not in the order of their values.
func (d *Data) noteNumbers() {
	last := -1
	sorted := true
	for _, name := range d.Classes {
		n, err := strconv.Atoi(name)
		if err != nil || n < 0 {
			return
		}
		sorted, last = sorted && n > last, n
	}
	if !sorted {
		d.Notes = append(d.Notes, fmt.Sprintf("the classes are numbers and are in the order of their digits, %s; write them with as many digits each, or give the order", some(d.Classes)))
	}
}

// checkClasses makes sure that there is something to learn of each class.
func (d *Data) checkClasses() error {
	if d.perItem > 0 {
		return nil
	}
	if len(d.Classes) < 2 {
		return problem(d.path, "has pictures of %s, want at least two", counted(len(d.Classes), "class", "classes"))
	}
	for _, val := range []bool{false, true} {
		if d.o.Whole && !val || val && !slices.Contains(d.pool.val, true) {
			continue
		}
		counts, what := d.counts(val), "to learn from"
		if val {
			what = "to check with"
		}
		var empty []string
		for label, n := range counts {
			if n == 0 {
				empty = append(empty, d.Classes[label])
			}
		}
		switch {
		case len(empty) == 0:
		case val:
			d.Notes = append(d.Notes, fmt.Sprintf("there is no picture %s of %s: %s", what, counted(len(empty), "class", "classes"), some(empty)))
		case d.o.Named != nil: // the classes are those of a net that has learned
		default:
			return problem(d.path, "holds no picture %s of %s: %s; add some, or leave the class out", what, counted(len(empty), "class", "classes"), some(empty))
		}
	}
	if !d.o.Whole { // nothing is learned otherwise
		d.noteBalance()
		d.noteColours()
	}
	return nil
}

// counts are the pictures of each class on a side.
func (d *Data) counts(val bool) []int {
	counts := make([]int, len(d.Classes))
	for i, label := range d.pool.labels {
		if d.pool.val[i] == val {
			counts[label]++
		}
	}
	return counts
}

// unbalanced is from which ratio on it is said that classes have different numbers of pictures.
const unbalanced = 10

func (d *Data) noteBalance() {
	counts := d.counts(false)
	least, most := slices.Index(counts, slices.Min(counts)), slices.Index(counts, slices.Max(counts))
	if counts[most] >= unbalanced*counts[least] && counts[least] > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s has %s and %s only %d; class weights or balanced drawing make up for it",
			shown(d.Classes[most]), counted(counts[most], "picture", "pictures"), shown(d.Classes[least]), counts[least]))
	}
}

// noteColours tells of classes that can be told from the others by whether their pictures have colours, which a
// net then learns instead of what they show.
func (d *Data) noteColours() {
	if d.o.Prepare.Grey {
		return
	}
	grey, all := make([]int, len(d.Classes)), make([]int, len(d.Classes))
	for i, label := range d.pool.labels {
		all[label]++
		if d.pool.grey[i] {
			grey[label]++
		}
	}
	var without, with []string
	for label, name := range d.Classes {
		switch {
		case all[label] == 0:
		case 10*grey[label] >= 9*all[label]:
			without = append(without, name)
		case 10*grey[label] <= all[label]:
			with = append(with, name)
		}
	}
	if len(without) > 0 && len(with) > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("the pictures of %s are grey and those of %s are not, by which they may be told apart; prepare all as grey, or add others", some(without), some(with)))
	}
}

package dataset

import (
	"fmt"
	"strings"
)

// copies are pictures of equal bytes: pairs of their names.
type copies struct {
	count int
	pairs []string
}

func (c *copies) add(d *Data, first, second int) {
	c.count++
	if len(c.pairs) < mostNamed {
		c.pairs = append(c.pairs, shown(d.pool.from.name(first))+" = "+shown(d.pool.from.name(second)))
	}
}

func (c *copies) String() string {
	text := strings.Join(c.pairs, "\n  ")
	if more := c.count - len(c.pairs); more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	return "\n  " + text
}

// checkCopies looks for pictures of equal bytes: what is learned must not be checked with, and
// what is in two classes cannot be learned. Published arrays have copies that nobody can remove: of these
// it is only told.
func (d *Data) checkCopies() error {
	var sides, labels, same copies
	first := map[digest]int{}
	for i, hash := range d.pool.hashes {
		at, seen := first[hash]
		if !seen {
			first[hash] = i
			continue
		}
		if d.pool.val[at] != d.pool.val[i] {
			sides.add(d, at, i)
			continue
		}
		if d.perItem == 0 && d.pool.labels[at] != d.pool.labels[i] {
			labels.add(d, at, i)
		} else {
			same.add(d, at, i)
		}
	}
	if sides.count > 0 {
		text := fmt.Sprintf("%s to check with %s also among those to learn from", counted(sides.count, "picture", "pictures"), areIs(sides.count))
		if _, isFolder := d.pool.from.(*files); isFolder {
			return problem(d.path, "%s, byte for byte; remove them from one side:%v", text, &sides)
		}
		d.Notes = append(d.Notes, text)
	}
	if labels.count > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s %s in two classes, byte for byte:%v", counted(labels.count, "picture", "pictures"), areIs(labels.count), &labels))
	}
	if same.count > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s %s another of the class, byte for byte", counted(same.count, "picture", "pictures"), equalsEqual(same.count)))
	}
	return nil
}

func areIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func equalsEqual(n int) string {
	if n == 1 {
		return "equals"
	}
	return "equal"
}

package main

import (
	"fmt"
	"slices"
	"strings"
)

// A lacking is nets of which one of the two quantities is not known, for one reason.
type lacking struct {
	reason    string
	elsewhere bool // they were tested, on other images
	labels    []string
}

// names lists the nets, as far as they fit in a note.
func (l *lacking) names() string {
	const most = 60
	if n := len(l.labels); n > most {
		return strings.Join(l.labels[:most], ", ") + fmt.Sprintf(", and %d more", n-most)
	}
	return strings.Join(l.labels, ", ")
}

// without are the nets that are not compared by the two quantities, in the order of their rows.
func (c *comparison) without() (list []*lacking) {
	for _, n := range c.nets {
		if _, _, known := c.both(n); known {
			continue
		}
		reason, elsewhere := c.lacks(n)
		i := slices.IndexFunc(list, func(l *lacking) bool { return l.reason == reason })
		if i < 0 {
			i, list = len(list), append(list, &lacking{reason: reason, elsewhere: elsewhere})
		}
		list[i].labels = append(list[i].labels, n.label)
	}
	return list
}

// lacks says why a quantity of a net is not known.
func (c *comparison) lacks(n *compared) (reason string, elsewhere bool) {
	_, known := c.top1(n)
	switch {
	case c.x.name != "top1" && c.y.name != "top1" || known:
		return "since their numbers are out of range", false
	case n.accuracy.Top1 > 0:
		return "tested on other images (" + n.accuracy.Tested + ")", true
	}
	return "for want of a published accuracy", false
}

// sizesTaken says what sizes of images nets that are drawn take, where not all take the same; "" otherwise.
func (c *comparison) sizesTaken() string {
	var sizes, each []string
	for _, n := range c.nets {
		if _, _, known := c.both(n); !known {
			continue
		}
		size := shapeText(n.Graph.Input().Shape[1:])
		if !slices.Contains(sizes, size) {
			sizes = append(sizes, size)
		}
		each = append(each, n.label+" "+size)
	}
	const most = 8 // of names in a note that is no list
	switch {
	case len(sizes) < 2:
		return ""
	case len(each) <= most:
		return ": " + strings.Join(each, ", ")
	case len(sizes) <= most:
		return ": " + strings.Join(sizes, ", ")
	}
	return fmt.Sprintf(", of which there are %d", len(sizes))
}

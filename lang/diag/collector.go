package diag

import "cnnlang/lang/source"

// A Collector gathers the diagnostics of a text that may have any number of mistakes.
// It keeps the first Most of each severity, and the same kind of mistake at the same
// place once, so that warnings never displace errors, and no text decides how much memory
// or time is used.
type Collector struct {
	List List
	Most int

	kept  map[Severity]int
	there map[mistake]bool
}

// A mistake is a kind of mistake at a place.
type mistake struct {
	code Code
	span source.Span
}

// Add keeps d if there is room.
func (c *Collector) Add(d *Diagnostic) {
	key := mistake{d.Code, d.Span}
	if c.Full(d.Severity) || c.there[key] {
		return
	}
	if c.there == nil {
		c.kept, c.there = map[Severity]int{}, map[mistake]bool{}
	}
	c.there[key] = true
	c.kept[d.Severity]++
	c.List = append(c.List, d)
}

// AddAll keeps the diagnostics of a list for which there is room.
func (c *Collector) AddAll(list List) {
	for _, d := range list {
		c.Add(d)
	}
}

// Full reports whether no more of a severity are kept.
func (c *Collector) Full(s Severity) bool { return c.kept[s] >= c.Most }

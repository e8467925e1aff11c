package elab

// A scope names the steps of one body. The whole rule of weight paths is here
// and in the callers' choice of scope:
//
//	Every body numbers its steps 0, 1, 2, ..., every step. A label replaces the
//	number. A block call, a labelled group and an op with parameters open a
//	segment; unlabelled groups, if and repeat number on in the body around them.
//	A combinator takes one number i; labels inside it belong to the path around
//	it, and unlabelled steps of branch b are i.b.0, i.b.1, ... The empty label
//	opens no segment and takes no number.
type scope struct {
	labels  string // prefix of labelled steps, ending in a dot unless empty
	numbers string // prefix of numbered steps, likewise
	next    *numbers
	generic *generic // that stood for all when the scope was opened
}

// numbers counts the steps of a body.
type numbers struct {
	next  int
	loose bool // there may be more or fewer of them
}

func newScope(prefix string, t *generic) scope {
	return scope{labels: prefix, numbers: prefix, next: &numbers{}, generic: t}
}

// take gives the next step its path: the label in place of the number, or the
// number. The empty label gives the path of the body itself and takes no number.
func (s scope) take(label string, labelled bool, number func(int, bool) string) string {
	if labelled && label == "" {
		return trimDot(s.labels)
	}
	n := s.next.next
	s.next.next++
	if labelled {
		return s.labels + label
	}
	return s.numbers + number(n, s.next.loose)
}

// inside is the scope of the body of a step with this path; with the empty label
// it is s itself.
func (s scope) inside(path, label string, labelled bool, t *generic) scope {
	if labelled && label == "" {
		return s
	}
	return newScope(path+".", t)
}

// branch is the scope of branch b of the combinator with this number path.
func (s scope) branch(path, b string) scope {
	return scope{labels: s.labels, numbers: join(path, b) + ".", next: &numbers{}, generic: s.generic}
}

// join puts a leaf under a path; either may be empty.
func join(path, leaf string) string {
	if path == "" || leaf == "" {
		return path + leaf
	}
	return path + "." + leaf
}

func trimDot(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix[:len(prefix)-1]
}

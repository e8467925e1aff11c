package ast

// String is the pattern as it is written.
func (p *Pattern) String() string {
	if p.Name != nil {
		return p.Name.Text
	}
	return "[" + names(p.Items, ", ") + "]"
}

// All are the names in the order of the text, those that skip an item too.
func (p *Pattern) All() []*Name {
	if p.Name != nil {
		return []*Name{p.Name}
	}
	return p.Items
}

// Skips reports whether a name of a pattern is none.
func (n *Name) Skips() bool { return n.Text == "_" }

// ValueOf is the expression that stands for the i-th name, nil where none does because the
// list is not written out.
func (l *Let) ValueOf(i int) Expr {
	list, written := l.Value.(*List)
	switch {
	case l.Pattern.Name != nil:
		return l.Value
	case written && i < len(list.Items):
		return list.Items[i]
	}
	return nil
}

// Names are the index and the names of the pattern in the order of the text.
func (h *RepeatHead) Names() []*Name {
	var list []*Name
	if h.Index != nil {
		list = append(list, h.Index)
	}
	if h.Each != nil {
		list = append(list, h.Each.All()...)
	}
	return list
}

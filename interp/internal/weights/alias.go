package weights

import "cnnlang/ops/tensor"

// Aliased is a store whose tensors are called otherwise than in the file.
type Aliased struct {
	Store
	entries []Entry           // by their new names
	from    map[string]string // their names in the store
	left    []Entry
}

// Alias calls each tensor of a store as name says, and leaves out those for which it reports
// false. Where two would be called alike the second is left out.
func Alias(s Store, name func(Entry) (string, bool)) *Aliased {
	entries := s.Entries()
	a := &Aliased{Store: s, from: make(map[string]string, len(entries))}
	for _, e := range entries {
		to, ok := name(e)
		if _, taken := a.from[to]; !ok || taken {
			a.left = append(a.left, e)
			continue
		}
		a.from[to] = e.Name
		e.Name = to
		a.entries = append(a.entries, e)
	}
	return a
}

// Entries are those that have a name.
func (a *Aliased) Entries() []Entry { return append([]Entry(nil), a.entries...) }

// Left are those that were left out, by their names in the store.
func (a *Aliased) Left() []Entry { return a.left }

// Tensor returns a tensor by its new name.
func (a *Aliased) Tensor(name string) (tensor.Tensor, error) {
	return a.Store.Tensor(a.from[name])
}

// Forget says that a tensor will not be read again soon.
func (a *Aliased) Forget(name string) { a.Store.Forget(a.from[name]) }

// NameIn is what the file itself calls a tensor.
func (a *Aliased) NameIn(name string) string { return NameIn(a.Store, a.from[name]) }

// Behind is the store of the file itself.
func Behind(s Store) Store {
	if a, ok := s.(*Aliased); ok {
		return Behind(a.Store)
	}
	return s
}

// NameIn is what the file behind a store calls a tensor.
func NameIn(s Store, name string) string {
	if a, ok := s.(*Aliased); ok {
		return a.NameIn(name)
	}
	return name
}

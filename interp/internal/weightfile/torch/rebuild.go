package torch

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// Storages and tensors, of the arguments that they have in a pickle.

// newStorage takes ("storage", class, key, location, count) and, in old files, (key, from,
// count) of a part of it. The location ("cpu", "cuda:0", "mps") does not matter.
func (b *builder) newStorage(items []pickle.Value) (*storage, error) {
	class, ok1 := at[pickle.Global](items, 1)
	key, ok2 := at[string](items, 2)
	count, ok3 := at[int64](items, 4)
	if !ok1 || !ok2 || !ok3 {
		return nil, b.in.Corrupt("", "a storage has %d values of other kinds than a class, a key, a location and a number of elements; the file is damaged, fetch it again", len(items))
	}
	e, known := storages[class.Name]
	s := &storage{key: key, element: dtypes[e]}
	switch {
	case class.Name == "UntypedStorage":
		s.element = element{weightfile.U8, 1}
	case !known: // its tensors are listed but not read
		s.element.typ = weightfile.Type(weightfile.Shown(class.Name))
	}
	if part, ok := at[*pickle.Tuple](items, 5); ok {
		from, ok := at[int64](part.Items, 1)
		n, ok2 := at[int64](part.Items, 2)
		if !ok || !ok2 || from < 0 || n < 0 || from > count || n > count-from {
			s.damage = fmt.Sprintf("its storage %s is a part of another that has %d elements, and not within it", weightfile.Shown(key), count)
		}
		s.from, count = from, n
	}
	if count < 0 || count > 1<<48 || s.from > 1<<48 {
		s.damage = fmt.Sprintf("its storage %s would have %d elements", weightfile.Shown(key), count)
		count, s.from = 0, 0
	}
	s.from, s.size = s.from*s.element.size, count*s.element.size
	return s, nil
}

// rebuild is a tensor of (storage, offset, size, stride, ...).
func rebuild(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	s, ok := at[*storage](args, 0)
	if !ok {
		return &view{damage: "is built of no storage"}, true
	}
	return newView(s, s.element, args).marked(args, 6), true
}

// rebuildTyped is a tensor of bytes: (storage, offset, size, stride, requires_grad, hooks,
// dtype, ...).
func rebuildTyped(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	s, ok := at[*storage](args, 0)
	global, ok2 := at[pickle.Global](args, 6)
	e, known := dtypes[global.Name]
	if !ok || !ok2 {
		return &view{damage: "is built of no storage and dtype"}, true
	}
	if !known {
		e = element{weightfile.Type(weightfile.Shown(global.Name)), 1}
	}
	return newView(s, e, args).marked(args, 7), true
}

// marked refuses a view that torch marks as the negative or the conjugate of its numbers, in a dict
// among the arguments.
func (v *view) marked(args []pickle.Value, i int) *view {
	marks, ok := at[*pickle.Dict](args, i)
	if !ok {
		return v
	}
	for _, e := range marks.Entries() {
		if mark, ok := e.Key.(string); ok && e.Value == true {
			v.refused = fmt.Sprintf("is marked %s, so that its numbers are others than those stored; call .resolve_neg().resolve_conj() before saving", weightfile.Shown(mark))
		}
	}
	return v
}

func newView(s *storage, e element, args []pickle.Value) *view {
	v := &view{storage: s, element: e}
	offset, ok := at[int64](args, 1)
	shape, ok2 := shapeOf(args, 2)
	strides, ok3 := integers(args, 3)
	v.offset, v.shape, v.strides = offset, shape, strides
	switch {
	case !ok || !ok2 || !ok3:
		v.damage = fmt.Sprintf("has no offset, shape of at most %d axes and strides", maxRank)
	case !e.readable():
		v.refused = fmt.Sprintf("holds %s, which this program does not read; convert it to float32 before saving", e.typ)
	}
	return v
}

// refusedAt is a tensor of a kind that is not read, with the place of its shape among the
// arguments.
func refusedAt(shape int, kind, help string) func(*builder, []pickle.Value) (pickle.Value, bool) {
	return func(_ *builder, args []pickle.Value) (pickle.Value, bool) {
		v := refuse(kind, help)
		if shape >= 0 {
			v.shape, _ = shapeOf(args, shape)
		}
		if s, ok := at[*storage](args, 0); ok {
			v.element = s.element
		}
		return v, true
	}
}

func refuse(kind, help string) *view {
	return &view{storage: &storage{}, element: element{weightfile.Type(kind), 1},
		refused: fmt.Sprintf("is a tensor of kind %s, which this program does not read; %s", kind, help)}
}

// refusedSparse has its shape among the data: (layout, (indices, values, size, ...)).
func refusedSparse(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	v := refuse("sparse", "call .to_dense() before saving")
	if data, ok := at[*pickle.Tuple](args, 1); ok && len(data.Items) <= 5 {
		for _, i := range []int{2, 3} {
			if shape, ok := shapeOf(data.Items, i); ok {
				v.shape = shape
			}
		}
	}
	return v, true
}

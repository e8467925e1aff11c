package torch

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
	"cnnlang/ops/tensor"
)

// A builder gives a meaning to torch's and NumPy's part of a pickle.
type builder struct {
	in weightfile.Input
	// locate finds the bytes of a storage; in a sequence they follow later.
	locate func(*storage)
	// loaded are the storages in byte strings, nil within one.
	loaded map[*pickle.Bytes]*storage
}

// calls are the functions and classes with a meaning, by their names. The arguments of a
// call that does not fit make the view damaged, which is reported if it is to be listed.
var calls map[pickle.Global]func(b *builder, args []pickle.Value) (pickle.Value, bool)

func init() {
	calls = map[pickle.Global]func(*builder, []pickle.Value) (pickle.Value, bool){
		{Module: "torch._utils", Name: "_rebuild_tensor"}:               rebuild,
		{Module: "torch._utils", Name: "_rebuild_tensor_v2"}:            rebuild,
		{Module: "torch._utils", Name: "_rebuild_tensor_v3"}:            rebuildTyped,
		{Module: "torch._utils", Name: "_rebuild_parameter"}:            first,
		{Module: "torch._utils", Name: "_rebuild_parameter_with_state"}: first,
		{Module: "torch.nn.parameter", Name: "Parameter"}:               variable,
		{Module: "torch.nn.parameter", Name: "Buffer"}:                  variable,
		{Module: "torch.autograd.variable", Name: "Variable"}:           variable,
		{Module: "torch._tensor", Name: "_rebuild_from_type_v2"}:        rebuildSubclass,
		{Module: "torch._tensor", Name: "_rebuild_from_type"}:           rebuildSubclass,
		{Module: "torch.tensor", Name: "_rebuild_from_type"}:            rebuildSubclass,

		{Module: "torch._utils", Name: "_rebuild_qtensor"}:                       refusedAt(2, "quantized", "call .dequantize() before saving"),
		{Module: "torch._utils", Name: "_rebuild_sparse_tensor"}:                 refusedSparse,
		{Module: "torch._utils", Name: "_rebuild_sparse_csr_tensor"}:             refusedSparse,
		{Module: "torch._utils", Name: "_rebuild_nested_tensor"}:                 refusedAt(-1, "nested", "save its parts as tensors of their own"),
		{Module: "torch._utils", Name: "_rebuild_wrapper_subclass"}:              refusedAt(2, "subclass", "save plain tensors"),
		{Module: "torch._utils", Name: "_rebuild_meta_tensor_no_storage"}:        refusedAt(1, "meta", "it has no numbers; load the weights before saving"),
		{Module: "torch.nn.parameter", Name: "UninitializedParameter"}:           refusedAt(-1, "uninitialized", "run the model once before saving"),
		{Module: "torch._utils", Name: "_rebuild_device_tensor_from_numpy"}:      first,
		{Module: "torch._utils", Name: "_rebuild_xla_tensor"}:                    first,
		{Module: "torch._utils", Name: "_rebuild_device_tensor_from_cpu_tensor"}: first,

		{Module: "torch.storage", Name: "_load_from_bytes"}:     loadFromBytes,
		{Module: "torch", Name: "Size"}:                         firstItems,
		{Module: "torch.jit._pickle", Name: "build_intlist"}:    first,
		{Module: "torch.jit._pickle", Name: "build_tensorlist"}: first,
		{Module: "torch.jit._pickle", Name: "restore_type_tag"}: first,
		{Module: "numpy", Name: "dtype"}:                        newDtype,
	}
	for _, core := range []string{"numpy.core", "numpy._core"} {
		calls[pickle.Global{Module: core + ".multiarray", Name: "_reconstruct"}] = newArray
		calls[pickle.Global{Module: core + ".numeric", Name: "_frombuffer"}] = arrayFromBuffer
	}
}

func (b *builder) Call(function pickle.Global, args []pickle.Value) (pickle.Value, bool, error) {
	call, ok := calls[function]
	if !ok {
		return nil, false, nil
	}
	v, ok := call(b, args)
	return v, ok, nil
}

// Persistent understands storages, and the classes that legacy files hold with their source.
func (b *builder) Persistent(id pickle.Value) (pickle.Value, error) {
	tuple, ok := id.(*pickle.Tuple)
	if !ok || len(tuple.Items) == 0 {
		return nil, b.in.Corrupt("", "an object is identified by %s, want a tuple that begins with \"storage\"; it was not written by torch.save", pickle.Describe(id))
	}
	switch items := tuple.Items; items[0] {
	case "module":
		if class, ok := at[pickle.Global](items, 1); ok {
			return class, nil
		}
	case "storage":
		s, err := b.newStorage(items)
		if err == nil && b.locate != nil {
			b.locate(s)
		}
		return s, err
	}
	return nil, b.in.Corrupt("", "an object is identified by a tuple of %d with %s, want \"storage\", a class, a key, a location and a number; it was not written by torch.save", len(tuple.Items), pickle.Describe(tuple.Items[0]))
}

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

// Build sets the state of a value that Call returned.
func (b *builder) Build(v, state pickle.Value) error {
	items := []pickle.Value{}
	if tuple, ok := state.(*pickle.Tuple); ok {
		items = tuple.Items
	}
	switch v := v.(type) {
	case *dtype:
		v.setOrder(items)
	case *view:
		if v.storage == nil {
			v.fill(b, items)
		}
	}
	return nil
}

// at is item i of a list, if it is there and of the type.
func at[T any](items []pickle.Value, i int) (T, bool) {
	if i >= len(items) {
		var none T
		return none, false
	}
	v, ok := items[i].(T)
	return v, ok
}

// first is a call that returns its first argument, or something made of no more than that.
func first(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	if len(args) == 0 {
		return nil, false
	}
	return args[0], true
}

// firstItems is torch.Size(tuple).
func firstItems(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	tuple, ok := at[*pickle.Tuple](args, 0)
	return tuple, ok
}

// variable is a class that wraps a tensor, which is its argument or the first item of its
// state.
func variable(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	if v, ok := at[*view](args, 0); ok {
		return v, true
	}
	return &view{damage: "a parameter holds no tensor"}, true
}

// rebuildSubclass is function(*arguments) with attributes.
func rebuildSubclass(b *builder, args []pickle.Value) (pickle.Value, bool) {
	function, ok := at[pickle.Global](args, 0)
	arguments, ok2 := at[*pickle.Tuple](args, 2)
	if call := calls[function]; ok && ok2 && call != nil && function.Name != "_rebuild_from_type_v2" && function.Name != "_rebuild_from_type" {
		return call(b, arguments.Items)
	}
	return nil, false
}

// rebuild is a tensor of (storage, offset, size, stride, ...).
func rebuild(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	s, ok := at[*storage](args, 0)
	if !ok {
		return &view{damage: "is built of no storage"}, true
	}
	return newView(s, s.element, args), true
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
	return newView(s, e, args), true
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

// integers is a tuple or list of at most maxRank integers.
func integers(args []pickle.Value, i int) ([]int64, bool) {
	var items []pickle.Value
	if tuple, ok := at[*pickle.Tuple](args, i); ok {
		items = tuple.Items
	} else if list, ok := at[*pickle.List](args, i); ok {
		items = list.Items
	} else {
		return nil, false
	}
	if len(items) > maxRank {
		return nil, false
	}
	all := make([]int64, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, false
		}
		all[i] = n
	}
	return all, true
}

func shapeOf(args []pickle.Value, i int) (tensor.Shape, bool) {
	sizes, ok := integers(args, i)
	if !ok {
		return nil, false
	}
	shape := make(tensor.Shape, len(sizes))
	for i, n := range sizes {
		if n < 0 || n > 1<<31-1 {
			return nil, false
		}
		shape[i] = int(n)
	}
	return shape, true
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

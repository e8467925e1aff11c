package torch

import (
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
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
